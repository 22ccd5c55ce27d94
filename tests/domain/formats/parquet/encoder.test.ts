import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";
import { expect } from "chai";
import fc from "fast-check";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ParquetReader } from "parquetjs-lite";
import { dayNumber } from "../../../../domain/transform/calendar";
import type { Value } from "../../../../domain/formats/columnar/read";
import { integer, text, typeName } from "../../../../domain/model/types";
import { parquetEncoder } from "../../../../domain/formats/parquet/encoder";
import { anyRow } from "../../../support/formats/arbitraries";
import { batchOf, EVERY_TYPE, printed, type Columns, type Row } from "../../../support/formats/columnar";
import { hireModel } from "../../../support/hires/model";
import { fileOf, parquetOf, rowGroupsOf } from "../../../support/formats/parquet";

const { ratio, measure, content, ...TEXTUAL } = EVERY_TYPE;

describe("DuckDB reads a Parquet file", () => {
  let directory: string;
  let connection: DuckDBConnection;
  let files = 0;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "marble-parquet-"));
    connection = await (await DuckDBInstance.create(":memory:")).connect();
    await connection.run("SET TimeZone = 'UTC'");
  });
  after(async () => {
    connection.closeSync();
    await rm(directory, { recursive: true });
  });

  const write = async (bytes: Uint8Array): Promise<string> => {
    // DuckDB caches files by name, so each file gets a different name.
    const file = join(directory, `${(files += 1)}.parquet`);
    await writeFile(file, bytes);
    return file;
  };
  const query = async (sql: string): Promise<unknown[][]> => (await connection.runAndReadAll(sql)).getRows();
  const typesIn = async (file: string): Promise<unknown[]> =>
    (await query(`SELECT column_name || ' ' || column_type FROM (DESCRIBE SELECT * FROM '${file}')`)).flat();

  it("with the types of its columns", async () => {
    expect(await typesIn(await write(parquetOf(EVERY_TYPE, [])))).to.deep.equal([
      "whole INTEGER",
      "words VARCHAR",
      "flag BOOLEAN",
      "day DATE",
      "clock TIME",
      "moment TIMESTAMP",
      "price DECIMAL(10,2)",
      "long DECIMAL(18,4)",
      "instant TIMESTAMP WITH TIME ZONE",
      "large BIGINT",
      "wide DECIMAL(38,10)",
      "ratio FLOAT",
      "measure DOUBLE",
      "content BLOB",
    ]);
  });

  it("with every value and NULL over several row groups", async () => {
    const columns = TEXTUAL;
    const moment = Date.UTC(2024, 1, 29, 14, 20, 52, 123) * 1000 + 456;
    const rows: readonly Row[] = [
      [
        1,
        'a, "b"\nc',
        true,
        dayNumber("2024-02-29"),
        51_652_123_456,
        moment,
        255n,
        123_456_789_012_345_678n,
        moment,
        2n ** 63n - 1n,
        10n ** 38n - 1n,
      ],
      [-2, "", false, dayNumber("1969-12-31"), 0, -1, -1n, -5n, -1, -(2n ** 63n), -1n],
      [null, null, null, null, null, null, null, null, null, null, null],
    ];
    const batch = batchOf(columns, rows);

    const file = await write(parquetOf(columns, [batch, batch], { rows: 2 }));

    const expected = [
      [
        "1",
        'a, "b"\nc',
        "true",
        "2024-02-29",
        "14:20:52.123456",
        "2024-02-29 14:20:52.123456",
        "2.55",
        "12345678901234.5678",
        "2024-02-29 14:20:52.123456+00",
        "9223372036854775807",
        "9999999999999999999999999999.9999999999",
      ],
      [
        "-2",
        "",
        "false",
        "1969-12-31",
        "00:00:00",
        "1969-12-31 23:59:59.999999",
        "-0.01",
        "-0.0005",
        "1969-12-31 23:59:59.999999+00",
        "-9223372036854775808",
        "-0.0000000001",
      ],
      [null, null, null, null, null, null, null, null, null, null, null],
    ];
    expect(await query(`SELECT COLUMNS(*)::text FROM '${file}'`)).to.deep.equal([...expected, ...expected]);
    expect(await query(`SELECT num_row_groups FROM parquet_file_metadata('${file}')`)).to.deep.equal([[2n]]);
  });

  it("with any values in any batches", async () => {
    const batches = fc.array(fc.array(anyRow(TEXTUAL), { maxLength: 30 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(batches, fc.integer({ min: 1, max: 50 }), async (given, groupRows) => {
        const file = await write(
          parquetOf(
            TEXTUAL,
            given.map((rows) => batchOf(TEXTUAL, rows)),
            { rows: groupRows },
          ),
        );

        const columns = Object.values(TEXTUAL);
        expect(await query(`SELECT COLUMNS(*)::text FROM '${file}'`)).to.deep.equal(
          given.flat().map((cells) =>
            // DuckDB's client leaves out a byte order mark when it reads a text.
            cells.map((value, index) => printed(columns[index]!, value)?.replace(/^\ufeff/, "") ?? null),
          ),
        );
      }),
      { numRuns: 25 },
    );
  });

  it("with floating-point numbers and bytes, and with bounds that exclude no row", async () => {
    const columns = { ratio, measure, content };
    const rows = fc.array(anyRow(columns), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(rows, async (given) => {
        const file = await write(parquetOf(columns, [batchOf(columns, given)], { rows: 20 }));

        expect(
          await query(`SELECT ratio, measure, '\\x' || lower(hex(content)) FROM '${file}'`),
        ).to.deep.equal(given);
        for (const [, value] of given.filter(([, measured]) => Number.isFinite(measured)))
          expect(
            await query(`SELECT count(*) > 0 FROM '${file}' WHERE measure = '${String(value)}'::double`),
          ).to.deep.equal([[true]]);
      }),
      { numRuns: 10 },
    );
  });

  for (const table of hireModel.tables) {
    it(`with the types of the warehouse, for ${table.name}`, async () => {
      const file = await write(parquetOf(table.columns, []));

      expect(await typesIn(file)).to.deep.equal(
        Object.entries(table.columns).map(
          ([name, { type }]) => `${name} ${typeName(type).toUpperCase().replace("NUMERIC", "DECIMAL")}`,
        ),
      );
    });
  }

  it("with the nullability of each column and compression", async () => {
    const columns: Columns = { id: { type: integer, nullable: false }, note: { type: text, nullable: true } };
    const file = await write(parquetOf(columns, [batchOf(columns, [[1, "a".repeat(500)]])]));

    const schema = await query(
      `SELECT name, repetition_type FROM parquet_schema('${file}') WHERE type IS NOT NULL`,
    );
    const codecs = await query(`SELECT DISTINCT compression FROM parquet_metadata('${file}')`);

    expect(schema).to.deep.equal([
      ["id", "REQUIRED"],
      ["note", "OPTIONAL"],
    ]);
    expect(codecs).to.deep.equal([["SNAPPY"]]);
  });

  it("with repeated and with distinct rows", async () => {
    const columns: Columns = { id: { type: integer, nullable: false }, note: { type: text, nullable: true } };
    const rows = Array.from({ length: 5000 }, (_, id): Row => [id, id % 7 === 0 ? null : `note ${id % 3}`]);

    const file = await write(parquetOf(columns, [batchOf(columns, rows)]));

    expect(await query(`SELECT * FROM '${file}'`)).to.deep.equal(rows);
  });
});

