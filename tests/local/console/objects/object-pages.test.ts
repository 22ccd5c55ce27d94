import { expect } from "chai";
import fc from "fast-check";
import { date, decimal, integer, text, time, timestamp } from "../../../../domain/model/types";
import { countRecords, readCsvPage } from "../../../../local/console/objects/csv-page";
import { countLines, readNdjsonPage } from "../../../../local/console/objects/ndjson-page";
import { countParquet, readParquetPage } from "../../../../local/console/objects/parquet-page";
import type { RangedFile, RowsPage } from "../../../../local/console/objects/ranged-file";
import { searchPages } from "../../../../local/console/objects/search-pages";
import { batchOf, type Columns, type Row } from "../../../support/formats/columnar";
import { failureOf } from "../../../support/failure";
import { parquetOf } from "../../../support/formats/parquet";

type Cells = (string | null)[];

/** A file in memory that counts what is read of it. */
function fileOf(content: string | Buffer): RangedFile & { bytesRead: number } {
  const bytes = Buffer.from(content);
  const file = {
    size: bytes.length,
    bytesRead: 0,
    read: (start: number, end: number): Promise<ArrayBuffer> => {
      file.bytesRead += end - start;
      return Promise.resolve(Uint8Array.from(bytes.subarray(start, end)).buffer);
    },
  };
  return file;
}

/** All rows of a file, page by page. */
async function allRows(page: (from: number) => Promise<RowsPage>): Promise<Cells[][]> {
  const pages: Cells[][] = [];
  for (let from: string | null = "0"; from !== null;) {
    const { rows, next }: RowsPage = await page(Number(from));
    pages.push(rows.map((row) => [...row]));
    from = next;
  }
  return pages;
}

const field = (value: string | null): string => (value === null ? "" : `"${value.replaceAll('"', '""')}"`);
const csvOf = (rows: readonly Cells[]): string => rows.map((row) => `${row.map(field).join(",")}\n`).join("");

describe("A CSV file of the lake, a page at a time", () => {
  it("shows every row once with any content, and distinguishes NULL from the empty text", async () => {
    const cell = fc.option(fc.stringMatching(/^[a-z",\n<é]{0,12}$/), { nil: null });
    const table = fc.array(fc.tuple(fc.constant("k"), cell), { maxLength: 350 });
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        const file = fileOf(csvOf([["key", "value"], ...rows]));

        expect((await allRows((from) => readCsvPage(file, from))).flat()).to.deep.equal(rows);
      }),
      { numRuns: 50 },
    );
  });

  it("reads as much as a page takes, wherever the page is", async () => {
    const rows = Array.from({ length: 40_000 }, (_, index): Cells => [String(index), "x".repeat(50)]);
    const file = fileOf(csvOf([["id", "note"], ...rows]));
    const middle = csvOf([["id", "note"], ...rows.slice(0, 20_000)]).length;

    const { columns, rows: shown, next } = await readCsvPage(file, middle);

    expect(columns).to.deep.equal(["id", "note"]);
    expect([shown.length, shown[0]?.[0], shown.at(-1)?.[0]]).to.deep.equal([100, "20000", "20099"]);
    expect(Number(next)).to.equal(csvOf([["id", "note"], ...rows.slice(0, 20_100)]).length);
    expect(file.bytesRead).to.be.below(file.size / 8);
  });

  it("shows the beginning of a long value, and gives up a row that is far too long", async () => {
    const { rows } = await readCsvPage(fileOf(csvOf([["a"], ["x".repeat(10_000)]])), 0);
    expect(rows[0]?.[0]).to.have.length(501);

    const monster = fileOf(csvOf([["a"], ["x".repeat(20_000_000)]]));
    expect((await failureOf(readCsvPage(monster, 0))).message).to.include("more than 16 MB");
  });
});

