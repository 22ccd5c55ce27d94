import { DuckDBInstance } from "@duckdb/node-api";
import { expect } from "chai";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { columnsOf, joined, references } from "../../../domain/model/columns";
import { computed } from "../../../domain/model/computed";
import { dimDate } from "../../../domain/model/dim-date";
import type { Model } from "../../../domain/model/model";
import { optional, sourceTable } from "../../../domain/model/source";
import { dimension, fact } from "../../../domain/model/table";
import {
  bigint,
  boolean,
  bytea,
  date,
  decimal,
  double,
  integer,
  real,
  text,
  time,
  timestamp,
  timestamptz,
  truncated,
} from "../../../domain/model/types";
import { lakeTables } from "../../../infra/lake/lake-tables";
import { startPipeline, type Pipeline } from "../../support/pipeline/pipeline";
import { createDatabase } from "../../support/postgres/postgres";

const ZOE = "00000000-0000-0000-0000-000000000001";
const BO = "f47ac10b-58cc-4372-a567-0e02b2c3d479";

/** A usual source: its moments have a time zone, and six digits after the second. */
const SOURCE = `
  CREATE TYPE tier AS ENUM ('basic', 'silver, or so');
  CREATE TABLE airport (airport_id bigint PRIMARY KEY, code char(3) NOT NULL);
  CREATE TABLE passenger (
    passenger_id uuid PRIMARY KEY, name varchar(40) NOT NULL, tier tier NOT NULL, frequent boolean NOT NULL,
    home_id bigint NOT NULL REFERENCES airport, bags smallint, profile jsonb, raw json NOT NULL, born date, joined_at timestamptz NOT NULL DEFAULT now());
  CREATE TABLE booking (
    booking_id bigint PRIMARY KEY, passenger_id uuid NOT NULL REFERENCES passenger,
    booked_at timestamptz NOT NULL DEFAULT now(), changed_at timestamptz, departs timestamp(3) NOT NULL,
    boards time, price numeric(10,2) NOT NULL, miles bigint,
    rate numeric(38,10) NOT NULL DEFAULT 1, distance double precision, load real, ticket bytea);
  INSERT INTO airport VALUES (-5, 'LHR'), (9007199254740993, 'GLA'), (9007199254740992, 'BHX');
  INSERT INTO passenger (passenger_id, name, tier, frequent, home_id, bags, profile, raw, born) VALUES
    ('${ZOE}', 'Zoë, "Z"', 'basic', true, 9007199254740993, 32767, '{"b": [1, null, "a\\"b,\\n"], "a": "é"}', '{"a": 1,  "a":2}', '1999-12-31'),
    ('${BO}', '', 'silver, or so', false, -5, NULL, NULL, 'null', NULL);
  INSERT INTO booking VALUES
    (9223372036854775807, '${ZOE}', DEFAULT, now() - interval '1 microsecond', '2024-10-27 01:30:00.123', localtime, 99999999.99, 9223372036854775807),
    (2, '${BO}', '2024-03-31 01:59:59.999999+02', '0001-01-01 00:00:00.000001+00', '2024-03-31 02:30:00', NULL, -0.01, NULL),
    (-9223372036854775808, '${ZOE}', '1969-12-31 23:59:59.999999+00', '9999-12-31 23:59:59.999999+00', '2024-01-01', '23:59:59.999999', 0, -9223372036854775808),
    (4, '${BO}', '2024-01-01 00:30:00+05:30', NULL, '2024-01-01 00:00:00.1', '00:00:00', 12.5, 12);
  UPDATE booking SET rate = 9999999999999999999999999999.9999999999, distance = 0.1, load = 0.1, ticket = '\\x00ff5c78' WHERE booking_id = 2;
  UPDATE booking SET rate = -0.0000000001, distance = 'NaN', load = 'NaN', ticket = '' WHERE booking_id = 4;
  UPDATE booking SET distance = '-Infinity', load = 3.4028235e38 WHERE booking_id < 0`;

const airport = sourceTable("airport", { key: "airport_id", columns: { airport_id: bigint, code: text } });
const passenger = sourceTable("passenger", {
  key: "passenger_id",
  columns: {
    passenger_id: text,
    name: text,
    tier: text,
    frequent: boolean,
    home_id: bigint,
    bags: optional(integer),
    profile: optional(text),
    raw: text,
    born: optional(date),
    joined_at: truncated(timestamptz),
  },
});
const booking = sourceTable("booking", {
  key: "booking_id",
  columns: {
    booking_id: bigint,
    passenger_id: text,
    booked_at: timestamptz,
    changed_at: optional(timestamptz, { accepts: ["timestamp without time zone"] }),
    departs: timestamp,
    boards: optional(time),
    price: decimal(10, 2),
    miles: optional(bigint),
    rate: decimal(38, 10),
    distance: optional(double),
    load: optional(real),
    ticket: optional(bytea),
  },
});

