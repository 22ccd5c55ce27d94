import { lakeWithHistory } from "../rig/history";
import { STAGES, type Lake, type Stage } from "../rig/lake";
import { measuredFloor } from "../rig/pipe";
import type { MeasureResult } from "../result";
import { inDatabase, type Rig } from "../rig/rig";
import { addTables, createShop } from "../rig/shop";
import { byTurns, median, ratio, type Contestant } from "../turns";

const CASES = [
  { name: "10 commits, 11 tables", commits: 10, source: "idle_11" },
  { name: "100,000 commits, 11 tables", commits: 100_000, source: "idle_11" },
  { name: "10 commits, 500 tables", commits: 10, source: "idle_500" },
] as const;

/** A run is so short that each turn repeats it. */
const REPEATS = 5;

type Times = Readonly<Record<Stage, number>>;
const total = (times: Times): number => STAGES.reduce((sum, stage) => sum + times[stage], 0);

/** A run with nothing to do. */
export async function measureIdle(rig: Rig): Promise<MeasureResult> {
  const { rows, turns } = rig;
  // Every write in the server makes ingest check the sources, so all writes come first.
  await createShop(rig, "idle_11", { salesOrders: rows });
  await createShop(rig, "idle_500", { salesOrders: rows });
  await addTables(rig, "idle_500", 500);
  const lakes = [];
  for (const { name, ...options } of CASES) {
    rig.say(`a lake with ${name}`);
    lakes.push({ name, run: warmStages(await lakeWithHistory(rig, options)) });
  }

  const cold: Record<string, number> = {};
  const contestants: Record<string, Contestant<unknown>> = { floor: () => measuredFloor(rig, "idle_11") };
  for (const { name, run } of lakes) {
    // The first run of a process is not a warm run.
    cold[name] = total(await run());
    contestants[name] = () => repeated(run);
  }
  const idle = await byTurns(turns, contestants);

  for (const { name, run } of lakes) {
    contestants[name] = async () => {
      await inDatabase(rig.source.url("postgres"), "SELECT pg_current_xact_id()");
      return run();
    };
  }
  const looked = await byTurns(turns, contestants);

  const times = (name: string): Times[] => idle[name] as Times[];
  const totals = (name: string): number[] => times(name).map(total);
  const floor = idle["floor"] as number[];
  const [few, many, wide] = CASES;
  const share = (name: string) => [
    {
      what: `nothing was written in the source, ${name}: ingest`,
      limit: 0.03,
      actual: ratio(
        times(name).map(({ ingest }) => ingest),
        floor,
      ),
      unit: "× floor",
    },
    {
      what: `nothing was written in the source, ${name}: all three stages`,
      limit: 0.03,
      actual: ratio(totals(name), floor),
      unit: "× floor",
    },
  ];
  return {
    name: "idle",
    title: "A run with nothing to do",
    columns: [
      "",
      "ingest ms",
      "process ms",
      "load ms",
      "whole ms",
      "× floor",
      "first run, ms",
      "a write elsewhere, ms",
    ],
    rows: CASES.map(({ name }) => [
      name,
      ...STAGES.map((stage) => 1000 * median(times(name).map((run) => run[stage]))),
      1000 * median(totals(name)),
      ratio(totals(name), floor),
      1000 * (cold[name] ?? NaN),
      1000 * median((looked[name] as Times[]).map(({ ingest }) => ingest)),
    ]),
    targets: [
      ...share(few.name),
      ...share(wide.name),
      {
        what: "nothing to do, with 100,000 commits",
        limit: 1.2,
        actual: ratio(totals(many.name), totals(few.name)),
        unit: "× the time with 10",
      },
    ],
    notes: [
      `Warm processes. Each turn counts the median of ${REPEATS} runs. The floor takes ${median(floor).toFixed(2)} s.`,
      "First run: the same, including the start of the three processes.",
      "A write elsewhere: ingest alone. A transaction in another database of the server makes it check every table, and no row is new.",
      "Of the 100,000 commits, all but the last three are small objects that no stage reads.",
    ],
  };
}

function warmStages(lake: Lake): () => Promise<Times> {
  const stages = STAGES.map((stage) => [stage, lake.warm(stage)] as const);
  return async () => {
    const times: Partial<Record<Stage, number>> = {};
    for (const [stage, warm] of stages) times[stage] = (await warm.run()).seconds;
    return times as Times;
  };
}

async function repeated(run: () => Promise<Times>): Promise<Times> {
  const runs: Times[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) runs.push(await run());
  const of = (stage: Stage): number => median(runs.map((times) => times[stage]));
  return { ingest: of("ingest"), process: of("process"), load: of("load") };
}
