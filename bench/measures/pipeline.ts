import { rmSync } from "node:fs";
import { join } from "node:path";
import { checkLoaded } from "../check";
import { node, type CopyTool } from "../rig/floor";
import { createLake, STAGES, type Lake, type Stage, type StageRun } from "../rig/lake";
import { columnsOf, copyTools, measuredFloor, ORDERS, scratchUrl } from "../rig/pipe";
import type { MeasureResult } from "../result";
import { inDatabase, readerUrl, type Rig } from "../rig/rig";
import { createShop } from "../rig/shop";
import { byTurns, median, ratio, secondsOf, type Contestant } from "../turns";

const SOURCE = "totesys";

/** The rows of the fact with its key, without references. */
const FACT_COLUMNS =
  "sales_order_id, created_date, created_time, last_updated_date, last_updated_time, sales_staff_id, counterparty_id, " +
  "units_sold, unit_price, currency_id, design_id, agreed_payment_date, agreed_delivery_date, agreed_delivery_location_id";

interface Run {
  readonly stages: Readonly<Record<Stage, StageRun>>;
  readonly bytes: Readonly<Record<Stage, number>>;
}

/** A first load of all rows through the three stages, each with the floor of its time. */
export async function measurePipeline(rig: Rig): Promise<MeasureResult> {
  const { rows, turns } = rig;
  const floors = await prepareFloors(rig);
  const tools = await copyTools();
  const [best] = tools;

  const contestants: Record<string, Contestant<unknown>> = {};
  for (const tool of tools) contestants[`pipe ${tool.name}`] = () => floors.pipe(tool);
  for (const tool of tools) contestants[`out ${tool.name}`] = () => floors.out(tool);
  contestants["pipeline"] = () => firstLoad(rig, floors);
  for (const tool of tools) contestants[`in ${tool.name}`] = () => floors.in(tool);
  const measured = await byTurns(turns, contestants);
  const seconds = (name: string): number[] => measured[name] as number[];
  const runs = measured["pipeline"] as Run[];
  const floor = seconds(`pipe ${best.name}`);
  const of = (stage: Stage): StageRun[] => runs.map(({ stages }) => stages[stage]);
  const wall = (stage: Stage): number[] => of(stage).map((run) => run.seconds);
  const whole = runs.map(({ stages }) => STAGES.reduce((sum, stage) => sum + stages[stage].seconds, 0));
  const peak = (stage: Stage): number => Math.max(...of(stage).map(({ peakMb }) => peakMb));

  const line = (name: string, values: readonly number[], rest: readonly (string | number)[] = []) => [
    name,
    median(values),
    ratio(values, floor),
    Math.round(rows / median(values)),
    ...rest,
  ];
  const stageLine = (stage: Stage) =>
    line(stage, wall(stage), [
      median(runs.map(({ bytes }) => bytes[stage] / 1e6)) / median(wall(stage)),
      peak(stage),
      median(of(stage).map(({ standInSeconds }) => standInSeconds)),
    ]);
  const outAndIn = seconds(`out ${best.name}`).map(
    (out, turn) => out + (seconds(`in ${best.name}`)[turn] ?? NaN),
  );
  const floorLines = tools.flatMap(({ name }) => [
    line(`pipe by ${name}, with key`, seconds(`pipe ${name}`), ["", "", ""]),
    line(`COPY TO a CSV file by ${name}`, seconds(`out ${name}`), ["", "", ""]),
    line(`COPY FROM a file by ${name}, with key`, seconds(`in ${name}`), ["", "", ""]),
  ]);
  return {
    name: "pipeline",
    title: `A first load of ${rows.toLocaleString("en-US")} sales orders`,
    columns: ["", "s", "× floor", "rows/s", "MB/s", "peak MB", "stand-ins, CPU s"],
    rows: [
      ...floorLines,
      line(`COPY TO and then COPY FROM, by ${best.name}`, outAndIn, ["", "", ""]),
      ...STAGES.map(stageLine),
      line("whole pipeline", whole, ["", "", ""]),
    ],
    targets: [
      { what: "whole pipeline, first load", limit: 2, actual: ratio(whole, floor), unit: "× floor" },
      {
        what: "ingest alone",
        limit: 1.25,
        actual: ratio(wall("ingest"), seconds(`out ${best.name}`)),
        unit: "× COPY TO a file",
      },
      { what: "process alone", limit: 0.45, actual: ratio(wall("process"), floor), unit: "× floor" },
      {
        what: "load alone, first load of a fact",
        limit: 1.3,
        actual: ratio(wall("load"), seconds(`in ${best.name}`)),
        unit: "× COPY FROM a file, with key",
      },
      ...STAGES.map((stage) => ({
        what: `peak memory of ${stage}`,
        limit: 256,
        actual: peak(stage),
        unit: "MB",
      })),
    ],
    notes: [
      `The floor is the pipe by ${best.name}: COPY TO STDOUT of sales_order on one server into COPY FROM STDIN of the same table with its primary key on the other.`,
      "The pipe reads and writes simultaneously. The stages run one after the other, with a lake between them. So they cannot be faster than COPY TO and then COPY FROM.",
      "Every stage runs in a new process, from its deployed archive. Its time includes the start.",
      "MB/s: of CSV for ingest, of CSV and Parquet for process, of Parquet for load.",
    ],
  };
}

