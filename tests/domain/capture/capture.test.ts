import { expect } from "chai";
import { planRun, planTable, type ActivePlan, type SourceState } from "../../../domain/capture/capture";
import type { TableDescription } from "../../../domain/capture/table-description";
import type { IngestCommit, TableCapture } from "../../../domain/log/commit";
import { parseSnapshot } from "../../../domain/capture/snapshot";
import { capture, ingested } from "../../support/pipeline/commits";

const state = (over: Partial<SourceState> = {}): SourceState => ({
  systemIdentifier: "s",
  timeline: 1,
  database: "d",
  schema: "public",
  startedAt: "then",
  snapshot: "100:100:",
  ...over,
});
const held = (snapshot: string | null, overlap: string[] = []): TableCapture =>
  capture({ mode: "held", held: { snapshot, overlap, reason: "the table was emptied" } });

describe("A run captures every table in full", () => {
  const cases: readonly (readonly [string, IngestCommit | undefined, Partial<SourceState>, string])[] = [
    ["when there is no earlier commit", undefined, {}, "there is no earlier commit"],
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
    [
      "when the server was restarted, because it may have the files of a backup",
      ingested(),
      { startedAt: "later" },
      "the server was restarted, maybe on other data",
    ],
    [
      "when transaction ages can no longer identify new rows",
      ingested(),
      { snapshot: `${90n + 2n ** 31n}:${90n + 2n ** 31n}:` },
      "the last commit is more than two billion transactions ago",
    ],
  ];
  for (const [what, last, now, reason] of cases) {
    it(what, () => {
      expect(planRun(last, state(now))).to.deep.equal({ kind: "full", reason });
    });
  }
});

describe("A run that finds a different source from the one in the lake", () => {
  const others: readonly (readonly [string, Partial<SourceState>])[] = [
    ["cluster", { systemIdentifier: "t" }],
    ["database", { database: "e" }],
    ["schema", { schema: "other" }],
  ];
  for (const [what, now] of others) {
    it(`captures nothing unless a person allows it: another ${what}`, () => {
      expect(planRun(ingested(), state(now))).to.deep.equal({ kind: "other-source" });
      expect(planRun(ingested(), state(now), { otherSource: true })).to.deep.equal({
        kind: "full",
        reason: "the source is another database than before",
      });
    });
  }
});

describe("A run is idle", () => {
  it("when nobody wrote anything since the last commit", () => {
    expect(planRun(ingested({ snapshot: "100:100:" }), state())).to.deep.equal({ kind: "idle" });
  });

  it("except when a person has released a table that was held back", () => {
    const last = ingested({ snapshot: "100:100:", tables: { staff: held("5:5:"), design: capture() } });

    expect(planRun(last, state())).to.have.property("kind", "idle");
    expect(planRun(last, state(), { deletes: new Set(["staff"]) })).to.have.property("kind", "delta");
    const others = { deletes: new Set(["design", "other"]) };
    expect(planRun(last, state(), others), "not held").to.have.property("kind", "idle");
  });
});

describe("A run whose commit is due", () => {
  it("commits although nobody wrote anything", () => {
    const idle = ingested({ snapshot: "100:100:" });
    expect(planRun(idle, state())).to.deep.equal({ kind: "idle" });
    expect(planRun(idle, state(), { isDue: true })).to.include({ kind: "delta", renew: true });
  });
});

describe("A run captures only changes", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["when a transaction id was assigned since", "99:99:", "100:100:"],
    ["when somebody wrote during the last run", "99:100:99", "100:100:"],
    ["when somebody is writing now", "100:100:", "100:101:100"],
  ];
  for (const [what, then, now] of cases) {
    it(what, () => {
      expect(planRun(ingested({ snapshot: then }), state({ snapshot: now }))).to.deep.equal({
        kind: "delta",
        since: parseSnapshot(then),
        now: parseSnapshot(now),
        renew: false,
      });
    });
  }

  it("and renews an old horizon", () => {
    const far = String(95n + 2n ** 30n);
    expect(planRun(ingested(), state({ snapshot: `${far}:${far}:` }))).to.include({
      kind: "delta",
      renew: true,
    });
  });
});