describe("A Parquet encoder", () => {
  const columns: Columns = { id: { type: integer, nullable: false } };
  const batch = (...ids: number[]) =>
    batchOf(
      columns,
      ids.map((id) => [id]),
    );

  it("passes on bytes with every full row group and counts its rows", () => {
    const encoder = parquetEncoder(columns, { rows: 3, bytes: 1 << 20 });

    expect(encoder.write(batch(1, 2))).to.equal(undefined);
    expect(encoder.write(batch(3)))
      .to.be.instanceOf(Uint8Array)
      .with.property("length")
      .that.is.above(0);
    expect(encoder.write(batch())).to.equal(undefined);
    expect(encoder.write(batch(4))).to.equal(undefined);
    expect(encoder.rows).to.equal(4);
    expect(Buffer.from(encoder.finish()).subarray(-4).toString()).to.equal("PAR1");
  });

  it("closes a row group when its columns reach the limit of bytes", async () => {
    const texts: Columns = { note: { type: text, nullable: true } };
    const note = "a".repeat(96);
    const notes = batchOf(texts, [[note], [null]]);
    const encoder = parquetEncoder(texts, { rows: 1000, bytes: 200 });

    // Two offsets of four bytes, and a text.
    expect(encoder.write(notes)).to.equal(undefined);
    const first = encoder.write(notes);
    const whole = Buffer.concat([first!, encoder.write(notes) ?? Buffer.of(), encoder.finish()]);

    expect(await rowGroupsOf(texts, fileOf(whole))).to.deep.equal([
      [[note], [null], [note], [null]],
      [[note], [null]],
    ]);
  });

  it("holds at most 16 MB of columns and one batch by default for texts of any length", async () => {
    const texts: Columns = { note: { type: text, nullable: false } };
    const notes = batchOf(
      texts,
      Array.from({ length: 1024 }, (_, row): Row => [`${row}`.padEnd(2048, "a")]),
    );
    const batches = Array.from({ length: 20 }, () => notes);

    const groups = await rowGroupsOf(texts, fileOf(parquetOf(texts, batches)));

    // Eight batches of 2 MB and their offsets are more than 16 MB.
    expect(groups.map(({ length }) => length)).to.deep.equal([8 * 1024, 8 * 1024, 4 * 1024]);
  });

  it("refuses a batch without one of its columns", () => {
    const more: Columns = { ...columns, note: { type: text, nullable: true } };

    expect(() => parquetOf(more, [batch(1)])).to.throw(RangeError, "the batch has no column 1");
  });
});