interface Floors {
  pipe(tool: CopyTool): Promise<number>;
  out(tool: CopyTool): Promise<number>;
  in(tool: CopyTool): Promise<number>;
  /** Passes the rows of a loaded fact to `in`. */
  exportFact(warehouse: string): Promise<void>;
}

async function prepareFloors(rig: Rig): Promise<Floors> {
  rig.say(`generating ${rig.rows} sales orders`);
  await createShop(rig, SOURCE, { salesOrders: rig.rows });
  const source = readerUrl(rig, SOURCE);
  const scratch = await scratchUrl(rig);
  const csv = join(rig.directory, "orders.csv");
  const fact = join(rig.directory, "fact.txt");
  let factTable: string | undefined;
  return {
    pipe: (tool) => measuredFloor(rig, SOURCE, tool),
    out: async (tool) => {
      rmSync(csv, { force: true });
      await rig.settle();
      return secondsOf(() =>
        tool.toFile({ url: source, query: `SELECT * FROM ${ORDERS}`, format: "csv, HEADER" }, csv),
      );
    },
    in: async (tool) => {
      await inDatabase(scratch, `DROP TABLE IF EXISTS fact; ${factTable ?? ""}`);
      await rig.settle();
      return secondsOf(() => tool.fromFile(fact, { url: scratch, table: `fact (${FACT_COLUMNS})` }));
    },
    exportFact: async (warehouse) => {
      if (factTable !== undefined) return;
      const url = rig.warehouse.url(warehouse);
      await node.toFile(
        { url, query: `SELECT ${FACT_COLUMNS} FROM fact_sales_order ORDER BY 1`, format: "text" },
        fact,
      );
      const columns = (await columnsOf(url, "fact_sales_order")).replace("integer", "serial PRIMARY KEY");
      factTable = `CREATE TABLE fact (${columns})`;
    },
  };
}

async function firstLoad(rig: Rig, floors: Floors): Promise<Run> {
  const lake = await createLake(rig, { source: SOURCE });
  const stages: Partial<Record<Stage, StageRun>> = {};
  for (const stage of STAGES) {
    await rig.settle();
    stages[stage] = await lake.run(stage);
  }
  await checkLoaded("salesOrders", {
    source: rig.source.url(SOURCE),
    warehouse: rig.warehouse.url(lake.warehouse),
  });
  await floors.exportFact(lake.warehouse);
  const bytes = bytesOf(lake);
  await lake.drop();
  return { stages: stages as Run["stages"], bytes };
}

function bytesOf(lake: Lake): Run["bytes"] {
  const sum = (files: readonly { readonly bytes: number }[]): number =>
    files.reduce((total, file) => total + file.bytes, 0);
  const { ingested, processed } = lake.lastCommits();
  const csv = Object.values(ingested.tables).flatMap(({ files }) => files);
  const parquet = Object.values(processed.tables).flatMap(({ parts }) => parts.flatMap(({ files }) => files));
  return { ingest: sum(csv), process: sum(csv) + sum(parquet), load: sum(parquet) };
}
