import { expect } from "chai";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventHistory } from "../../../../local/console/server/history";
import { keepRuns, RUNS_FILE, type KeptRun } from "../../../../local/console/server/kept-runs";

const run = (number: number, over: object = {}): KeptRun => ({
  stage: "load",
  run: {
    startedAt: new Date(1000 * number),
    endedAt: new Date(1000 * number + 10),
    result: {
      ok: true,
      payload: { commits: [number] },
      durationMs: 10,
      coldStart: false,
      timedOut: false,
      requestId: `run-${number}`,
      maxMemoryUsedMb: undefined,
      ...over,
    },
  },
});

describe("The runs are kept over restarts of the platform", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "marble-runs-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const ids = (runs: readonly KeptRun[]): string[] => runs.map((one) => one.run.result.requestId);

  it("with their times, what they did, and the error of one that failed", () => {
    const failed = run(2, { ok: false, error: { type: "TransientError", message: "down", stack: ["x"] } });
    const first = keepRuns(folder);
    expect(first.earlier).to.deep.equal([]);
    first.add(run(1));
    first.add(failed);

    const { earlier } = keepRuns(folder);
    expect(earlier[0]).to.deep.equal(run(1));
    expect(earlier[1]?.run.result).to.deep.include({
      ok: false,
      error: { type: "TransientError", message: "down" },
    });
  });

  it("in the history of the console", () => {
    const now = (): Date => new Date(0);
    const event = { kind: "invocation", stage: "load", result: run(1).run.result } as const;
    eventHistory(now, keepRuns(folder)).onEvent(event);
    const after = eventHistory(now, keepRuns(folder));
    expect(after.runs("load").map(({ result }) => result.requestId)).to.deep.equal(["run-1"]);
    expect(after.runs("ingest")).to.deep.equal([]);
  });

  it("the newest of them, in a file that does not grow without an end", () => {
    const kept = keepRuns(folder, 3);
    for (let number = 1; number <= 20; number += 1) kept.add(run(number));
    const lines = readFileSync(join(folder, RUNS_FILE), "utf8").trimEnd().split("\n");
    expect(lines.length).to.be.at.most(6);
    expect(ids(keepRuns(folder, 3).earlier)).to.deep.equal(["run-18", "run-19", "run-20"]);
  });

  it("except for a line that was not written to its end", () => {
    keepRuns(folder).add(run(1));
    appendFileSync(join(folder, RUNS_FILE), '{"stage":"lo');
    const kept = keepRuns(folder);
    expect(ids(kept.earlier)).to.deep.equal(["run-1"]);
    kept.add(run(2));
    expect(ids(keepRuns(folder).earlier)).to.deep.equal(["run-1", "run-2"]);
  });

  it("and a file that has anything else is named, with what to do", () => {
    writeFileSync(join(folder, RUNS_FILE), '{"stage":"load"}\n');
    expect(() => keepRuns(folder)).to.throw(
      /runs\.ndjson has a line \(1\) that is not a run: remove the file/,
    );
  });
});
