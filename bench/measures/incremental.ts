import { checkLoaded } from "../check";
import { createLake, STAGES, type Stage, type StageRun } from "../rig/lake";
import { measuredFloor } from "../rig/pipe";
import { readsBetween, readsOf } from "../pages";
import type { MeasureResult } from "../result";
import { inDatabase, type Rig } from "../rig/rig";
import { createShop } from "../rig/shop";
import { byTurns, median, ratio } from "../turns";

const SOURCE = "changing";
const CHANGED = 1000;
const STAFF = 100_000;

type Runs = Readonly<Record<Stage, StageRun>> & { readonly scans: number };

type RunStage = (stage: Stage) => Promise<StageRun>;

/** A run after few of many rows changed: some orders, and a department with many staff. */
export async function measureIncremental(rig: Rig): Promise<MeasureResult> {
  const { rows, turns } = rig;
  await createShop(rig, SOURCE, { salesOrders: rows, staff: 2 * STAFF });
  const lake = await createLake(rig, { source: SOURCE });
  for (const stage of STAGES) await lake.run(stage);
  const url = rig.source.url(SOURCE);
  const databases = { source: url, warehouse: rig.warehouse.url(lake.warehouse) };
  await inDatabase(databases.warehouse, "VACUUM (ANALYZE)");

  // Runs follow each other every few minutes, so their processes are usually warm.
  const warm = { ingest: lake.warm("ingest"), process: lake.warm("process"), load: lake.warm("load") };
  for (const stage of STAGES) await warm[stage].run();
  const warmly: RunStage = (stage) => warm[stage].run();
  const coldly: RunStage = (stage) => lake.run(stage);
  const changeOrders = async (turn: number, run: RunStage): Promise<Runs> => {
    const step = Math.max(Math.floor(rows / CHANGED), 1);
    await inDatabase(
      url,
      `UPDATE sales_order SET units_sold = units_sold + 1, last_updated = last_updated + interval '1 day' WHERE sales_order_id % ${step} = ${turn % step}`,
    );
    const runs = await runAll(rig, run);
    await checkLoaded("salesOrders", databases);
    return runs;
  };

  const measured = await byTurns(turns, {
    floor: () => measuredFloor(rig, SOURCE),
    orders: (turn) => changeOrders(2 * turn, warmly),
    cold: (turn) => changeOrders(2 * turn + 1, coldly),
    department: async (turn) => {
      await inDatabase(
        url,
        `UPDATE department SET department_name = 'Renamed ${turn}' WHERE department_id = 1`,
      );
      const runs = await runAll(rig, warmly);
      await checkLoaded("staff", databases);
      return runs;
    },
  });
  await lake.drop();

  const whole = (runs: readonly Runs[]): number[] =>
    runs.map((run) => STAGES.reduce((sum, stage) => sum + run[stage].seconds, 0));
  const line = (name: string, runs: readonly Runs[]) => [
    name,
    ...STAGES.map((stage) => median(runs.map((run) => run[stage].seconds))),
    median(whole(runs)),
    ratio(whole(runs), measured.floor),
    Math.max(...runs.map(({ scans }) => scans)),
  ];
  return {
    name: "incremental",
    title: `What changed in ${rows.toLocaleString("en-US")} sales orders`,
    columns: ["", "ingest s", "process s", "load s", "whole s", "× floor", "scans of a table"],
    rows: [
      line(`${CHANGED} orders changed`, measured.orders),
      line("the same, in new processes", measured.cold),
      line(`a department of ${STAFF.toLocaleString("en-US")} staff renamed`, measured.department),
    ],
    targets: [
      {
        what: `${CHANGED} changed rows in a table of ${rows}, all three stages`,
        limit: 0.25,
        actual: ratio(whole(measured.orders), measured.floor),
        unit: "× floor",
      },
      {
        what: "scans of any source table in such a run",
        limit: 1,
        actual: Math.max(...measured.orders.map(({ scans }) => scans)),
        unit: "",
      },
    ],
    notes: [
      "The processes are warm, as on a platform that runs every few minutes.",
      `The floor, ${median(measured.floor).toFixed(2)} s, is a pipe of the whole table.`,
    ],
  };
}

async function runAll(rig: Rig, run: RunStage): Promise<Runs> {
  await rig.settle();
  const url = rig.source.url(SOURCE);
  const before = await readsOf(url);
  const ingest = await run("ingest");
  const { scans } = readsBetween(before, await readsOf(url));
  const process = await run("process");
  return { ingest, process, load: await run("load"), scans: Math.max(...Object.values(scans)) };
}
