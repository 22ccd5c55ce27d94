import { checkLoaded } from "../check";
import { createLake, STAGES } from "../rig/lake";
import type { MeasureResult } from "../result";
import { inDatabase, type Rig } from "../rig/rig";
import { createShop } from "../rig/shop";
import { byTurns, median, ratio, secondsOf, type Contestant } from "../turns";

const SOURCE = "designs";
const RIVALS = "upsert_rivals";
const COLUMNS = ["design_name", "file_location", "file_name"];
const differs = (a: string, b: string): string =>
  `(${COLUMNS.map((name) => `${a}.${name}`).join(", ")}) IS DISTINCT FROM (${COLUMNS.map((name) => `${b}.${name}`).join(", ")})`;
const set = (from: string): string => COLUMNS.map((name) => `${name} = ${from}.${name}`).join(", ");

/** The statements that a person would write by hand. Each is one statement over rows in the table `staged`. */
const STATEMENTS: Readonly<Record<string, string>> = {
  "INSERT … ON CONFLICT": `INSERT INTO dim_design AS t SELECT * FROM staged ON CONFLICT (design_id) DO UPDATE SET ${set("excluded")} WHERE ${differs("t", "excluded")}`,
  MERGE: `MERGE INTO dim_design AS t USING staged AS s ON t.design_id = s.design_id WHEN MATCHED AND ${differs("t", "s")} THEN UPDATE SET ${set("s")} WHEN NOT MATCHED THEN INSERT VALUES (s.design_id, s.design_name, s.file_location, s.file_name)`,
  "UPDATE … FROM": `UPDATE dim_design AS t SET ${set("s")} FROM staged AS s WHERE t.design_id = s.design_id AND ${differs("t", "s")}`,
};

/** The load of a dimension whose rows all changed, compared with the best single statement for it. */
export async function measureUpsert(rig: Rig): Promise<MeasureResult> {
  const { rows, turns } = rig;
  await createShop(rig, SOURCE, { salesOrders: 1000, designs: rows });
  const lake = await createLake(rig, { source: SOURCE });
  for (const stage of STAGES) await lake.run(stage);
  const source = rig.source.url(SOURCE);
  const warehouse = rig.warehouse.url(lake.warehouse);

  /** Every contestant starts with a freshly vacuumed table, so that all find the same number of dead rows. */
  const rival = async (turn: number, statement: string): Promise<number> => {
    await rig.warehouse.createDatabase(RIVALS, { template: lake.warehouse });
    const url = rig.warehouse.url(RIVALS);
    try {
      await inDatabase(
        url,
        `CREATE UNLOGGED TABLE staged AS SELECT design_id, design_name || ' r${turn}' AS design_name, file_location, file_name FROM dim_design`,
      );
      await inDatabase(url, "VACUUM (ANALYZE)");
      await rig.settle();
      return await secondsOf(() => inDatabase(url, statement));
    } finally {
      await inDatabase(rig.warehouse.url("postgres"), `DROP DATABASE ${RIVALS} WITH (FORCE)`);
    }
  };
  const contestants: Record<string, Contestant<number>> = {};
  for (const [name, statement] of Object.entries(STATEMENTS))
    contestants[name] = (turn) => rival(turn, statement);
  contestants["load"] = async (turn) => {
    await inDatabase(source, `UPDATE design SET design_name = design_name || ' v${turn}'`);
    await inDatabase(source, "VACUUM design");
    await lake.run("ingest");
    await lake.run("process");
    await inDatabase(warehouse, "VACUUM (FULL, ANALYZE) dim_design");
    await rig.settle();
    const { seconds } = await lake.run("load");
    await checkLoaded("designs", { source, warehouse });
    return seconds;
  };
  const measured = await byTurns(turns, contestants);
  const of = (name: string): number[] => measured[name] ?? [];
  const names = Object.keys(STATEMENTS);
  const best = names.reduce((a, b) => (median(of(a)) <= median(of(b)) ? a : b));
  const plan = await planOf(rig, lake.warehouse, STATEMENTS[best] ?? "");
  await lake.drop();
  return {
    name: "upsert",
    title: `A dimension of ${rows.toLocaleString("en-US")} rows, all of them changed`,
    columns: ["", "s", "× best statement"],
    rows: [...names, "load"].map((name) => [name, median(of(name)), ratio(of(name), of(best))]),
    targets: [
      {
        what: "load alone, all rows conflicting (dimension upsert)",
        limit: 1.2,
        actual: ratio(of("load"), of(best)),
        unit: "× best single statement",
      },
    ],
    notes: [
      "The statements run on rows that are already in the database. Load first reads the rows from Parquet and copies them.",
      `The plan of ${best}: ${plan}`,
    ],
  };
}

async function planOf(rig: Rig, database: string, statement: string): Promise<string> {
  const url = rig.warehouse.url(database);
  await inDatabase(url, "CREATE UNLOGGED TABLE staged AS SELECT * FROM dim_design");
  await inDatabase(url, "ANALYZE");
  const lines = await inDatabase<Record<string, string>>(url, `EXPLAIN (COSTS OFF) ${statement}`);
  return lines.map((line) => `\`${(line["QUERY PLAN"] ?? "").trim()}\``).join(" ");
}