describe("From a table, a run captures", () => {
  const table: TableDescription = {
    name: "staff",
    relation: '"public"."staff"',
    storage: "1:1",
    key: ["staff_id"],
    columns: capture().columns,
  };
  const last = ingested();
  const delta = planRun(last, state()) as ActivePlan;
  const filter = { since: parseSnapshot("90:95:92"), captured: ["93"], joined: [] };

  it("the versions since the last commit except those already captured in the overlap", () => {
    expect(planTable(last, table, delta)).to.deep.equal({ mode: "delta", recapture: false, filter });
  });

  it("the versions since the table was held back, with the overlap of that time", () => {
    expect(planTable(ingested({ tables: { staff: held("5:6:5", ["5"]) } }), table, delta)).to.deep.equal({
      mode: "delta",
      recapture: false,
      filter: { since: parseSnapshot("5:6:5"), captured: ["5"], joined: [] },
    });
  });

  it("versions that may be captured already when the table was rewritten", () => {
    expect(planTable(last, { ...table, storage: "1:2" }, delta)).to.deep.equal({
      mode: "delta",
      recapture: true,
      filter,
    });
  });

  it("all rows of an attached partition, which may be captured elsewhere already", () => {
    expect(planTable(last, { ...table, storage: "1:1,7:7,8:8" }, delta)).to.deep.equal({
      mode: "delta",
      recapture: true,
      filter: { ...filter, joined: ["7", "8"] },
    });
  });

  it("versions that may be old when transaction ids have wrapped around", () => {
    const far = 2n ** 32n + 5n;
    const before = ingested({ snapshot: `${far}:${far}:` });
    const now = planRun(before, state({ snapshot: `${far + 1n}:${far + 1n}:` })) as ActivePlan;

    expect(planTable(before, table, now)).to.deep.include({ mode: "delta", recapture: true });
  });

  it("the versions since the last commit when a column was dropped", () => {
    const more = capture({ columns: [...capture().columns, { name: "gone", type: "text" }] });
    expect(planTable(ingested({ tables: { staff: more } }), table, delta)).to.have.property("mode", "delta");
  });

  const other = { kind: "full", reason: "another source" } as const;
  const full: readonly (readonly [string, IngestCommit | undefined, TableDescription, ActivePlan, string])[] =
    [
      ["in the first run", undefined, table, other, "the table is new"],
      ["that is new", last, { ...table, name: "new" }, delta, "the table is new"],
      [
        "that is new and has the name of a property of every object",
        last,
        { ...table, name: "constructor" },
        delta,
        "the table is new",
      ],
      ["of another source", last, table, other, "another source"],
      ["that has another key", last, { ...table, key: ["other"] }, delta, "its key changed"],
      [
        "whose key columns changed their order",
        ingested({ tables: { staff: capture({ key: ["a", "b"] }) } }),
        { ...table, key: ["b", "a"] },
        delta,
        "its key changed",
      ],
      [
        "that was to be captured in full when it was held back",
        ingested({ tables: { staff: held(null) } }),
        table,
        delta,
        "it was to be captured in full when it was held back",
      ],
      [
        "that was held back so long that transaction ages can no longer identify new rows",
        ingested({ snapshot: `${2n ** 31n}:${2n ** 31n}:`, tables: { staff: held("5:5:") } }),
        table,
        planRun(
          ingested({ snapshot: `${2n ** 31n}:${2n ** 31n}:` }),
          state({ snapshot: `${2n ** 31n + 9n}:${2n ** 31n + 9n}:` }),
        ) as ActivePlan,
        "it was held back for too many transactions",
      ],
      [
        "that was absent",
        ingested({ tables: { staff: capture({ mode: "absent", absent: "the table is gone" }) } }),
        table,
        delta,
        "it is back: the table is gone",
      ],
      [
        "that took the name of another",
        last,
        { ...table, storage: "2:1" },
        delta,
        "another table has its name",
      ],
      [
        "that got a column, whose default is in rows that nobody wrote",
        last,
        { ...table, columns: [...table.columns, { name: "more", type: "text" }] },
        delta,
        "its columns changed",
      ],
    ];
  for (const [what, before, description, run, reason] of full) {
    it(`every row of a table ${what}`, () => {
      expect(planTable(before, description, run)).to.deep.equal({
        mode: "full",
        recapture: reason !== "the table is new",
        reason,
      });
    });
  }
});
