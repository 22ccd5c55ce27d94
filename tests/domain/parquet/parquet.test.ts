import { DuckDBInstance } from "@duckdb/node-api";
import type { RecordBatch } from "apache-arrow";
import { expect } from "chai";
import fc from "fast-check";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { ParquetReader } from "parquetjs-lite";
import { from as copyFrom } from "pg-copy-streams";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { dayNumber } from "../../../domain/calendar";
import { arrowSchema, recordBatch, type ColumnShape } from "../../../domain/columnar/arrow";
import { columnBuilder } from "../../../domain/columnar/builder";
import type { Value } from "../../../domain/columnar/read";
import { copyHeader, copyRows, copyTrailer } from "../../../domain/copy-binary";
import { dimDate } from "../../../domain/model/dim-date";
import {
  boolean,
  date,
  decimal,
  integer,
  text,
  time,
  timestamp,
  typeName,
} from "../../../domain/model/types";
import { parquetEncoder } from "../../../domain/parquet/encoder";
import { parquetSchema } from "../../../domain/parquet/schema";
import { readRowGroups } from "../../../domain/parquet/reader";
import { createDatabase, type TestDatabase } from "../../support/postgres";

const COLUMNS: Record<string, ColumnShape> = {
  i: { type: integer, nullable: false },
  t: { type: text, nullable: true },
  b: { type: boolean, nullable: true },
  d: { type: date, nullable: true },
  c: { type: time, nullable: true },
  s: { type: timestamp, nullable: true },
  n: { type: decimal(10, 2), nullable: true },
  big: { type: decimal(18, 4), nullable: true },
};

type Row = readonly Value[];

function batchOf(rows: readonly Row[]): RecordBatch {
  const children = Object.values(COLUMNS).map(({ type }, column) => {
    const builder = columnBuilder(type, rows.length);
    rows.forEach((cells, row) => {
      const value = cells[column] ?? null;
      if (value === null) builder.setNull(row);
      else if (typeof value === "string") {
        const bytes = new TextEncoder().encode(value);
        builder.setBytes(row, bytes, 0, bytes.length);
      } else if (typeof value === "bigint") builder.setBigint(row, value);
      else builder.setNumber(row, Number(value));
    });
    return builder.finish();
  });
  return recordBatch(arrowSchema(COLUMNS), { length: rows.length, children });
}

function encoded(
  batches: readonly RecordBatch[],
  columns: Record<string, ColumnShape> = COLUMNS,
  groupRows?: number,
): Buffer {
  const encoder = parquetEncoder(columns, groupRows);
  const parts = batches.flatMap((batch) => encoder.write(batch) ?? []);
  return Buffer.concat([...parts, encoder.finish()]);
}

const fileOf = (bytes: Buffer) => ({
  byteLength: bytes.length,
  slice: (start: number, end = bytes.length) => Uint8Array.from(bytes.subarray(start, end)).buffer,
});

const row = fc.tuple(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.option(
    fc
      .string({ unit: "binary" })
      .map((value) => value.replaceAll("\0", "").replaceAll(/\p{Surrogate}/gu, "?")),
  ),
  fc.option(fc.boolean()),
  fc.option(fc.integer({ min: -25_567, max: 84_005 })),
  fc.option(fc.nat(86_399_999)),
  fc.option(fc.integer({ min: -2_208_988_800_000, max: 7_258_118_399_999 })),
  fc.option(fc.bigInt({ min: -9_999_999_999n, max: 9_999_999_999n })),
  fc.option(fc.bigInt({ min: -(10n ** 18n) + 1n, max: 10n ** 18n - 1n })),
) as fc.Arbitrary<Row>;

const ROWS: readonly Row[] = [
  [
    1,
    'a, "b"\nc',
    true,
    dayNumber("2024-02-29"),
    51_652_123,
    Date.UTC(2024, 1, 29, 14, 20, 52, 123),
    255n,
    123_456_789_012_345_678n,
  ],
  [-2, "", false, dayNumber("1969-12-31"), 0, -1, -1n, -5n],
  [3, null, null, null, null, null, null, null],
];

