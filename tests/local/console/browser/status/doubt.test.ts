import { expect } from "chai";
import type { Overview, StageName, StageView } from "../../../../../local/console/api";
import { doubtOf } from "../../../../../local/console/browser/status/doubt";
import { doubtOfRows } from "../../../../../local/console/browser/status/rows-doubt";
import { troubleOf } from "../../../../../local/console/browser/status/tab-title";

const START = Date.UTC(2026, 2, 1, 10, 0);
const at = (minute: number): string => new Date(START + minute * 60_000).toISOString();

const runsAt = (minute: number): Pick<StageView, "runs"> => ({
  runs: [
    { id: "1", startedAt: at(minute), endedAt: at(minute), ok: true, durationMs: 1, says: "", rejected: [] },
  ],
});

/** A stage whose last run ended after ten minutes. */
const stage = (name: StageName, more: Partial<StageView> = {}): StageView => ({
  name,
  state: "idle",
  backlog: 0,
  nextRun: null,
  ...runsAt(10),
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
  orEarlier: false,
  reason: "no answer.",
  todo: "Start it.",
});

const RUN = "Run the stages on the page Pipeline. See “The warehouse is old” in docs/runbook.md.";

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

/** The trouble of the platform, and the texts of the rows of current tables and of the browser tab. */
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
    `not captured since ${at(10)}: no run of ingest has ended since then: ${RUN}`,
    `old since ${at(10)}: no run has found since then that they match the source: ${RUN}`,
    "✘ warehouse old",
    90,
  ],
  [
    "no stage runs, and a commit waits for load",
    { stages: stages({ load: { backlog: 1 } }) },
    `not captured since ${at(10)}: no run of ingest has ended since then: ${RUN}`,
    `old since ${at(10)}: no run has found since then that they match the source: ${RUN}`,
    "✘ warehouse old",
    90,
  ],
  [
    "no stage runs, and a commit waits for process",
    { stages: stages({ process: { backlog: 1 } }) },
    `not captured since ${at(10)}: no run of ingest has ended since then: ${RUN}`,
    `old since ${at(10)}: no run has found since then that they match the source: ${RUN}`,
    "✘ warehouse old",
    90,
  ],
  [
    "only process does not run, and a commit waits for it",
    { stages: stages({ ingest: runsAt(85), process: { backlog: 1 }, load: runsAt(85) }) },
    `not processed since ${at(10)}: a commit waits for process, and no run of process has ended since then: ${RUN}`,
    `old since ${at(10)}: no run has found since then that they match the source: ${RUN}`,
    "✘ warehouse old",
    90,
  ],
  [
    "only process does not run, and nothing waits for it",
    { shows: at(85), stages: stages({ ingest: runsAt(85), load: runsAt(85) }) },
    undefined,
    undefined,
    "",
    90,
  ],
  [
    "only load does not run, and the age of the warehouse is not known yet",
    { shows: null, stages: stages({ ingest: runsAt(85), process: runsAt(85), load: { backlog: 1 } }) },
    undefined,
    `not loaded since ${at(10)}: a commit waits for load, and no run of load has ended since then: ${RUN}`,
    "",
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

describe("The console calls no table current that it read earlier", () => {
  const answered = [{ at: at(20) }, { at: at(20) }];
  const failed = { at: at(15), error: "the lake is closed" };
  const cases: readonly (readonly [
    what: string,
    requests: Parameters<typeof doubtOfRows>[1]["requests"],
    problem: Parameters<typeof doubtOfRows>[1]["reading"]["problem"],
    wrong: Partial<Overview>,
    doubt: string | undefined,
  ])[] = [
    ["the rows were read now", answered, null, {}, undefined],
    [
      "a commit is unreadable that is not the newest",
      answered,
      problem("lake"),
      {},
      `not known since ${at(12)}: the lake cannot be read: no answer.`,
    ],
    [
      "the view of the tables may not be read, but the ledger may",
      answered,
      problem("warehouse"),
      {},
      `not known since ${at(12)}: the warehouse cannot be asked: no answer.`,
    ],
    ...[[failed, { at: at(20) }] as const, [{ at: at(20) }, failed] as const].map(
      (requests) =>
        [
          `the request for the ${requests[0] === failed ? "state of the platform" : "rows"} failed`,
          requests,
          null,
          {},
          `not known since ${at(15)}: the platform did not answer the last request of this page: the lake is closed`,
        ] as const,
    ),
    [
      "the rows were read now, and load fails",
      answered,
      null,
      { stages: stages({ load: failing }) },
      `not loaded since ${at(11)}: load fails: it broke.`,
    ],
  ];
  for (const [what, requests, readingProblem, wrong, expected] of cases) {
    it(`when ${what}`, () => {
      const shown = { overview: { ...WELL, ...wrong }, requests, reading: { problem: readingProblem } };
      const doubt = doubtOfRows("load", shown, START + 20 * 60_000);
      expect(doubt && `${doubt.state} since ${doubt.since}: ${doubt.what}: ${doubt.reason}`).to.equal(
        expected,
      );
    });
  }
});