const person = columnsOf(passenger);
const dimPassenger = dimension("dim_passenger", {
  description: "Who flies.",
  source: passenger,
  key: "passenger_id",
  columns: {
    passenger_id: person.copy("passenger_id"),
    name: person.copy("name"),
    tier: person.copy("tier"),
    frequent: person.copy("frequent"),
    home: joined(passenger, "home_id", airport).copy("code"),
    bags: person.copy("bags"),
    profile: person.copy("profile"),
    raw: person.copy("raw"),
    born: person.copy("born"),
    joined_at: person.copy("joined_at"),
  },
});
const own = columnsOf(booking);
const factBooking = fact("fact_booking", {
  description: "Every version of every booking.",
  source: booking,
  key: "booking_id",
  surrogateKey: "booking_record_id",
  currentView: "current_booking",
  columns: {
    booking_id: own.copy("booking_id"),
    passenger_id: references("dim_passenger", own.copy("passenger_id")),
    booked_date: references("dim_date", own.dateOf("booked_at")),
    booked_time: own.timeOf("booked_at"),
    booked_at: own.copy("booked_at"),
    changed_at: own.copy("changed_at"),
    departs: own.copy("departs"),
    boards: own.copy("boards"),
    price: own.copy("price"),
    miles: own.copy("miles"),
    rate: own.copy("rate"),
    distance: own.copy("distance"),
    load: own.copy("load"),
    ticket: own.copy("ticket"),
    twice: computed(double, { distance: own.copy("distance") }, ({ distance }) => (distance ?? 0.25) * 2),
  },
});
const airline: Model = { version: 1, calendar: dimDate, tables: [dimPassenger, factBooking] };

/** The expected rows of the warehouse, as SQL over the source. Both queries run in UTC. */
const EXPECTED: Readonly<Record<string, string>> = {
  dim_passenger: `SELECT passenger_id, name, tier::text, frequent, code AS home, bags::integer, profile, raw, born,
    date_trunc('milliseconds', joined_at) AS joined_at
    FROM passenger JOIN airport ON airport_id = home_id`,
  current_booking: `SELECT booking_id, passenger_id, booked_at::date AS booked_date,
    booked_at::time AS booked_time, booked_at, changed_at, departs, boards, price, miles,
    rate, distance, load, ticket, coalesce(distance, 0.25) * 2 AS twice FROM booking`,
};

/** The types of the warehouse, and what DuckDB makes of those of the files. */
const WAREHOUSE_TYPES: Readonly<Record<string, string>> = {
  passenger_id: "character varying",
  name: "character varying",
  tier: "character varying",
  frequent: "boolean",
  home: "character varying",
  bags: "integer",
  profile: "character varying",
  raw: "character varying",
  born: "date",
  joined_at: "timestamp with time zone",
  booking_id: "bigint",
  booked_date: "date",
  booked_time: "time without time zone",
  booked_at: "timestamp with time zone",
  changed_at: "timestamp with time zone",
  departs: "timestamp without time zone",
  boards: "time without time zone",
  price: "numeric(10,2)",
  miles: "bigint",
  rate: "numeric(38,10)",
  distance: "double precision",
  load: "real",
  ticket: "bytea",
  twice: "double precision",
};
const inDuckdb = (type: string): string =>
  type
    .replace("character varying", "varchar")
    .replace(" without time zone", "")
    .replace("numeric", "decimal")
    .replace("double precision", "double")
    .replace("real", "float")
    .replace("bytea", "blob")
    .toUpperCase();

/** Settings with which DuckDB prints a value as PostgreSQL does. */
function printedByDuckdb(name: string, type: string): string {
  if (type === "bytea") return `'\\x' || lower(hex(${name}))`;
  if (type !== "real" && type !== "double precision") return `${name}::text`;
  return `CASE ${name}::text WHEN 'nan' THEN 'NaN' WHEN '-inf' THEN '-Infinity' ELSE ${name}::text END`;
}