describe("Parquet files", () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "marble-parquet-"));
  });
  after(() => rm(directory, { recursive: true }));

  it("are what DuckDB takes them for: every type, every value, NULLs, over several row groups", async () => {
    const file = join(directory, "types.parquet");
    await writeFile(file, encoded([batchOf(ROWS), batchOf(ROWS)], COLUMNS, 2));
    const connection = await (await DuckDBInstance.create(":memory:")).connect();

    const types = await connection.runAndReadAll(`DESCRIBE SELECT * FROM '${file}'`);
    const values = await connection.runAndReadAll(
      `SELECT * REPLACE (d::text AS d, c::text AS c, s::text AS s, n::text AS n, big::text AS big) FROM '${file}'`,
    );

    expect(types.getRowObjects().map(({ column_type }) => column_type)).to.deep.equal([
      "INTEGER",
      "VARCHAR",
      "BOOLEAN",
      "DATE",
      "TIME",
      "TIMESTAMP",
      "DECIMAL(10,2)",
      "DECIMAL(18,4)",
    ]);
    const expected = [
      [
        1,
        'a, "b"\nc',
        true,
        "2024-02-29",
        "14:20:52.123",
        "2024-02-29 14:20:52.123",
        "2.55",
        "12345678901234.5678",
      ],
      [-2, "", false, "1969-12-31", "00:00:00", "1969-12-31 23:59:59.999", "-0.01", "-0.0005"],
      [3, null, null, null, null, null, null, null],
    ];
    expect(values.getRows()).to.deep.equal([...expected, ...expected]);
  });

  it("of the same schema are read by parquetjs-lite, where there are no decimals", async () => {
    const names = ["year", "day_name", "day"];
    const columns = Object.fromEntries(names.map((name) => [name, dimDate.columns[name]!]));
    const bytes = new ByteWriter();
    const writer = new ParquetWriter({ writer: bytes, schema: parquetSchema(columns) });
    const data = [
      [2024, 2024],
      ["Wednesday", "Thursday"],
      [28, 29],
    ];
    // It reads neither dictionaries nor files of version 2: the values are written plainly, the footer says 1.
    void writer.write({
      columnData: names.map((name, index) => ({ name, data: data[index]!, encoding: "PLAIN" })),
    });
    void writer.finish();
    const file = Buffer.from(bytes.getBytes());
    const footer = file.length - 8 - file.readUInt32LE(file.length - 8);
    expect([...file.subarray(footer, footer + 2)], "version: 2, in Thrift's compact protocol").to.deep.equal([
      0x15, 0x04,
    ]);
    file[footer + 1] = 0x02;

    const cursor = (await ParquetReader.openBuffer(file)).getCursor();

    expect(await cursor.next()).to.deep.equal({ year: 2024, day_name: "Wednesday", day: 28 });
    expect(await cursor.next()).to.deep.equal({ year: 2024, day_name: "Thursday", day: 29 });
    expect(await cursor.next()).to.equal(null);
  });

  it("give back what was written, row group by row group", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(row, { maxLength: 20 }), { maxLength: 4 }),
        fc.integer({ min: 1, max: 30 }),
        async (batches, size) => {
          const file = encoded(batches.map(batchOf), COLUMNS, size);
          const read: Row[] = [];
          for await (const { rows, columns } of readRowGroups(fileOf(file), COLUMNS)) {
            for (let index = 0; index < rows; index++)
              read.push(columns.map((values) => plain(values[index])));
          }
          expect(read).to.deep.equal(batches.flat().map((cells) => cells.map(plain)));
        },
      ),
      { numRuns: 50 },
    );
  });
});

/** Timestamps are read as 64 bits, texts as bytes. */
function plain(value: unknown): Value {
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (typeof value === "bigint" || typeof value === "number") return Number(value);
  return (value ?? null) as Value;
}

describe("the binary format of COPY", () => {
  let database: TestDatabase;
  before(async () => {
    database = await createDatabase();
    const columns = Object.entries(COLUMNS).map(([name, { type }]) => `${name} ${typeName(type)}`);
    await database.query(`CREATE TABLE copied (${columns.join(", ")})`);
  });
  after(() => database.drop());

  const copied = async (rows: readonly Row[]): Promise<Record<string, string | null>[]> => {
    const types = Object.values(COLUMNS).map(({ type }) => type);
    const columns = types.map((type, column) =>
      rows.map((cells) => {
        const value = cells[column] ?? null;
        return typeof value === "string"
          ? new TextEncoder().encode(value)
          : type.kind === "timestamp" && value !== null
            ? BigInt(value)
            : value;
      }),
    );
    await database.query("TRUNCATE copied");
    const stream = database.client.query(copyFrom("COPY copied FROM STDIN (FORMAT binary)"));
    await pipeline(
      Readable.from([copyHeader(), ...copyRows(types, columns, rows.length), copyTrailer()], {
        objectMode: false,
      }),
      stream,
    );
    return database.query(
      "SELECT i::text, t, b::text, d::text, c::text, s::text, n::text, big::text FROM copied",
    );
  };

  it("brings every type and NULL to PostgreSQL as it was", async () => {
    expect(await copied(ROWS)).to.deep.equal([
      {
        i: "1",
        t: 'a, "b"\nc',
        b: "true",
        d: "2024-02-29",
        c: "14:20:52.123",
        s: "2024-02-29 14:20:52.123",
        n: "2.55",
        big: "12345678901234.5678",
      },
      {
        i: "-2",
        t: "",
        b: "false",
        d: "1969-12-31",
        c: "00:00:00",
        s: "1969-12-31 23:59:59.999",
        n: "-0.01",
        big: "-0.0005",
      },
      { i: "3", t: null, b: null, d: null, c: null, s: null, n: null, big: null },
    ]);
  });

  it("brings any rows there as they were", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 50 }), async (rows) => {
        const result = await copied(rows);

        expect(result.map(({ i, t }) => [i, t])).to.deep.equal(rows.map(([i, t]) => [String(i), t]));
        expect(result.map(({ n, big }) => [n, big])).to.deep.equal(
          rows.map((cells) => [scaled(cells[6] as bigint | null, 2), scaled(cells[7] as bigint | null, 4)]),
        );
        expect(result.map(({ d }) => d)).to.deep.equal(
          rows.map((cells) =>
            cells[3] === null ? null : new Date(Number(cells[3]) * 86_400_000).toISOString().slice(0, 10),
          ),
        );
      }),
      { numRuns: 30 },
    );
  });
});

function scaled(value: bigint | null, scale: number): string | null {
  if (value === null) return null;
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, "0");
  return `${value < 0n ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
