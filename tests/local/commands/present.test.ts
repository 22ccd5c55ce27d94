import { expect } from "chai";
import type { InvocationResult } from "../../../local/cloud/lambda/function";
import type { Alarm } from "../../../local/cloud/cloudwatch/alarm";
import type { AlarmState } from "../../../local/cloud/cloudwatch/evaluate";
import { eventFormatter, textTable } from "../../../local/commands/present";

const result = (given: Partial<InvocationResult>): InvocationResult => ({
  ok: true,
  payload: null,
  durationMs: 1234.5,
  coldStart: false,
  timedOut: false,
  requestId: "r",
  maxMemoryUsedMb: 100,
  ...given,
});

const DESCRIPTION = `ALARM means: Every run has failed.
OK means: A run has succeeded.

The warehouse gets no new data.

See why: aws logs tail
What to do: docs/runbook.md#a-stage-fails
Logs: https://example.com`;
const TEXT = "Every run has failed. See docs/runbook.md#a-stage-fails";

describe("A table of text", () => {
  it("aligns texts left and numbers right and has a line below the header", () => {
    const table = textTable([
      ["table", "rows"],
      ["dim_date", 4018],
      ["staff", 7],
    ]);
    expect(table.split("\n")).to.deep.equal([
      "table      rows",
      "────────  ─────",
      "dim_date  4,018",
      "staff         7",
    ]);
  });

  it("shows money with its pence", () => {
    expect(textTable([["revenue"], [1234567.5], [10]]))
      .to.include("1,234,567.50")
      .and.to.match(/ 10$/);
  });

  it("is only a header and a line without rows", () => {
    expect(textTable([["name", "orders"]])).to.equal("name  orders\n────  ──────");
  });
});

describe("The line about an event", () => {
  const eventLine = eventFormatter();

  it("shows the commit of a stage, its size and its duration", () => {
    const payload = { commit: 3, tables: { staff: { rows: 1200 }, design: { rows: 34 } } };
    expect(
      eventLine({ kind: "invocation", stage: "ingest", result: result({ payload, coldStart: true }) }),
    ).to.equal("ingest   commit 3: 1,234 rows of 2 tables  (1,235 ms, cold)");
  });

  it("names all commits of a stage and counts its rejected rows", () => {
    const payload = { commits: [3, 4], tables: { dim_staff: { rows: 5 } }, rejected: 2 };
    expect(eventLine({ kind: "invocation", stage: "process", result: result({ payload }) })).to.equal(
      "process  commit 3, 4: 5 rows of 1 table, 2 rejected  (1,235 ms)",
    );
  });

  it("counts the waiting rows of a load", () => {
    const payload = { commits: [3], tables: { dim_staff: { rows: 5 } }, waiting: 2 };
    expect(eventLine({ kind: "invocation", stage: "load", result: result({ payload }) })).to.equal(
      "load     commit 3: 5 rows of 1 table, 2 waiting  (1,235 ms)",
    );
  });

  for (const payload of [
    { commit: null, tables: {} },
    { commits: [], tables: {}, rejected: 0 },
  ]) {
    it(`says of a run without work only that it made no commit: ${JSON.stringify(payload)}`, () => {
      const line = eventLine({ kind: "invocation", stage: "load", result: result({ payload }) });
      expect(line).to.equal("load     no new commit  (1,235 ms)");
    });
  }

  it("shows why a stage failed, what to do, and what that means for the tables", () => {
    const failed = result({ ok: false, error: { type: "TerminalError", message: "the password is wrong" } });
    expect(eventLine({ kind: "invocation", stage: "ingest", result: failed })).to.equal(
      "ingest   FAILED: the password is wrong  (1,235 ms)\n" +
        "         A person has to do what the message says: see “A stage fails” in docs/runbook.md. " +
        "The next run then continues where this one stopped, and loses no row. " +
        "Until then, no table of the warehouse gets new data.",
    );
    expect(eventLine({ kind: "invocation", stage: "report", result: failed })).to.not.include("no table");
  });

  it("says what is wrong and where the remedy is when an alarm starts, and names it when it ends, but not alarms that are OK from the start", () => {
    const alarm = (name: string, treatMissingData: Alarm["treatMissingData"]): Alarm =>
      ({ name, treatMissingData, description: DESCRIPTION }) as Alarm;
    const tell = eventFormatter();
    const shown = (of: Alarm, from: AlarmState, to: AlarmState): string | undefined =>
      tell({ kind: "alarm", transition: { alarm: of, from, to, reason: "", at: new Date(0) } });
    const errors = alarm("ingest-errors", "notBreaching");
    const unknown = alarm("freshness-unknown", "breaching");
    const old = alarm("freshness", "missing");

    expect(shown(errors, "INSUFFICIENT_DATA", "OK")).to.equal(undefined);
    expect(shown(errors, "OK", "ALARM")).to.equal(`ALARM    ingest-errors: ${TEXT}`);
    expect(shown(errors, "ALARM", "INSUFFICIENT_DATA")).to.equal(undefined);
    expect(shown(errors, "INSUFFICIENT_DATA", "OK")).to.equal("OK       ingest-errors");
    expect(shown(old, "INSUFFICIENT_DATA", "ALARM")).to.equal(`ALARM    freshness: ${TEXT}`);
    // Nothing is measured yet, and this alarm treats missing data as breaching.
    expect(shown(unknown, "INSUFFICIENT_DATA", "ALARM")).to.equal(undefined);
    expect(shown(unknown, "ALARM", "OK")).to.equal(undefined);
    expect(shown(unknown, "OK", "ALARM")).to.equal(`ALARM    freshness-unknown: ${TEXT}`);
  });

  it("shows a stage's warning with the mart, the breaches and the reason", () => {
    const log = (entry: object): string | undefined =>
      eventLine({ kind: "log", stage: "load", line: JSON.stringify(entry) });
    const mart = { mart: '"marts"."days"', reason: 'column "dy" does not exist' };

    expect(log({ level: "WARN", message: "a mart could not be made", ...mart })).to.equal(
      'load     a mart could not be made mart "marts"."days", reason column "dy" does not exist',
    );
    const breaches = ["column id is missing", "column at is date, not timestamp"];
    expect(log({ level: "WARN", message: "a table waits", commit: 2, table: "trip", breaches })).to.equal(
      "load     a table waits commit 2, table trip, breaches column id is missing, column at is date, not timestamp",
    );
    expect(log({ level: "INFO", message: "a mart was created", ...mart })).to.equal(undefined);
  });

  it("leaves other lines of the log to its file", () => {
    for (const line of ["{}", "{ no JSON", "START RequestId: 1"])
      expect(eventLine({ kind: "log", stage: "load", line }), line).to.equal(undefined);
  });
});
