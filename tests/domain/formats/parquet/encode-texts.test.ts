import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";
import { expect } from "chai";
import fc from "fast-check";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { boolean, integer, text } from "../../../../domain/model/types";
import { batchOf, type Columns, type Row } from "../../../support/formats/columnar";
import { fileOf, parquetOf, rowGroupsOf } from "../../../support/formats/parquet";

const columns: Columns = {
  id: { type: integer, nullable: false },
  note: { type: text, nullable: true },
  title: { type: text, nullable: false },
  paid: { type: boolean, nullable: true },
  sent: { type: boolean, nullable: false },
};

describe("Texts and booleans in a Parquet file", () => {
  let directory: string;
  let connection: DuckDBConnection;
  let files = 0;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "marble-texts-"));
    connection = await (await DuckDBInstance.create(":memory:")).connect();
  });
  after(async () => {
    connection.closeSync();
    await rm(directory, { recursive: true });
  });
  const write = async (bytes: Uint8Array): Promise<string> => {
    const file = join(directory, `${(files += 1)}.parquet`);
    await writeFile(file, bytes);
    return file;
  };
  const query = async (sql: string): Promise<unknown[][]> => (await connection.runAndReadAll(sql)).getRows();

  /** Reads the rows with every reader. */
  const expectRows = async (rows: readonly Row[], batchRows = rows.length): Promise<string> => {
    const batches = Array.from({ length: Math.ceil(rows.length / batchRows) }, (_, batch) =>
      batchOf(columns, rows.slice(batch * batchRows, (batch + 1) * batchRows)),
    );
    const bytes = parquetOf(columns, batches);
    const file = await write(bytes);
    expect(await query(`SELECT * FROM '${file}' ORDER BY id`)).to.deep.equal(rows);
    expect((await rowGroupsOf(columns, fileOf(bytes))).flat()).to.deep.equal(rows);
    return file;
  };

  it("are read as written with few or many values, NULLs and several batches", async () => {
    const word = fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom("", "a", "é", "x".repeat(300)));
    const words = fc.array(fc.oneof(word, fc.constant(null)), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(
        words,
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 70 }),
        async (given, count, batchRows) => {
          const rows = Array.from({ length: count }, (_, id): Row => {
            const value = given[id % given.length] ?? null;
            return [id, value, value ?? `none ${id}`, id % 3 === 0 ? null : id % 2 === 0, id % 5 < 2];
          });
          // DuckDB's client leaves out a byte order mark when it reads a text.
          fc.pre(!rows.some((cells) => cells.some((cell) => String(cell).startsWith("\ufeff"))));
          await expectRows(rows, batchRows);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("are read as written over many pages, some of them without a value", async () => {
    const rows = Array.from({ length: 4000 }, (_, id): Row => {
      const note = id > 1000 && id < 2500 ? null : `${id} ${"é".repeat(1000)}`;
      return [id, note, `${"x".repeat(id % 9)}${id}`, null, true];
    });
    await expectRows(rows, 700);
  });

  it("are read as written when one text is larger than a page", async () => {
    const large = "0123456789".repeat(300_000);
    await expectRows([
      [1, "a", large, true, false],
      [2, large, "b", null, true],
      [3, null, large, false, true],
    ]);
  });

  it("have bounds that are cut when long and exclude no row", async () => {
    const high = "\u{10ffff}".repeat(20);
    const rows = ["b", `${"a".repeat(100)}é`, "é", high].map((title, id): Row => [
      id,
      null,
      title,
      false,
      true,
    ]);
    const file = await expectRows(rows.slice(0, 3));
    const statistics = await query(
      `SELECT path_in_schema, stats_min_value, stats_max_value, stats_null_count FROM parquet_metadata('${file}')`,
    );
    expect(statistics.slice(1)).to.deep.equal([
      ["note", null, null, 3n],
      ["title", "a".repeat(16), "é", 0n],
      ["paid", "false", "false", 0n],
      ["sent", "true", "true", 0n],
    ]);
    const higher = await expectRows(rows);
    const bounds = `SELECT stats_max_value FROM parquet_metadata('${higher}') WHERE path_in_schema = 'title'`;
    // No text of 16 bytes is greater than the highest text, so a cut text is not an upper bound.
    expect(await query(bounds)).to.deep.equal([[null]]);
    expect(await query(`SELECT id FROM '${higher}' WHERE title = '${high}'`)).to.deep.equal([[3]]);
  });

  it("are written with a dictionary only when they repeat", async () => {
    const rows = Array.from({ length: 1000 }, (_, id): Row => [id, `${id}`, `kind ${id % 7}`, true, true]);
    const file = await expectRows(rows);
    expect(
      await query(
        `SELECT path_in_schema, encodings FROM parquet_metadata('${file}') WHERE path_in_schema IN ('note', 'title')`,
      ),
    ).to.deep.equal([
      ["note", "PLAIN"],
      ["title", "PLAIN, RLE_DICTIONARY"],
    ]);
  });
});
