import { expect } from "chai";
import fc from "fast-check";
import { copyHeader, copyRows, copyTrailer } from "../../../domain/formats/copy-binary";
import { momentParser } from "../../../domain/formats/csv/moments";
import {
  decimal,
  double,
  integer,
  isWide,
  real,
  text,
  typeName,
  type ColumnType,
} from "../../../domain/model/types";
import { anyRow, anyValue } from "../../support/formats/arbitraries";
import {
  batchOf,
  EVERY_TYPE,
  printed,
  printedDecimal,
  type Columns,
  type Row,
} from "../../support/formats/columnar";
import { copyInto } from "../../support/postgres/copy";
import { fileOf, parquetOf } from "../../support/formats/parquet";
import { createDatabase, type TestDatabase } from "../../support/postgres/postgres";
import { readRowGroups } from "../../../domain/formats/parquet/reader";

describe("Rows in the binary format of COPY", () => {
  let database: TestDatabase;
  before(async () => {
    database = await createDatabase();
  });
  after(() => database.drop());

  /** Copies rows by column into a new table and reads them back as PostgreSQL prints them. */
  async function copied(
    columns: Columns,
    chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  ): Promise<Row[]> {
    const names = Object.keys(columns);
    await database.query("SET timezone = 'UTC'; DROP TABLE IF EXISTS copied");
    await database.query(
      `CREATE TABLE copied (place serial, ${names.map((name) => `${name} ${typeName(columns[name]!.type)}`).join(", ")})`,
    );
    await copyInto(database, `COPY copied (${names.join(", ")}) FROM STDIN (FORMAT binary)`, chunks);
    const rows = await database.query<Record<string, string | null>>(
      `SELECT ${names.map((name) => `${name}::text`).join(", ")} FROM copied ORDER BY place`,
    );
    return rows.map((row) => names.map((name) => row[name] ?? null));
  }

  /** The rows as the loader has them, by column in the physical form of a Parquet row group. */
  function* encoded(columns: Columns, rows: readonly Row[]): Generator<Uint8Array> {
    const types = Object.values(columns).map(({ type }) => type);
    const values = types.map((type, column) => rows.map((cells) => physical(type, cells[column] ?? null)));
    yield copyHeader();
    yield* copyRows(types, values, rows.length);
    yield copyTrailer();
  }

  const asPrinted = (columns: Columns, rows: readonly Row[]): Row[] =>
    rows.map((cells) => Object.values(columns).map((column, index) => printed(column, cells[index] ?? null)));

  it("have floating-point numbers that an earlier file holds as texts", async () => {
    const columns = { r: { type: real, nullable: true }, d: { type: double, nullable: true } };
    const texts = ["0.1", "NaN", "-0", null].map((one) => (one === null ? null : Buffer.from(one)));
    const bytes = function* (): Generator<Uint8Array> {
      yield copyHeader();
      yield* copyRows([real, double], [texts, texts], texts.length);
      yield copyTrailer();
    };
    expect(await copied(columns, bytes())).to.deep.equal(["0.1", "NaN", "-0", null].map((one) => [one, one]));
    expect(() => [...copyRows([real], [["0.1"]], 1)]).to.throw(
      TypeError,
      "row 0 of a floating-point column holds no number",
    );
  });

  it("reach PostgreSQL unchanged with any value of every type and NULL", async () => {
    const rows = fc.array(anyRow(EVERY_TYPE), { minLength: 1, maxLength: 500, size: "max" });
    await fc.assert(
      fc.asyncProperty(rows, async (given) => {
        expect(await copied(EVERY_TYPE, encoded(EVERY_TYPE, given))).to.deep.equal(
          asPrinted(EVERY_TYPE, given),
        );
      }),
      { numRuns: 5 },
    );
  });

  it("are accepted directly from a Parquet file", async () => {
    const rows = fc.array(anyRow(EVERY_TYPE), { minLength: 1, maxLength: 100, size: "max" });
    const fromParquet = async function* (given: readonly Row[]): AsyncGenerator<Uint8Array> {
      const types = Object.values(EVERY_TYPE).map(({ type }): ColumnType => type);
      yield copyHeader();
      const file = fileOf(parquetOf(EVERY_TYPE, [batchOf(EVERY_TYPE, given)]));
      for await (const group of readRowGroups(file, EVERY_TYPE))
        yield* copyRows(types, group.columns, group.rows);
      yield copyTrailer();
    };
    await fc.assert(
      fc.asyncProperty(rows, async (given) => {
        expect(await copied(EVERY_TYPE, fromParquet(given))).to.deep.equal(asPrinted(EVERY_TYPE, given));
      }),
      { numRuns: 3 },
    );
  });

  it("may be empty", async () => {
    expect(await copied(EVERY_TYPE, encoded(EVERY_TYPE, []))).to.deep.equal([]);
  });

  it("keep microseconds of timestamps up to the limits of 64 bits", async () => {
    const columns: Columns = { moment: EVERY_TYPE.moment };
    const moments = [
      "4713-01-01 00:00:00.000001 BC",
      "0001-12-31 23:59:59.999999 BC",
      "0001-01-01 00:00:00.000001",
      "1999-12-31 23:59:59.999999",
      "2000-01-01 00:00:00",
      "2300-02-28 01:02:03.456789",
      "9999-12-31 23:59:59.999999",
      "294246-12-31 23:59:59.999999",
    ];
    const parse = momentParser({ zoned: false, truncated: false });
    const rows = moments.map((moment): Row => [parse(Buffer.from(moment), 0, moment.length)!]);

    expect((await copied(columns, encoded(columns, rows))).flat()).to.deep.equal(moments);
  });

  for (const [precision, scale] of [
    [1, 0],
    [4, 4],
    [5, 1],
    [9, 3],
    [18, 0],
    [18, 9],
    [18, 17],
    [18, 18],
    [19, 0],
    [38, 0],
    [38, 10],
    [38, 38],
  ] as const) {
    it(`keep decimals of ${precision} digits and scale ${scale} at every power of ten`, async () => {
      const type = decimal(precision, scale);
      const columns: Columns = { n: { type, nullable: false } };
      const powers = Array.from({ length: precision }, (_, power) => 10n ** BigInt(power));
      const edges = [0n, 10n ** BigInt(precision) - 1n, ...powers, ...powers.map((power) => power - 1n)];
      const sampled = fc.sample(anyValue(type), 50).map(BigInt);
      const values = [...edges, ...sampled].flatMap((value) => [value, -value]);

      const result = await copied(
        columns,
        encoded(
          columns,
          values.map((value) => [value]),
        ),
      );

      expect(result.flat()).to.deep.equal(values.map((value) => printedDecimal(value, scale)));
    });
  }

  it("come in chunks and may be longer than one chunk", async () => {
    const columns: Columns = { a: { type: text, nullable: true }, b: { type: text, nullable: false } };
    const rows = [1, 400_000, 3, 70_000, 900_000, 0].map((length, row): Row => [
      "é".repeat(length),
      `row ${row}`,
    ]);

    const chunks = [...encoded(columns, rows)];

    expect(chunks.length).to.be.within(4, 8);
    expect(await copied(columns, chunks)).to.deep.equal(rows);
  });

  it("are refused when a column lacks a value", () => {
    const values = [Int32Array.from([1, 2])];
    expect(() => [...copyRows([integer], values, 3)]).to.throw(
      RangeError,
      "column 0 has 2 values in a group of 3 rows",
    );
    expect(() => [...copyRows([integer, integer], values, 2)]).to.throw(RangeError);
  });

  it("have room for the values after a long text", async () => {
    const decimals = Array.from({ length: 200 }, (_, index) => `n${index}`);
    const columns: Columns = {
      a: { type: text, nullable: true },
      ...Object.fromEntries(decimals.map((name) => [name, EVERY_TYPE.wide])),
    };
    const rows = [1_000_000, 0, 3_000_000].map((length): Row => [
      "x".repeat(length),
      ...decimals.map((_, index) => BigInt(index) - 10n ** 38n + 1n),
    ]);

    expect(await copied(columns, encoded(columns, rows))).to.deep.equal(asPrinted(columns, rows));
  });
});

function physical(type: ColumnType, value: Row[number]): unknown {
  if (type.kind === "bytea" && value !== null) return Buffer.from(String(value).slice(2), "hex");
  if (type.kind === "decimal" && isWide(type) && value !== null)
    return Buffer.from(bigEndian(BigInt(value)), "hex");
  if (typeof value === "string") return new TextEncoder().encode(value);
  const isMoment = type.kind === "time" || type.kind.startsWith("timestamp");
  return isMoment && value !== null ? BigInt(value) : value;
}

/** 128 bits in hexadecimal digits, the highest digit first. */
const bigEndian = (value: bigint): string => BigInt.asUintN(128, value).toString(16).padStart(32, "0");
