import { expect } from "chai";
import { readWarehouseTables } from "../../../adapters/warehouse/catalogue";
import { columnsOf } from "../../../domain/model/columns";
import { sourceTable } from "../../../domain/model/source";
import { fact } from "../../../domain/model/table";
import {
  bigint,
  boolean,
  date,
  decimal,
  integer,
  text,
  time,
  timestamp,
  timestamptz,
  typeName,
  type ColumnType,
} from "../../../domain/model/types";
import { BOOKKEEPING, createBookkeeping } from "../../../domain/warehouse/bookkeeping";
import { appendVersions } from "../../../domain/warehouse/facts";
import { createStaging, stagingName } from "../../../domain/warehouse/dimensions";
import { findTarget } from "../../../domain/warehouse/target";
import { createDatabase, type TestDatabase } from "../../support/postgres/postgres";

const TEXTS = ["ab", "AB", "ab ", "ab  ", "abc", "abcdef", "abcde ", "", " ", "é", "2024-01-01", "7"];
const INTEGERS = ["7", "70000", "-7", "0", "1"];
const CLOCK = ["10:00:00", "10:00:00.4", "10:00:00.6", "23:59:59.999"];
const MOMENTS = [
  "2024-01-01 10:00:00",
  "2024-01-01 10:00:00.4",
  "2024-01-01 10:00:01.4",
  "2024-01-02 00:00:00",
];

/** Values and possible types of a prepared column, for each type of the model. */
const CASES: readonly (readonly [ColumnType, readonly string[], readonly string[]])[] = [
  [
    text,
    TEXTS,
    [
      "text",
      "varchar",
      "varchar(5)",
      "char(5)",
      "char(3)",
      "name",
      '"char"',
      "loose",
      "short",
      "shorter",
      "int",
      "citext",
    ],
  ],
  [
    integer,
    INTEGERS,
    [
      "int",
      "bigint",
      "smallint",
      "numeric(6,1)",
      "numeric",
      "real",
      "float8",
      "text",
      "char(4)",
      "varchar(2)",
    ],
  ],
  [
    bigint,
    [...INTEGERS, "9007199254740993", "9007199254740992"],
    ["bigint", "int", "float8", "real", "numeric(20,0)", "text"],
  ],
  [
    decimal(10, 2),
    ["1.25", "1.2", "1.30", "12345678.99", "-1.25"],
    ["numeric(10,2)", "numeric(8,1)", "numeric", "int", "money", "float4", "text", "varchar(4)"],
  ],
  [boolean, ["true", "false"], ["boolean", "text", "varchar(4)", "int"]],
  [
    date,
    ["2024-01-01", "2024-12-31", "0001-01-01"],
    ["date", "timestamp", "timestamptz", "text", "varchar(10)", "char(12)", "int"],
  ],
  [time, CLOCK, ["time", "time(0)", "time(1)", "timetz", "interval", "text"]],
  [timestamp, MOMENTS, ["timestamp", "timestamp(0)", "date", "time(0)", "timestamptz", "text"]],
  [timestamptz, MOMENTS, ["timestamptz", "timestamptz(0)", "timestamp", "date", "timetz", "text"]],
];

describe("A value of the model equals only its own stored value", function () {
  this.timeout(120_000);
  let database: TestDatabase;
  before(async () => {
    database = await createDatabase();
    await database.query(`
      SET timezone = 'UTC'; SET lc_monetary = 'C';
      CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      CREATE DOMAIN loose AS text COLLATE ci;
      CREATE DOMAIN short AS varchar(5) CHECK (VALUE <> 'abc');
      CREATE DOMAIN shorter AS short CHECK (length(VALUE) < 5)`);
    for (const table of BOOKKEEPING) await database.query(createBookkeeping("public", table));
  });
  after(() => database.drop());

  for (const [type, values, prepared] of CASES) {
    for (const column of prepared) {
      it(`${typeName(type)} in a column of ${column}`, async function () {
        if (column === "citext") {
          const [has] = await database.query("SELECT FROM pg_available_extensions WHERE name = 'citext'");
          if (has === undefined) return this.skip();
          await database.query("CREATE EXTENSION citext");
        }
        const source = sourceTable("thing", { key: "id", columns: { id: integer, value: type } });
        const own = columnsOf(source);
        const factThing = fact("fact_thing", {
          description: "",
          source,
          key: "id",
          surrogateKey: "record_id",
          currentView: "current_thing",
          columns: { id: own.copy("id"), value: own.copy("value") },
        });
        await database.query(`DROP TABLE IF EXISTS fact_thing;
          CREATE TABLE fact_thing (record_id serial PRIMARY KEY, id int, value ${column})`);
        const target = findTarget(factThing, await readWarehouseTables(database.client, "public"))!;
        const place = { schema: "public", fact: factThing, target, parents: new Map() };

        /** Loads versions with these keys and returns the stored rows by key, or undefined when the table refuses one. */
        const append = async (
          versions: readonly (readonly [number, string])[],
          recapture: boolean,
        ): Promise<ReadonlyMap<number, readonly string[]> | undefined> => {
          const rows = versions.map(([key, value]) => `(${key}, '${value}')`).join(", ");
          await database.query(`BEGIN; ${createStaging(target)};
            INSERT INTO pg_temp.${stagingName(target)} VALUES ${rows}`);
          try {
            await database.query(appendVersions(place, { recapture }));
          } catch {
            await database.query("ROLLBACK");
            return undefined;
          }
          await database.query("COMMIT");
          const found = await database.query<{ id: number; values: string[] }>(
            'SELECT id, json_agg(value::text COLLATE "C" ORDER BY record_id) AS values FROM fact_thing GROUP BY id',
          );
          return new Map(found.map((row) => [row.id, row.values]));
        };
        const stored = new Map<string, string>();
        for (const value of values) {
          const held = await append([[0, value]], false);
          if (held !== undefined) stored.set(value, held.get(0)![0]!);
          await database.query("TRUNCATE fact_thing");
        }
        const pairs = [...stored.keys()].flatMap((first) =>
          [...stored.keys()].map((second) => [first, second] as const),
        );
        if (pairs.length === 0) return;
        await append(
          pairs.map(([first], key) => [key, first]),
          false,
        );

        const after = await append(
          pairs.map(([, second], key) => [key, second]),
          true,
        );

        for (const [key, [first, second]] of pairs.entries()) {
          const expected = [...new Set([stored.get(first)!, stored.get(second)!])];
          expect(after!.get(key), `"${second}" captured again behind "${first}"`).to.deep.equal(expected);
        }
        for (const refused of values.filter((value) => !stored.has(value))) {
          const again = await append(
            [...stored.keys()].map((_, first) => [first * stored.size, refused]),
            true,
          );
          expect(again, `"${refused}" is refused as it was before`).to.equal(undefined);
        }
      });
    }
  }
});
