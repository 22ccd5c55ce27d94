import { expect } from "chai";
import type { FunctionName } from "../../../../local/cloud-event";
import { eventHistory } from "../../../../local/console/server/history";

/** A history whose clock the test moves. */
function createHistory() {
  let time = Date.UTC(2026, 2, 1, 10);
  const history = eventHistory(() => new Date(time));
  return {
    log: (stage: FunctionName, ...lines: readonly string[]): void => {
      for (const line of lines) history.onEvent({ kind: "log", stage, line });
    },
    wait: (ms: number) => (time += ms),
    messages: () => history.logs().map(({ stage, message }) => `${stage}: ${message}`),
  };
}

const STACK = ["TypeError: x is not a function", "    at load (load.js:1:2)", "    at main (main.js:3:4)"];

describe("The log of the console", () => {
  it("has a stack trace as one entry with its lines in order, whoever writes between them", () => {
    const { log, messages } = createHistory();
    log("load", ...STACK.slice(0, 2));
    log("ingest", "another stage");
    log("load", ...STACK.slice(2));
    expect(messages()).to.deep.equal([`load: ${STACK.join("\n")}`, "ingest: another stage"]);
  });

  it("joins the lines that were written together, and those that are indented", () => {
    const { log, wait, messages } = createHistory();
    log("load", "one", "two");
    wait(500);
    log("load", "three");
    wait(500);
    log("load", "  and its rest", "");
    expect(messages()).to.deep.equal(["load: one\ntwo", "load: three\n  and its rest\n"]);
  });

  it("joins no structured line with another, nor a text with one before a structured line", () => {
    const { log, messages } = createHistory();
    const line = (message: string): string => JSON.stringify({ level: "INFO", message });
    log("load", "text", line("a"), line("b"), "more");
    expect(messages()).to.deep.equal(["load: text", "load: a", "load: b", "load: more"]);
  });

  it("makes no entry that never ends", () => {
    const { log, messages } = createHistory();
    log("load", ...Array.from({ length: 450 }, (_, index) => `line ${index}`));
    expect(messages().map((message) => message.split("\n").length)).to.deep.equal([200, 200, 50]);
  });
});
