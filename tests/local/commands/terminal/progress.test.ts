import { Writable } from "node:stream";
import { expect } from "chai";
import { createProgress } from "../../../../local/commands/terminal/progress";
import type { Output } from "../../../../local/commands/terminal/paint";
import { followWork } from "../../../../local/commands/terminal/underway";
import type { CloudEvent } from "../../../../local/cloud-event";
import type { InvocationResult } from "../../../../local/cloud/lambda/function";

/** A stream that records its output, with a clock that the test moves. */
function createRig(terminal?: { readonly columns: number }) {
  const written: string[] = [];
  const sink = new Writable({
    write: (chunk: Buffer, _, done) => {
      written.push(chunk.toString());
      done();
    },
  });
  const stream = Object.assign(sink, {
    isTTY: terminal !== undefined,
    columns: terminal?.columns,
    getColorDepth: () => 1,
  }) as unknown as Output;
  let time = 0;
  let ticking: (() => void) | undefined;
  const now = (): number => time;
  const work = followWork(now);
  const progress = createProgress({
    stream,
    underway: work.text,
    now,
    every: (_, tick) => {
      ticking = tick;
      return () => (ticking = undefined);
    },
  });
  const wait = (seconds: number): void => {
    for (let passed = 0; passed < seconds * 4; passed++) {
      time += 250;
      ticking?.();
    }
  };
  return { work, progress, wait, written };
}

const log = (entry: object): CloudEvent => ({ kind: "log", stage: "load", line: JSON.stringify(entry) });
const ended = { ok: true } as InvocationResult;

describe("The progress of a command", () => {
  it("is an occasional line outside of a terminal, first after two seconds without output", () => {
    const { work, progress, wait, written } = createRig();
    progress.say("starting PostgreSQL");
    work.step("starting PostgreSQL");
    wait(1.75);
    expect(written).to.deep.equal(["starting PostgreSQL\n"]);
    wait(0.25);
    expect(written.at(-1)).to.equal("… starting PostgreSQL: 2 s\n");
    wait(28);
    expect(written.slice(2)).to.deep.equal(
      [6, 14, 24].map((seconds) => `… starting PostgreSQL: ${seconds} s\n`),
    );
  });

  it("restarts its timer with every printed line", () => {
    const { work, progress, wait, written } = createRig();
    work.step("one");
    wait(5);
    progress.say("two");
    work.step("two");
    wait(2);
    expect(written.slice(-2)).to.deep.equal(["two\n", "… two: 2 s\n"]);
  });

  it("is one replaced line within the width of a terminal, which is erased at the end", () => {
    const { work, progress, wait, written } = createRig({ columns: 20 });
    work.step("running the Pulumi program and more");
    wait(1.75);
    expect(written).to.deep.equal([]);
    wait(1.25);
    const shown = written.filter((text) => text.includes("running"));
    expect(shown.length).to.be.greaterThan(2);
    for (const text of shown) {
      const visible = text.replace("\r\u001b[K", "");
      expect(visible).not.to.include("\n");
      expect(visible.length).to.be.lessThan(20);
    }
    progress.say("done");
    expect(written.at(-1)).to.equal("\r\u001b[Kdone\n");
    wait(3);
    progress.end();
    expect(written.at(-1)).to.equal("\r\u001b[K");
  });

  it("shows the running stage, its duration and its last log line", () => {
    const { work, wait, written } = createRig();
    work.onEvent({ kind: "started", stage: "load" });
    work.onEvent(
      log({ level: "INFO", message: "loaded into a table", table: "fact_payment", rows: 1000000 }),
    );
    work.onEvent(log({ _aws: {}, Rows: 1 }));
    wait(2);
    expect(written).to.deep.equal(["… load: 2 s, loaded into a table table fact_payment, rows 1000000\n"]);
  });

  it("is silent while nothing runs", () => {
    const { work, wait, written } = createRig();
    for (const _ of [1, 2]) work.onEvent({ kind: "started", stage: "remodel" });
    work.onEvent({ kind: "invocation", stage: "remodel", result: ended });
    expect(work.text()).to.equal("remodel: 0 s");
    work.onEvent({ kind: "invocation", stage: "remodel", result: ended });
    work.step("a step");
    work.step(undefined);
    wait(20);
    expect(written).to.deep.equal([]);
  });
});
