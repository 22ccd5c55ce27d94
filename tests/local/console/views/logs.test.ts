import { expect } from "chai";
import { logLine } from "../../../../local/console/server/log-line";
import { filterLogs } from "../../../../local/console/views/logs";

const now = new Date("2026-03-01T10:00:00Z");
const structured = (fields: object): string =>
  JSON.stringify({
    level: "WARN",
    message: "held",
    timestamp: "2026-03-01T09:00:00Z",
    service: "ingest",
    ...fields,
  });

describe("A line of a stage's log, to be read", () => {
  it("shows the level, the message and the other fields; for an error, only its message", () => {
    const error = { name: "TerminalError", message: "no such table", stack: "at …" };
    expect(
      logLine("ingest", structured({ commit: 4, table: "staff", error, function_request_id: "r-1" }), now),
    ).to.deep.equal({
      at: "2026-03-01T09:00:00Z",
      stage: "ingest",
      level: "WARN",
      message: "held",
      fields: "commit: 4 · table: staff · error: no such table",
      stack: "at …",
      run: "r-1",
    });
  });

  for (const line of [
    "START RequestId: 1",
    "{ no JSON",
    '{"level":"LOUD","message":"x"}',
    '{"level":"INFO"}',
  ]) {
    it(`is shown unchanged if it is not a structured line: ${line}`, () => {
      const text = { at: now.toISOString(), stage: "load", level: "TEXT", message: line, fields: "" };
      const unknown = { stack: null, run: null };
      expect(logLine("load", line, now)).to.deep.equal({ ...text, ...unknown });
    });
  }
});

describe("The filter of the logs", () => {
  const lines = [
    logLine("ingest", structured({ table: "staff" }), now),
    logLine(
      "load",
      structured({ level: "INFO", message: "loaded", commit: 7, function_request_id: "r-7" }),
      now,
    ),
    logLine("load", "plain", now),
  ];
  const messages = (filter: object): string[] =>
    filterLogs(lines, { stage: "", level: "", text: "", run: "", ...filter }).lines.map(
      ({ message }) => message,
    );

  it("takes stage, level and a text of message or fields, in any case; the newest come first", () => {
    expect(messages({})).to.deep.equal(["plain", "loaded", "held"]);
    expect(messages({ stage: "load" })).to.deep.equal(["plain", "loaded"]);
    expect(messages({ level: "INFO" })).to.deep.equal(["loaded"]);
    expect(messages({ text: "STAFF" })).to.deep.equal(["held"]);
    expect(messages({ stage: "ingest", text: "loaded" })).to.deep.equal([]);
    expect(messages({ run: "r-7" })).to.deep.equal(["loaded"]);
  });

  it("shows a page of the newest, and says how many match", () => {
    const many = Array.from({ length: 500 }, (_, index) => logLine("load", `line ${index}`, now));
    const { lines: shown, ...counts } = filterLogs(many, { stage: "", level: "", text: "line", run: "" });

    expect(counts).to.deep.equal({ matching: 500, kept: 500 });
    expect([shown.length, shown[0]?.message]).to.deep.equal([200, "line 499"]);
  });
});
