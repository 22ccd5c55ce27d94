import { expect } from "chai";
import fc from "fast-check";
import {
  guardDeletes,
  planRun,
  planTable,
  replacedRows,
  type RunPlan,
  type SourceState,
  type TableDescription,
} from "../../domain/capture";
import type { IngestCommit, TableCapture } from "../../domain/commit";
import { parseSnapshot } from "../../domain/snapshot";
import { capture, ingested } from "../support/commits";

const state = (over: Partial<SourceState> = {}): SourceState => ({
  systemIdentifier: "s",
  timeline: 1,
  database: "d",
  snapshot: "100:100:",
  ...over,
});
const held = (snapshot: string | null, overlap: string[] = []): TableCapture =>
  capture({ mode: "held", held: { snapshot, overlap, reason: "the table was emptied" } });

describe("A run captures every table in full", () => {
  const cases: readonly (readonly [string, IngestCommit | undefined, Partial<SourceState>, string])[] = [
    ["when there is no past", undefined, {}, "there is no earlier commit"],
    [
      "when another cluster answers",
      ingested(),
      { systemIdentifier: "t" },
      "the source is another database than before",
    ],
    [
      "when another database answers",
      ingested(),
      { database: "e" },
      "the source is another database than before",
    ],
    [
      "when the timeline has changed",
      ingested(),
      { timeline: 2 },
      "the source was restored from a backup or failed over",
    ],
    [
      "when the snapshot is older than the last",
      ingested(),
      { snapshot: "80:80:" },
      "the source went back in time",
    ],
    [
      "when only the horizon is older",
      ingested({ snapshot: "90:95:" }),
      { snapshot: "89:100:89" },
      "the source went back in time",
    ],
  ];
  for (const [what, last, now, reason] of cases) {
    it(what, () => {
      expect(planRun(last, state(now))).to.deep.equal({ kind: "full", reason });
    });
  }
});

describe("A run has nothing to do", () => {
  it("when nobody wrote anything since the last commit", () => {
    expect(planRun(ingested({ snapshot: "100:100:" }), state())).to.deep.equal({ kind: "idle" });
  });

  it("unless a person has released a table that was held back", () => {
    const last = ingested({ snapshot: "100:100:", tables: { staff: held("5:5:"), design: capture() } });

    expect(planRun(last, state())).to.have.property("kind", "idle");
    expect(planRun(last, state(), new Set(["staff"]))).to.have.property("kind", "delta");
    expect(planRun(last, state(), new Set(["design", "other"])), "not held").to.have.property("kind", "idle");
  });
});

describe("Otherwise a run captures what has changed", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["when an id was taken since", "99:99:", "100:100:"],
    ["when somebody wrote during the last run", "99:100:99", "100:100:"],
    ["when somebody writes now", "100:100:", "100:101:100"],
  ];
  for (const [what, then, now] of cases) {
    it(what, () => {
      expect(planRun(ingested({ snapshot: then }), state({ snapshot: now }))).to.deep.equal({
        kind: "delta",
        since: parseSnapshot(then),
        renew: false,
      });
    });
  }

  it("and renews a horizon that has grown old", () => {
    const far = String(95n + 2n ** 30n);
    expect(planRun(ingested(), state({ snapshot: `${far}:${far}:` }))).to.include({
      kind: "delta",
      renew: true,
    });
  });
});

describe("Of a table, a run captures", () => {
  const table: TableDescription = { name: "staff", storage: "1:1", key: ["staff_id"], columns: [] };
  const last = ingested();
  const delta: RunPlan = planRun(last, state());
  const filter = { since: parseSnapshot("90:95:92"), captured: ["93"] };

  it("the versions since the last commit, but for those in the overlap that it has", () => {
    expect(planTable(last, table, delta)).to.deep.equal({ mode: "delta", recapture: false, filter });
  });

  it("the versions since it was held back, with the overlap of that time", () => {
    expect(planTable(ingested({ tables: { staff: held("5:6:5", ["5"]) } }), table, delta)).to.deep.equal({
      mode: "delta",
      recapture: false,
      filter: { since: parseSnapshot("5:6:5"), captured: ["5"] },
    });
  });

  it("versions that it may have already, when the table was rewritten", () => {
    expect(planTable(last, { ...table, storage: "1:2" }, delta)).to.deep.equal({
      mode: "delta",
      recapture: true,
      filter,
    });
  });

  const full: readonly (readonly [string, IngestCommit | undefined, TableDescription, RunPlan, boolean])[] = [
    ["at first", undefined, table, { kind: "full", reason: "" }, false],
    ["that is new", last, { ...table, name: "new" }, delta, false],
    [
      "of another source, where rows may have been captured before",
      last,
      table,
      { kind: "full", reason: "" },
      true,
    ],
    ["that has another key", last, { ...table, key: ["other"] }, delta, true],
    [
      "whose key is in another order",
      ingested({ tables: { staff: capture({ key: ["a", "b"] }) } }),
      { ...table, key: ["b", "a"] },
      delta,
      true,
    ],
    [
      "that was held back when it was captured in full",
      ingested({ tables: { staff: held(null) } }),
      table,
      delta,
      true,
    ],
  ];
  for (const [what, before, description, run, recapture] of full) {
    it(`every row ${what}`, () => {
      expect(planTable(before, description, run)).to.deep.equal({ mode: "full", recapture });
    });
  }
});

describe("The rows that were updated or deleted are counted without looking at a key", () => {
  it("whatever was inserted, updated and deleted", () => {
    const count = fc.nat(1000);
    fc.assert(
      fc.property(count, count, count, count, (untouched, updated, deleted, inserted) => {
        const previous = untouched + updated + deleted;
        const total = untouched + updated + inserted;

        expect(replacedRows({ previous, total, captured: updated + inserted })).to.equal(updated + deleted);
      }),
    );
  });
});

describe("Deletes wait for a person", () => {
  const guard = { maxShare: 0.5, allowed: new Set<string>() };
  // previous, total, deleted
  const cases: readonly (readonly [string, number, number, number, string | undefined])[] = [
    ["not when there are none", 100, 100, 0, undefined],
    ["not when an empty table stays empty", 0, 0, 0, undefined],
    ["not up to the share that is allowed", 100, 50, 50, undefined],
    ["beyond that share", 100, 49, 51, "51 of 100 rows were deleted"],
    ["although as many rows came in", 100, 100, 51, "51 of 100 rows were deleted"],
    ["not when they are few", 22, 2, 20, undefined],
    ["when they are just not few", 22, 1, 21, "21 of 22 rows were deleted"],
    ["when the table was emptied, however small", 3, 0, 3, "the table was emptied"],
  ];
  for (const [what, previous, total, deleted, why] of cases) {
    it(what, () => {
      const reason = guardDeletes(guard, { name: "staff", previous, total, deleted });

      expect(reason).to.equal(
        why === undefined
          ? undefined
          : `${why}; if that is right, invoke ingest with {"allowDeletes":["staff"]}`,
      );
    });

    it(`${what}; never when a person has allowed them`, () => {
      const allowed = { ...guard, allowed: new Set(["staff"]) };
      expect(guardDeletes(allowed, { name: "staff", previous, total, deleted })).to.equal(undefined);
    });
  }

  it("and what a person has to do is named in JSON, for a table of any name", () => {
    const reason = guardDeletes(guard, { name: 'a"b', previous: 5, total: 0, deleted: 5 });

    expect(JSON.parse(reason!.slice(reason!.indexOf("{")))).to.deep.equal({ allowDeletes: ['a"b'] });
  });
});
