import { checkLoaded } from "../check";
import { createLake, STAGES, type Lake, type Stage, type StageRun } from "../rig/lake";
import { createOrderLines, FIRST_ORDER_LINES } from "../rig/order-lines";
import { functionsWith } from "../rig/other-model";
import { measuredFloor } from "../rig/pipe";
import type { MeasureResult } from "../result";
import { inDatabase, type Rig } from "../rig/rig";
import { createShop } from "../rig/shop";
import { byTurns, median, ratio } from "../turns";

const SOURCE = "order_lines";
const FLOOR = "joined_floor";
const MODELS = "order-lines";

type Runs = Readonly<Record<Stage, StageRun>>;

/** A fact of order lines with the columns of their orders: the first load, and what a later change costs. */
export async function measureJoined(rig: Rig): Promise<MeasureResult> {
  const { rows, turns } = rig;
  const url = rig.source.url(SOURCE);
  await createOrderLines(rig, SOURCE, rows);
  await createShop(rig, FLOOR, { salesOrders: rows });
  const plain = await functionsWith(rig, { file: MODELS, name: "plain" });
  const joined = await functionsWith(rig, { file: MODELS, name: "joined" });
  const loaded = (lake: Lake, what: "lines" | "joinedLines"): Promise<void> =>
    checkLoaded(what, { source: url, warehouse: rig.warehouse.url(lake.warehouse) });

  const firstLoad = async (functions: Rig["functions"], what: "lines" | "joinedLines"): Promise<Runs> => {
    const lake = await createLake(rig, { source: SOURCE, functions });
    await rig.settle();
    const runs = await runAll((stage) => lake.run(stage));
    await loaded(lake, what);
    await lake.drop();
    return runs;
  };
  const first = await byTurns(turns, {
    floor: () => measuredFloor(rig, FLOOR),
    plain: () => firstLoad(plain, "lines"),
    joined: () => firstLoad(joined, "joinedLines"),
  });

  const lake = await createLake(rig, { source: SOURCE, functions: joined });
  for (const stage of STAGES) await lake.run(stage);
  await inDatabase(rig.warehouse.url(lake.warehouse), "VACUUM (ANALYZE)");
  // Runs follow each other every few minutes, so their processes are usually warm.
  const warm = { ingest: lake.warm("ingest"), process: lake.warm("process"), load: lake.warm("load") };
  const change = (sql: (turn: number) => string) => async (turn: number) => {
    await inDatabase(url, sql(turn));
    await rig.settle();
    const runs = await runAll((stage) => warm[stage].run());
    await loaded(lake, "joinedLines");
    return runs;
  };
  const oneLine = change(
    (turn) => `UPDATE order_line SET quantity = quantity + 1 WHERE line_id = ${1000 + 7 * turn}`,
  );
  // The first run of the warm processes loads their code.
  await oneLine(turns);
  const changed = await byTurns(turns, {
    floor: () => measuredFloor(rig, FLOOR),
    line: oneLine,
    order: change((turn) => `UPDATE order_header SET customer = 'Renamed ${turn}' WHERE header_id = 1`),
    removed: change((turn) => `DELETE FROM order_line WHERE line_id = ${500 + 7 * turn}`),
  });
  await lake.drop();

  const whole = (runs: readonly Runs[]): number[] =>
    runs.map((run) => STAGES.reduce((sum, stage) => sum + run[stage].seconds, 0));
  const of = (runs: readonly Runs[], stage: Stage): number[] => runs.map((run) => run[stage].seconds);
  const line = (name: string, runs: readonly Runs[], floor: readonly number[]) => [
    name,
    ...STAGES.map((stage) => median(of(runs, stage))),
    median(whole(runs)),
    ratio(of(runs, "process"), floor),
    ratio(whole(runs), floor),
    Math.max(...runs.map(({ process }) => process.peakMb)),
  ];
  const small = (what: string, runs: readonly Runs[]) => ({
    what: `${what}: process`,
    limit: 0.1,
    actual: ratio(of(runs, "process"), changed.floor),
    unit: "× floor",
  });
  const order = `an order of ${FIRST_ORDER_LINES} lines changed`;
  return {
    name: "joined",
    title: `A fact of ${rows.toLocaleString("en-US")} lines, each joined with its order`,
    columns: [
      "",
      ...STAGES.map((stage) => `${stage} s`),
      "whole s",
      "process × floor",
      "whole × floor",
      "process MB",
    ],
    rows: [
      line("first load of the lines alone", first.plain, first.floor),
      line("first load, joined", first.joined, first.floor),
      line("one line changed", changed.line, changed.floor),
      line(order, changed.order, changed.floor),
      line("one line deleted", changed.removed, changed.floor),
    ],
    targets: [
      {
        what: "first load, joined",
        limit: 2,
        actual: ratio(whole(first.joined), whole(first.plain)),
        unit: "× the lines alone",
      },
      small("one line changed", changed.line),
      small(order, changed.order),
      {
        what: "peak memory of process",
        limit: 512,
        actual: Math.max(...first.joined.map(({ process }) => process.peakMb)),
        unit: "MB",
      },
    ],
    notes: [
      `The source has a fifth as many orders as lines. The floor, ${median(changed.floor).toFixed(2)} s, is a pipe of ${rows.toLocaleString("en-US")} sales orders.`,
      "A first load runs in new processes, a change in warm ones.",
    ],
  };
}

async function runAll(run: (stage: Stage) => Promise<StageRun>): Promise<Runs> {
  return { ingest: await run("ingest"), process: await run("process"), load: await run("load") };
}
