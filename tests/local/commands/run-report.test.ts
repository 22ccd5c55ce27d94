import { expect } from "chai";
import { requireSuccess, runReport } from "../../../local/commands/run-report";

describe("The result of a run", () => {
  it("is empty when nothing was done", () => {
    const idle = [
      { stage: "ingest", payload: { commit: null, tables: {} } },
      { stage: "process", payload: { commits: [], tables: {}, rejected: 0 } },
      { stage: "load", payload: { commits: [], tables: {}, waiting: 0 } },
    ] as const;
    const empty = {
      ingest: { commit: null, tables: {} },
      process: { commits: [], tables: {} },
      load: { commits: [], tables: {} },
      rejected: 0,
      waiting: 0,
      missing: [],
    };
    expect(runReport(idle)).to.deep.equal(empty);
    expect(runReport([])).to.deep.equal(empty);
  });

  it("adds up several invocations and counts rejected and waiting rows separately", () => {
    const table = (rows: number): object => ({ rows, bytes: 10, deleted: 1 });
    const report = runReport([
      { stage: "ingest", payload: { commit: 4, tables: { staff: table(2), design: table(1) } } },
      { stage: "process", payload: { commits: [4], tables: { dim_staff: { rows: 2 } }, rejected: 3 } },
      { stage: "process", payload: { commits: [2, 3], tables: { dim_staff: { rows: 5 } }, rejected: 1 } },
      { stage: "load", payload: { commits: [2, 3, 4], tables: { dim_staff: { rows: 7 } }, waiting: 2 } },
    ]);
    expect(report).to.deep.equal({
      ingest: { commit: 4, tables: { staff: { rows: 2 }, design: { rows: 1 } } },
      process: { commits: [2, 3, 4], tables: { dim_staff: { rows: 7 } } },
      load: { commits: [2, 3, 4], tables: { dim_staff: { rows: 7 } } },
      rejected: 4,
      waiting: 2,
      missing: [],
    });
  });

  it("keeps a commit when a later invocation found nothing to do", () => {
    const report = runReport([
      { stage: "ingest", payload: { commit: 4, tables: {} } },
      { stage: "ingest", payload: { commit: null, tables: {} } },
    ]);
    expect(report.ingest.commit).to.equal(4);
  });
});

describe("A stage that must succeed", () => {
  const invocation = {
    payload: null,
    durationMs: 1,
    coldStart: true,
    timedOut: false,
    requestId: "r",
    maxMemoryUsedMb: 1,
  };

  it("is named with the cause when it fails", () => {
    const failed = { ...invocation, ok: false, error: { type: "Error", message: "no SELECT" } };
    expect(() => requireSuccess("ingest", failed)).to.throw("ingest failed: no SELECT");
    expect(() => requireSuccess("ingest", { ...invocation, ok: true })).not.to.throw();
  });
});
