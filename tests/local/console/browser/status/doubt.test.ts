import { expect } from "chai";
import type { Overview, StageName, StageView } from "../../../../../local/console/api";
import { doubtOf } from "../../../../../local/console/browser/status/doubt";
import { troubleOf } from "../../../../../local/console/browser/status/tab-title";

const START = Date.UTC(2026, 2, 1, 10, 0);
const at = (minute: number): string => new Date(START + minute * 60_000).toISOString();

/** A stage whose last run ended after ten minutes. */
const stage = (name: StageName, more: Partial<StageView> = {}): StageView => ({
  name,
  state: "idle",
  backlog: 0,
  nextRun: null,
  runs: [{ id: "1", startedAt: at(10), endedAt: at(10), ok: true, durationMs: 1, says: "", rejected: [] }],
  failure: null,
  recovery: null,
  ...more,
});
const stages = (more: Partial<Record<StageName, Partial<StageView>>> = {}): readonly StageView[] =>
  (["ingest", "process", "load"] as const).map((name) => stage(name, more[name]));
const failing = { failure: { since: at(11), count: 2, sentence: "it broke.", remedy: "Repair it." } };
const problem = (store: "lake" | "warehouse") => ({
  store,
  since: at(12),
  reason: "no answer.",
  todo: "Start it.",
});

const WELL: Overview = {
  source: { name: "totesys", state: "up" },
  stages: stages(),
  helpers: [],
  ingested: 7,
  processed: 7,
  loaded: 7,
  shows: at(10),
  freshnessMinutes: 30,
  alarms: { ringing: 0, all: 9 },
  behind: [],
  lacking: { rejected: [], waiting: 0 },
  lakeProblem: null,
  warehouseProblem: null,
};

/** What is wrong with the platform, and what the rows of current tables and the tab of the browser say. */
const CASES: readonly (readonly [
  what: string,
  wrong: Partial<Overview>,
  ofSource: string | undefined,
  ofWarehouse: string | undefined,
  title: string,
  minute?: number,
])[] = [
  ["all is well", {}, undefined, undefined, ""],
  [
    "load fails",
    { stages: stages({ load: failing }) },
    undefined,
    `not loaded since ${at(11)}: load fails: it broke. Repair it.`,
    "✘ load failed",
  ],
  [
    "process fails",
    { stages: stages({ process: failing, load: failing }) },
    `not processed since ${at(11)}: process fails: it broke. Repair it.`,
    `not loaded since ${at(11)}: process fails: it broke. Repair it.`,
    "✘ process, load failed",
  ],
  [
    "ingest fails",
    { stages: stages({ ingest: failing }) },
    `not captured since ${at(11)}: ingest fails: it broke. Repair it.`,
    `not loaded since ${at(11)}: ingest fails: it broke. Repair it.`,
    "✘ ingest failed",
  ],
  [
    "the source is stopped",
    { source: { name: "totesys", state: "stopped" } },
    `not captured since ${at(10)}: the source is stopped: Bring it back on the page Pipeline.`,
    `not loaded since ${at(10)}: the source is stopped: Bring it back on the page Pipeline.`,
    "✘ source stopped",
  ],
  [
    "the lake cannot be read",
    { lakeProblem: problem("lake") },
    `not known since ${at(12)}: the lake cannot be read: no answer. Start it.`,
    `not known since ${at(12)}: the lake cannot be read: no answer. Start it.`,
    "✘ lake cannot be read",
  ],
  [
    "the warehouse cannot be asked",
    { warehouseProblem: problem("warehouse") },
    undefined,
    `not known since ${at(12)}: the warehouse cannot be asked: no answer. Start it.`,
    "✘ warehouse cannot be asked",
  ],
  [
    "a commit waits for load",
    { stages: stages({ load: { backlog: 1 } }) },
    undefined,
    "perhaps behind since null: a commit waits for load: The next run of load takes it.",
    "",
  ],
  [
    "no stage runs",
    {},
    `not captured since ${at(10)}: no run of ingest has ended since then: Run the stages on the page Pipeline. See “The warehouse is old” in docs/runbook.md.`,
    `old since ${at(10)}: no run has found since then that they match the source: Run the stages on the page Pipeline. See “The warehouse is old” in docs/runbook.md.`,
    "✘ warehouse old",
    90,
  ],
  [
    "rows are missing",
    { lacking: { rejected: [{ table: "staff", rows: 1 }], waiting: 0 } },
    undefined,
    undefined,
    "✘ rows missing",
  ],
];

describe("The console calls a table current only when nothing speaks against it", () => {
  for (const [what, wrong, ofSource, ofWarehouse, title, minute = 20] of CASES) {
    it(`when ${what}`, () => {
      const overview = { ...WELL, ...wrong };
      const now = START + minute * 60_000;
      const textOf = (upTo: StageName): string | undefined => {
        const doubt = doubtOf(overview, upTo, now);
        if (doubt === undefined) return undefined;
        const { state, since, what: cause, reason, todo } = doubt;
        return `${state} since ${since}: ${cause}: ${[reason, todo].filter((one) => one !== null).join(" ")}`;
      };
      expect(textOf("process"), "a table of the source").to.equal(ofSource);
      expect(textOf("load"), "a table of the warehouse").to.equal(ofWarehouse);
      expect(troubleOf(overview, now), "the tab of the browser").to.equal(title);
    });
  }
});
