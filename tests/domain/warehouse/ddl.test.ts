import { expect } from "chai";
import { loadOrder } from "../../../domain/model/model";
import { createTable, type ReferredTable } from "../../../domain/warehouse/ddl";
import { createDatabase, type TestDatabase } from "../../support/postgres/postgres";
import { hireModel } from "../../support/hires/model";
import { HIRE_TABLES } from "../../support/hires/warehouse-tables";

/** The columns of a table in PostgreSQL, in the notation of `HIRE_TABLES`. */
const COLUMNS = `
SELECT c.relname AS "table", json_agg(
         a.attname || ' ' ||
         CASE WHEN pg_get_serial_sequence(c.oid::regclass::text, a.attname) IS NOT NULL THEN 'serial' ELSE
           replace(replace(format_type(a.atttypid, a.atttypmod), 'character varying', 'varchar'), ' without time zone', '') END ||
         CASE WHEN a.attnotnull THEN '' ELSE '?' END ||
         CASE WHEN k.contype = 'p' THEN ' PK' ELSE '' END ||
         COALESCE(' → ' || (SELECT relname FROM pg_class WHERE oid = f.confrelid), '')
         ORDER BY a.attnum)::text AS columns
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
  LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p' AND k.conkey = ARRAY[a.attnum]
  LEFT JOIN pg_constraint f ON f.conrelid = c.oid AND f.contype = 'f' AND f.conkey = ARRAY[a.attnum]
 WHERE c.relnamespace = $1::regnamespace AND c.relkind = 'r'
 GROUP BY c.relname`;

describe("The statements that create the warehouse", () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createDatabase();
  });
  afterEach(() => database.drop());

  const order = loadOrder(hireModel);
  const parents = new Map<string, ReferredTable>(
    order.map(({ name, key }) => [name, { name, key, keys: key }]),
  );
  const tablesIn = async (schema: string): Promise<Record<string, string[]>> => {
    const rows = await database.query<{ table: string; columns: string }>(COLUMNS, [schema]);
    return Object.fromEntries(rows.map(({ table, columns }) => [table, JSON.parse(columns) as string[]]));
  };

  it("create its tables with columns, types, keys and references", async () => {
    for (const table of order) await database.query(createTable("public", table, parents));

    expect(await tablesIn("public")).to.deep.equal(HIRE_TABLES);
  });

  it("create them in a schema of any name", async () => {
    await database.query('CREATE SCHEMA "Odd ""schema"""');
    for (const table of order) await database.query(createTable('Odd "schema"', table, parents));

    expect(await tablesIn('"Odd ""schema"""')).to.deep.equal(HIRE_TABLES);
    expect(await tablesIn("public")).to.deep.equal({});
  });

  it("refer to a prepared table by its name and key, but not to one without a key", async () => {
    await database.query('CREATE TABLE "Dim_Dates" ("Day" date PRIMARY KEY)');
    const prepared = new Map([["dim_date", { name: "Dim_Dates", key: ["date_id"], keys: ["Day"] }]]);
    const hire = order.find(({ name }) => name === "fact_hire")!;

    await database.query(createTable("public", hire, prepared));

    const expected = HIRE_TABLES["fact_hire"]!.map((column) =>
      column.replace(/ → (\w+)/, (_, to: string) => (to === "dim_date" ? " → Dim_Dates" : "")),
    );
    expect((await tablesIn("public"))["fact_hire"]).to.deep.equal(expected);
  });
});