describe("A source with common types reaches the warehouse and the lake unchanged", () => {
  let pipeline: Pipeline;
  beforeEach(async () => {
    const source = await createDatabase();
    const warehouse = await createDatabase();
    await source.query(SOURCE);
    // Moments are in UTC, independent of the defaults of the databases.
    await source.query(`ALTER DATABASE ${source.name} SET timezone = 'Asia/Kolkata'`);
    await warehouse.query(`ALTER DATABASE ${warehouse.name} SET timezone = 'America/New_York'`);
    for (const { query } of [source, warehouse]) await query("SET timezone = 'UTC'");
    pipeline = await startPipeline({ source, warehouse });
  });
  afterEach(() => pipeline.close());

  const run = async (): Promise<void> => {
    await pipeline.ingest();
    expect(await pipeline.process({ model: airline })).to.include({ rejected: 0 });
    await pipeline.load({ model: airline, marts: [] });
  };
  const expectSame = async (): Promise<void> => {
    for (const [name, sql] of Object.entries(EXPECTED)) {
      const columns = Object.keys(airline.tables.find((table) => shownAs(table) === name)!.columns);
      const list = columns.map((column) => `${column}::text`).join(", ");
      const shown = await pipeline.warehouse.query(`SELECT ${list} FROM ${name} ORDER BY 1`);
      const expected = await pipeline.source.query(`SELECT ${list} FROM (${sql}) AS q ORDER BY 1`);
      expect(shown.length, name).to.be.greaterThan(0);
      expect(shown, name).to.deep.equal(expected);
    }
  };
  const shownAs = (table: (typeof airline.tables)[number]): string =>
    table.kind === "fact" ? table.currentView : table.name;

  it("row for row, at first and after inserts, updates and deletes", async () => {
    await run();
    await expectSame();

    await pipeline.source.query(`
      UPDATE passenger SET joined_at = now() + interval '1 day', tier = 'basic' WHERE passenger_id = '${BO}';
      UPDATE booking SET changed_at = now(), price = price + 1 WHERE booking_id IN (2, 4);
      INSERT INTO booking SELECT 5, passenger_id, now(), NULL, departs, boards, price, miles, rate, distance, load, ticket FROM booking WHERE booking_id = 9223372036854775807;
      DELETE FROM booking WHERE booking_id = -9223372036854775808;
      UPDATE airport SET code = 'EDI' WHERE airport_id = 9007199254740993`);
    await run();
    await expectSame();
    expect(await pipeline.warehouse.query("SELECT FROM fact_booking")).to.have.length(7);
  });

  it("with recaptured and waiting versions neither duplicated nor changed", async () => {
    await pipeline.source.query("ALTER TABLE booking DROP CONSTRAINT booking_passenger_id_fkey");
    await pipeline.source.query(
      `CREATE TABLE away AS TABLE passenger; DELETE FROM passenger WHERE passenger_id = '${ZOE}'`,
    );
    await run();
    await pipeline.source.query("ALTER TABLE booking ALTER price TYPE numeric(11,2)");
    await run();
    await pipeline.source.query(`INSERT INTO passenger SELECT * FROM away WHERE passenger_id = '${ZOE}'`);
    await run();

    await expectSame();
    expect(await pipeline.warehouse.query("SELECT FROM fact_booking")).to.have.length(4);
  });

  it("and a column that had no time zone before is read as UTC", async () => {
    const alter = (type: string): Promise<unknown> =>
      pipeline.source.query(
        `ALTER TABLE booking ALTER changed_at TYPE ${type} USING changed_at AT TIME ZONE 'UTC'`,
      );
    await alter("timestamp");
    await run();
    await alter("timestamptz");
    await run();

    await expectSame();
    expect(await pipeline.warehouse.query("SELECT FROM fact_booking")).to.have.length(4);
  });

  it("with the types of the model, in the warehouse and in the files", async () => {
    await run();

    const types = await pipeline.warehouse.query<{ name: string; type: string }>(
      `SELECT DISTINCT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
        WHERE attrelid IN ('dim_passenger'::regclass, 'fact_booking'::regclass) AND attnum > 0 AND attname <> 'booking_record_id'`,
    );
    expect(Object.fromEntries(types.map(({ name, type }) => [name, type]))).to.deep.equal(WAREHOUSE_TYPES);

    const { commit } = (await pipeline.processed.log.head())!;
    const directory = await mkdtemp(join(tmpdir(), "marble-types-"));
    const duckdb = await (await DuckDBInstance.create(":memory:")).connect();
    await duckdb.run("SET TimeZone = 'UTC'");
    for (const table of airline.tables) {
      const file = join(directory, `${table.name}.parquet`);
      await writeFile(
        file,
        await pipeline.processed.store.stream(commit.tables[table.name]!.parts[0]!.files[0]!.key),
      );
      const rows = async (sql: string): Promise<unknown[][]> => (await duckdb.runAndReadAll(sql)).getRows();
      const described = await rows(`SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM '${file}')`);
      expect(described).to.deep.equal(
        Object.keys(table.columns).map((name) => [name, inDuckdb(WAREHOUSE_TYPES[name]!)]),
      );
      const names = Object.keys(table.columns);
      const list = names.map((name) => `${name}::text AS ${name}`).join(", ");
      const inFile = names.map((name) => printedByDuckdb(name, WAREHOUSE_TYPES[name]!)).join(", ");
      const loaded = await pipeline.warehouse.query<Record<string, string | null>>(
        `SELECT ${list} FROM ${table.name} ORDER BY ${table.key.join(", ")}`,
      );
      expect(
        await rows(`SELECT ${inFile} FROM '${file}' ORDER BY ${table.key.join(", ")}`),
        table.name,
      ).to.deep.equal(loaded.map((row) => Object.values(row)));
    }
    duckdb.closeSync();
    await rm(directory, { recursive: true });
    const inAthena = lakeTables(airline).find(({ name }) => name === "fact_booking")!.columns;
    expect(inAthena.find(({ name }) => name === "booked_at")?.type).to.equal("timestamp");
  });
});
