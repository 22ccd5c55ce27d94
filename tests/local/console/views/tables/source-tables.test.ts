import { expect } from "chai";
import type { IngestCommit, ProcessCommit } from "../../../../../domain/log/commit";
import { sourceTables, tablesBehind } from "../../../../../local/console/views/tables/source-tables";

const at = (minute: number): string => new Date(Date.UTC(2026, 2, 1, 10, minute)).toISOString();

const commit = (number: number, tables: object, refused: object = {}): IngestCommit =>
  ({ number, createdAt: at(number), capturedAt: at(number), tables, refused }) as IngestCommit;
const capture = (more: object = {}): object => ({
  mode: "delta",
  rows: 1,
  held: null,
  absent: null,
  slice: null,
  ...more,
});
const processed = (number: number, more: object = {}): ProcessCommit =>
  ({ number, capturedAt: at(number), quarantine: {}, ...more }) as ProcessCommit;

const current = (number: number) => ({
  state: "current",
  asOf: { commit: number, capturedAt: at(number) },
  since: at(number),
  reason: null,
  rejected: 2,
});

describe("How up to date a table of the source is", () => {
  for (const [state, table, refused, quarantine] of [
    ["held", capture({ mode: "held", held: { reason: "why" } }), {}, {}],
    ["failed", capture({ mode: "failed", held: { reason: "why" } }), {}, {}],
    ["absent", capture({ mode: "absent", absent: "why" }), {}, {}],
    ["refused", undefined, { payment: { kind: "table", reason: "why" } }, {}],
    ["quarantined", capture(), {}, { payment: { since: 2, breaches: ["why"] } }],
  ] as const) {
    it(`is ${state}, with why and what to do, and its rows are as of the last good commit`, () => {
      const heads = {
        ingested: commit(2, table === undefined ? {} : { payment: table }, refused),
        processed: processed(2, { quarantine, sources: { payment: { ...current(1), state } } }),
      };
      const [behind, ...others] = tablesBehind(heads);
      expect(others).to.deep.equal([]);
      expect(behind).to.deep.include({ table: "payment", state, reason: "why", since: at(1) });
      expect(behind?.todo.sentence).to.have.length.above(20);
      expect(sourceTables(heads).get("payment")).to.deep.include({ asOf: current(1).asOf, rejected: 2 });
    });
  }

  it("is not behind for a table that is gone, and that the model does not read", () => {
    const gone = capture({ mode: "absent", absent: "the table is gone" });
    expect(tablesBehind({ ingested: commit(1, { scratch: gone }), processed: undefined })).to.deep.equal([]);
    const read = tablesBehind({ ingested: commit(1, { payment: gone }), processed: undefined });
    expect(read.map(({ state }) => state)).to.deep.equal(["absent"]);
  });

  it("is absent, and not in quarantine, when the table is gone and breaks its contract for that", () => {
    const gone = capture({ mode: "absent", absent: "the table is gone" });
    const quarantine = { payment: { since: 2, breaches: ["it has no column paid"] } };
    const sources = { payment: { ...current(1), state: "absent" } };
    const heads = {
      ingested: commit(3, { payment: gone }),
      processed: processed(3, { quarantine, sources }),
    };
    expect(tablesBehind(heads)[0]).to.include({ state: "absent", since: at(1), reason: "the table is gone" });
  });

  it("is partial while its first capture is underway", () => {
    const ingested = commit(1, { payment: capture({ slice: { through: ["7"], rows: 7 } }) });
    expect(tablesBehind({ ingested, processed: undefined }).map(({ state }) => state)).to.deep.equal([
      "partial",
    ]);
  });

  it("is as of what is processed, not of what is only captured", () => {
    const heads = {
      ingested: commit(3, { payment: capture() }),
      processed: processed(1, { sources: { payment: current(1) } }),
    };
    expect(sourceTables(heads).get("payment")?.asOf).to.deep.equal(current(1).asOf);
    expect(sourceTables({ ...heads, processed: undefined }).get("payment")?.asOf).to.equal(null);
  });

  it("is not asked of a view, which is not ingested as it should be", () => {
    const ingested = commit(1, { payment: capture() }, { report: { kind: "view", reason: "a view" } });
    expect(tablesBehind({ ingested, processed: processed(1) })).to.deep.equal([]);
    expect([...sourceTables({ ingested, processed: undefined }).keys()]).to.deep.equal(["payment"]);
  });
});
