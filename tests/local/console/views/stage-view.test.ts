import { expect } from "chai";
import type { Run } from "../../../../local/console/server/run";
import { stageView } from "../../../../local/console/views/stage-view";

const at = (minute: number): Date => new Date(Date.UTC(2026, 2, 1, 10, minute));

const run = (minute: number, error?: { type: string; message: string }): Run => ({
  startedAt: at(minute),
  endedAt: at(minute),
  result: {
    ok: error === undefined,
    payload: { commit: minute, tables: { staff: { rows: 3 } } },
    ...(error !== undefined && { error }),
    durationMs: 5,
    coldStart: false,
    timedOut: false,
    requestId: "",
    maxMemoryUsedMb: undefined,
  },
});
const down = { type: "TransientError", message: "cannot connect to the source database" };
const denied = { type: "TerminalError", message: "GRANT SELECT" };

interface Situation {
  readonly running?: boolean;
  readonly backlog?: number | null;
  readonly isBehind?: boolean;
  readonly isUnknown?: boolean;
}
const view = (runs: readonly Run[], situation: Situation = {}) =>
  stageView({
    name: "ingest",
    runs,
    running: false,
    backlog: 0,
    isBehind: false,
    isUnknown: false,
    nextRun: at(59),
    ...situation,
  });

describe("The state of a stage", () => {
  it("is never, idle, waiting, running or failed; a run that is underway goes before a failure", () => {
    expect(view([]).state).to.equal("never");
    expect(view([run(1)]).state).to.equal("idle");
    expect(view([run(1)], { backlog: 2 }).state).to.equal("waiting");
    expect(view([run(1)], { backlog: null }).state).to.equal("idle");
    expect(view([run(1), run(2, down)]).state).to.equal("failed");
    expect(view([run(1), run(2, down)], { running: true }).state).to.equal("running");
  });

  it("is not idle while tables are behind, or while its results are unknown", () => {
    expect(view([run(1)], { isBehind: true }).state).to.equal("behind");
    expect(view([run(1)], { backlog: null, isUnknown: true }).state).to.equal("unknown");
    expect(view([run(1), run(2, down)], { isBehind: true }).state).to.equal("failed");
  });

  it("does not say of a run without work that there is nothing to do", () => {
    const idle = run(1);
    const without = { ...idle, result: { ...idle.result, payload: { commit: null, tables: {} } } };
    expect(view([without]).runs.at(-1)?.says).to.equal("no new commit");
  });

  it("says since when it fails, how often, why, and what to do", () => {
    const { failure } = view([run(1), run(2, down), run(3, down), run(4, denied)]);

    expect(failure).to.deep.include({ since: at(2).toISOString(), count: 3, sentence: "GRANT SELECT" });
    expect(failure?.remedy).to.include("A person has to");
    expect(view([run(1, down)]).failure?.remedy).to.include("recovers once the cause is gone");
  });

  it("keeps the failure while the next try is underway", () => {
    expect(view([run(1, down)], { running: true }).failure).to.have.property("count", 1);
  });

  it("says when it recovered, from the first failure on, and what had been wrong", () => {
    const { failure, recovery } = view([run(1), run(2, down), run(3, denied), run(4), run(5)]);

    expect(failure).to.equal(null);
    expect(recovery).to.deep.equal({
      failedAt: at(2).toISOString(),
      at: at(4).toISOString(),
      sentence: "GRANT SELECT",
    });
    expect(view([run(1), run(2)]).recovery).to.equal(null);
  });

  it("shows the last thirty runs, the newest last, each with what it did or why it failed", () => {
    const { runs } = view([...Array.from({ length: 40 }, (_, index) => run(index)), run(41, down)]);

    expect(runs).to.have.length(30);
    expect(runs.at(-1)).to.deep.include({ ok: false, says: down.message });
    expect(runs.at(-2)).to.deep.include({ ok: true, says: "commit 39: 3 rows of 1 table" });
  });
});