describe("A Parquet file of the lake, a page at a time", () => {
  const columns: Columns = {
    id: { type: integer, nullable: false },
    name: { type: text, nullable: true },
    price: { type: decimal(18, 2), nullable: true },
    day: { type: date, nullable: true },
    at: { type: time, nullable: true },
    stamp: { type: timestamp, nullable: true },
  };

  it("shows values as PostgreSQL would: decimals exactly, days and times as such, NULL apart", async () => {
    const rows: Row[] = [
      [1, "<b>", 1234567890123456n, 20_000, 3_723_004_005, 1_700_000_000_123_456],
      [2, "", -5n, -1, 0, 0],
      [3, null, null, null, null, null],
    ];
    const page = await readParquetPage(fileOf(parquetOf(columns, [batchOf(columns, rows)])), 0);

    expect(page.columns).to.deep.equal(Object.keys(columns));
    expect(page.rows).to.deep.equal([
      ["1", "<b>", "12345678901234.56", "2024-10-04", "01:02:03.004005", "2023-11-14 22:13:20.123456"],
      ["2", "", "-0.05", "1969-12-31", "00:00:00.000000", "1970-01-01 00:00:00.000000"],
      ["3", null, null, null, null, null],
    ]);
  });

  it("shows every row once, across row groups, in order", async () => {
    const ids: Columns = { id: { type: integer, nullable: false } };
    const rows = Array.from({ length: 450 }, (_, id): Row => [id]);
    const file = fileOf(
      parquetOf(ids, [batchOf(ids, rows.slice(0, 130)), batchOf(ids, rows.slice(130))], { rows: 130 }),
    );

    const shown = await allRows((from) => readParquetPage(file, from));

    expect(shown.flat()).to.deep.equal(rows.map(([id]) => [String(id)]));
  });

  it("shows that it is empty", async () => {
    const page = await readParquetPage(fileOf(parquetOf(columns, [])), 0);
    expect(page).to.deep.include({ rows: [], next: null });
  });
});

describe("A file of rejected rows, a page at a time", () => {
  it("shows a row a line, and the members of all as columns", async () => {
    const lines = Array.from({ length: 230 }, (_, row) => ({ row, ...(row === 7 && { why: "é<" }) }));
    const file = fileOf(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));

    const first = await readNdjsonPage(file, 0);
    expect(first.columns).to.deep.equal(["row", "why"]);
    expect(first.rows[7]).to.deep.equal(["7", "é<"]);
    const shown = await allRows((from) => readNdjsonPage(file, from));
    expect(shown.flat().map(([row]) => row)).to.deep.equal(lines.map(({ row }) => String(row)));
  });
});

describe("The rows of a file", () => {
  const rows = Array.from({ length: 450 }, (_, id): Cells => [
    String(id),
    id % 3 === 0 ? "A fizz\n," : "none",
  ]);
  const csv = fileOf(csvOf([["id", "word"], ...rows]));

  it("are counted, in every format", async () => {
    const ids: Columns = { id: { type: integer, nullable: false } };
    const batch = batchOf(
      ids,
      rows.map(([id]): Row => [Number(id)]),
    );
    expect(await countRecords(csv)).to.equal(450);
    expect(await countParquet(fileOf(parquetOf(ids, [batch])))).to.equal(450);
    expect(await countLines(fileOf('{"a":1}\n{"a":2}\n'))).to.equal(2);
  });

  it("are not counted where the file is large", async () => {
    const large = { size: 17 * 1024 * 1024, read: () => Promise.reject(new Error("it was read")) };
    expect(await countRecords(large)).to.equal(null);
    expect(await countLines(large)).to.equal(null);
  });

  it("are found once by a text, on any page", async () => {
    const found: string[] = [];
    for (let from: string | null = "0"; from !== null;) {
      const page: RowsPage = await searchPages((at) => readCsvPage(csv, at), {
        start: Number(from),
        text: "FIZZ",
      });
      found.push(...page.rows.map(([id]) => id ?? ""));
      from = page.next;
    }
    expect(found).to.deep.equal(rows.filter(([, word]) => word !== "none").map(([id]) => id));
  });

  it("are empty when no row has the text", async () => {
    const page = await searchPages((at) => readCsvPage(csv, at), { start: 0, text: "buzz" });
    expect(page).to.deep.include({ rows: [], next: null });
  });
});
