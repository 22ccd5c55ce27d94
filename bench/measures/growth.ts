import { checkLoaded } from "../check";
import { createLake, STAGES, type Stage, type StageRun } from "../rig/lake";
import { measuredFloor } from "../rig/pipe";
import { growthPlot } from "../plot";
import type { MeasureResult } from "../result";
import { inDatabase, type Rig } from "../rig/rig";
import { createShop } from "../rig/shop";

interface Size {
  readonly rows: number;
  readonly floor: number;
  readonly stages: Readonly<Record<Stage, StageRun>>;
}

/** A tenth of the rows, all of them, and ten times as many. Time should grow with them, memory should not. */
export async function measureGrowth(rig: Rig): Promise<MeasureResult> {
  const sizes: Size[] = [];
  for (const rows of [rig.rows / 10, rig.rows, rig.rows * 10].map(Math.round)) {
    rig.say(`${rows.toLocaleString("en-US")} rows`);
    sizes.push(await measureSize(rig, rows));
  }
  const whole = ({ stages }: Size): number => STAGES.reduce((sum, stage) => sum + stages[stage].seconds, 0);
  const [, one, ten] = sizes;
  const grown = (stage: Stage): number =>
    (ten?.stages[stage].peakMb ?? NaN) / (one?.stages[stage].peakMb ?? NaN);
  return {
    name: "growth",
    title: "Growth",
    columns: [
      "rows",
      "floor s",
      ...STAGES.map((stage) => `${stage} s`),
      "whole s",
      "× floor",
      ...STAGES.map((stage) => `${stage} MB`),
    ],
    rows: sizes.map((size) => [
      size.rows,
      size.floor,
      ...STAGES.map((stage) => size.stages[stage].seconds),
      whole(size),
      whole(size) / size.floor,
      ...STAGES.map((stage) => size.stages[stage].peakMb),
    ]),
    targets: STAGES.map((stage) => ({
      what: `peak memory of ${stage} at ten times the rows`,
      limit: 1.1,
      actual: grown(stage),
      unit: "× that at a tenth of the rows",
    })),
    notes: ["One run of each size. Every stage runs in a new process."],
    svg: growthPlot([
      {
        title: "seconds",
        logarithmic: true,
        series: [
          { name: "floor", points: sizes.map(({ rows, floor }) => [rows, floor]) },
          ...STAGES.map((stage) => ({
            name: stage,
            points: sizes.map(({ rows, stages }): [number, number] => [rows, stages[stage].seconds]),
          })),
          { name: "whole", points: sizes.map((size) => [size.rows, whole(size)]) },
        ],
      },
      {
        title: "peak MB",
        logarithmic: false,
        series: STAGES.map((stage) => ({
          name: stage,
          points: sizes.map(({ rows, stages }): [number, number] => [rows, stages[stage].peakMb]),
        })),
      },
    ]),
  };
}

async function measureSize(rig: Rig, rows: number): Promise<Size> {
  const source = `growth_${rows}`;
  await createShop(rig, source, { salesOrders: rows });
  const lake = await createLake(rig, { source });
  const floor = await measuredFloor(rig, source);
  const stages: Partial<Record<Stage, StageRun>> = {};
  for (const stage of STAGES) {
    await rig.settle();
    stages[stage] = await lake.run(stage);
  }
  await checkLoaded("salesOrders", {
    source: rig.source.url(source),
    warehouse: rig.warehouse.url(lake.warehouse),
  });
  await lake.drop();
  await inDatabase(rig.source.url("postgres"), `DROP DATABASE ${source} WITH (FORCE)`);
  return { rows, floor, stages: stages as Size["stages"] };
}