describe("A Parquet file of a table without decimals is read by parquetjs-lite", () => {
  // parquetjs-lite reads no dictionaries and no files of version 2. Distinct values are written without a dictionary.
  // The version, which does not concern the pages, is patched.
  const asVersionOne = (file: Buffer): Buffer => {
    const footer = file.length - 8 - file.readUInt32LE(file.length - 8);
    expect([...file.subarray(footer, footer + 2)], "version: 2, in Thrift's compact protocol").to.deep.equal([
      0x15, 4,
    ]);
    file[footer + 1] = 2;
    return file;
  };
  const tables = [hireModel.calendar, ...hireModel.tables].filter(({ columns }) =>
    Object.values<{ type: { kind: string } }>(columns).every(({ type }) => type.kind !== "decimal"),
  );
  it("for at least one table", () => {
    expect(tables.map(({ name }) => name)).to.include.members(["dim_date", "dim_bike", "dim_customer"]);
  });

  for (const { name, columns } of tables) {
    it(name, async () => {
      const shapes: Columns = columns;
      const cell = (column: string, row: number): Value => {
        const { type, nullable } = shapes[column]!;
        if (nullable && row === 1) return null;
        return type.kind === "text" ? `${column} é ${row}` : row * 1000;
      };
      const rows = [0, 1, 2].map((row): Row => Object.keys(shapes).map((column) => cell(column, row)));

      const cursor = (
        await ParquetReader.openBuffer(asVersionOne(parquetOf(shapes, [batchOf(shapes, rows)])))
      ).getCursor();

      for (const row of [0, 1, 2]) {
        const expected = Object.entries(shapes).flatMap(([column, { type }]) => {
          const value = cell(column, row);
          if (value === null) return [];
          return [[column, type.kind === "date" ? new Date(Number(value) * 86_400_000) : value]];
        });
        expect(await cursor.next()).to.deep.equal(Object.fromEntries(expected));
      }
      expect(await cursor.next()).to.equal(null);
    });
  }
});
