import { expect } from "chai";
import type { Pipeline } from "../pipeline/pipeline";
import type { TestDatabase } from "../postgres/postgres";

/** The expected rows of each table of the warehouse, as hand-written SQL over the source. */
const TABLES: Readonly<Record<string, string>> = {
  dim_bike: "SELECT bike_id, frame, depot_name, COALESCE(town, '') FROM bike JOIN depot USING (depot_id)",
  dim_country: `SELECT country_id, country_code, CASE country_code WHEN 'FR' THEN 'France' ELSE 'Great Britain' END
    FROM country`,
  dim_customer: "SELECT customer_id, customer_name, address_line_1, address_line_2, country_id FROM customer",
  current_hire: `SELECT hire_id, started_at::date, started_at::time, customer_id, bike_id, price, currency_code, paid,
    due::date FROM hire`,
  current_repair: "SELECT repair_id, bike_id, cost, currency_code, minutes, done_on::date FROM repair",
};

/** The expected rows of each mart. */
const MARTS: Readonly<Record<string, string>> = {
  takings_by_day: "SELECT started_at::date, currency_code, count(*), sum(price) FROM hire GROUP BY 1, 2",
  best_bikes: `SELECT bike_id, frame, currency_code, sum(price) FROM hire JOIN bike USING (bike_id) GROUP BY 1, 2, 3`,
  mean_amounts: `
    SELECT 'sale', started_at::date, currency_code, round(avg(price), 2), max(price) FROM hire GROUP BY 2, 3
     UNION ALL
    SELECT 'purchase', done_on::date, currency_code, round(avg(cost), 2), max(cost) FROM repair GROUP BY 2, 3`,
  entries: `SELECT 'sale', currency_code, started_at::date FROM hire
     UNION ALL SELECT 'purchase', currency_code, done_on::date FROM repair`,
};

/** The surrogate key of a fact, whose values the warehouse generates. */
const SURROGATE_KEYS = ["hire_record_id", "repair_record_id"];

type Both = Pick<Pipeline, "source" | "warehouse">;
type Rows = Readonly<Record<string, readonly string[]>>;

/** Expects that the tables of a warehouse show what SQL over the source predicts. */
export async function expectTables(
  { source, warehouse }: Both,
  {
    schema = "public",
    without = [],
  }: { readonly schema?: string; readonly without?: readonly string[] } = {},
): Promise<void> {
  const tables = Object.fromEntries(Object.entries(TABLES).filter(([name]) => !without.includes(name)));
  expect(await rowsIn(warehouse, schema, tables)).to.deep.equal(await predicted(source, tables));
}

/** Expects that the marts of a warehouse show what SQL over the source predicts. */
export async function expectMarts({ source, warehouse }: Both, schema = "marts"): Promise<void> {
  expect(await rowsIn(warehouse, schema, MARTS)).to.deep.equal(await predicted(source, MARTS));
}

async function rowsIn(warehouse: TestDatabase, schema: string, of: object): Promise<Rows> {
  const rows: Record<string, readonly string[]> = {};
  for (const name of Object.keys(of)) {
    const columns = await warehouse.query<{ name: string }>(
      `SELECT quote_ident(attname) AS name FROM pg_attribute
        WHERE attrelid = format('%I.%I', $1::text, $2::text)::regclass AND attnum > 0 AND NOT attisdropped
          AND attname <> ALL ($3) ORDER BY attnum`,
      [schema, name, SURROGATE_KEYS],
    );
    const list = columns.map((column) => column.name).join(", ");
    const [quoted] = await warehouse.query<{ name: string }>(
      "SELECT format('%I.%I', $1::text, $2::text) AS name",
      [schema, name],
    );
    rows[name] = await texts(warehouse, `SELECT ${list} FROM ${quoted!.name}`);
  }
  return rows;
}

async function predicted(source: TestDatabase, statements: Readonly<Record<string, string>>): Promise<Rows> {
  const rows: Record<string, readonly string[]> = {};
  for (const [name, sql] of Object.entries(statements)) rows[name] = await texts(source, sql);
  return rows;
}

async function texts(database: TestDatabase, sql: string): Promise<readonly string[]> {
  const rows = await database.query<{ row: string }>(`SELECT ROW(q.*)::text AS row FROM (${sql}) AS q`);
  return rows.map(({ row }) => row).sort();
}
