import { expect } from "chai";
import fc from "fast-check";
import type { Value } from "../../../../domain/formats/columnar/read";
import { decodeCsv } from "../../../../domain/formats/csv/decoder";
import { TerminalError } from "../../../../domain/errors";
import { optional, required, sourceTable, type SourceTable } from "../../../../domain/model/source";
import { boolean, date, decimal, integer, text, time, timestamp } from "../../../../domain/model/types";
import { anyRow, anySizes } from "../../../support/formats/arbitraries";
import { printed, rowsOf, type Row } from "../../../support/formats/columnar";
import { copyOut } from "../../../support/postgres/copy";
import { chunked, csvOf, streamed } from "../../../support/formats/csv";
import { failureOf } from "../../../support/failure";
import { createDatabase, type TestDatabase } from "../../../support/postgres/postgres";

const thing = sourceTable("thing", {
  key: "id",
  columns: {
    id: integer,
    name: optional(text),
    price: optional(decimal(10, 2)),
    long: optional(decimal(18, 4)),
    sold: optional(boolean),
    on: optional(date),
    daily: optional(time),
    at: optional(timestamp),
  },
});

interface Decoded {
  readonly rows: Row[];
  readonly rejected: { readonly column: string; readonly reason: string; readonly raw: string }[];
  readonly headers: Set<string>;
  readonly batches: number;
}

/** The valid and the rejected rows of all batches. */
async function decoded(
  chunks: AsyncIterable<Uint8Array>,
  options: { source?: SourceTable; block?: number } = {},
): Promise<Decoded> {
  const { source = thing, block } = options;
  const rows: Row[] = [];
  const rejected: Decoded["rejected"] = [];
  const headers = new Set<string>();
  let batches = 0;
  for await (const { batch, rejections, header, raw } of decodeCsv(chunks, source, {
    ...(block !== undefined && { blockBytes: block }),
  })) {
    batches += 1;
    headers.add(header);
    for (const [row, cells] of rowsOf(source.columns, batch).entries()) {
      const rejection = rejections.get(row);
      if (rejection === undefined) rows.push(cells);
      else rejected.push({ ...rejection, raw: raw(row) });
    }
  }
  return { rows, rejected, headers, batches };
}

/** A file of the table, as PostgreSQL would write it. */
function fileOf(table: SourceTable, rows: readonly Row[]): string {
  const columns = Object.entries(table.columns);
  const printedRows = rows.map((cells) =>
    columns.map(([, column], index) => {
      const value = printed(column, cells[index] ?? null);
      return column.type.kind === "boolean" ? (value?.charAt(0) ?? null) : value;
    }),
  );
  return csvOf([columns.map(([name]) => name), ...printedRows]);
}

describe("A CSV file of a source table", () => {
  it("decodes to its original values under any division into chunks and blocks", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRow(thing.columns), { maxLength: 30, size: "max" }),
        anySizes,
        fc.integer({ min: 1, max: 400 }),
        async (given, sizes, block) => {
          const chunks = chunked(new TextEncoder().encode(fileOf(thing, given)), sizes);

          const { rows, rejected } = await decoded(chunks, { block });

          expect(rejected).to.deep.equal([]);
          expect(rows).to.deep.equal(given);
        },
      ),
    );
  });

  it("keeps NULL and the empty text apart", async () => {
    const source = sourceTable("t", { key: "a", columns: { a: optional(text), b: optional(text) } });

    const { rows } = await decoded(streamed('a,b\n,""\n"",\n'), { source });

    expect(rows).to.deep.equal([
      [null, ""],
      ["", null],
    ]);
  });

  it("may have any order of columns and columns that the model does not read", async () => {
    const source = sourceTable("t", { key: "id", columns: { id: integer, name: text } });

    const { rows, headers } = await decoded(streamed('"odd, name",name,more,id\nx,n,,7\n'), { source });

    expect(rows).to.deep.equal([[7, "n"]]);
    expect([...headers]).to.deep.equal(['"odd, name",name,more,id']);
  });

  it("may be older than a column or a column's current name", async () => {
    const source = sourceTable("t", {
      key: "id",
      columns: {
        id: integer,
        name: required(text, { formerly: ["title", "label"] }),
        more: optional(integer, { absentAsNull: true }),
      },
    });

    expect((await decoded(streamed("label,id\na,1\n"), { source })).rows).to.deep.equal([[1, "a", null]]);
    expect((await decoded(streamed("id,more,title\n1,5,a\n"), { source })).rows).to.deep.equal([[1, "a", 5]]);
    const both = streamed("title,id,name\nold,1,new\n");
    expect((await decoded(both, { source })).rows, "its own name goes first").to.deep.equal([
      [1, "new", null],
    ]);
  });

  it("may be without rows", async () => {
    expect(await decoded(streamed(fileOf(thing, [])))).to.include({ batches: 0 });
  });

  it("comes as one batch for each block", async () => {
    const rows = Array.from({ length: 1000 }, (_, id): Row => [
      id,
      "name",
      null,
      null,
      null,
      null,
      null,
      null,
    ]);

    const result = await decoded(chunked(new TextEncoder().encode(fileOf(thing, rows)), [512]), {
      block: 2048,
    });

    expect(result.rows).to.deep.equal(rows);
    expect(result.batches).to.be.within(5, 10);
  });

  it("is refused without a column of the contract, naming table and column", async () => {
    const error = await failureOf(decoded(streamed("id,name\n1,a\n")));

    expect(error).to.be.instanceOf(TerminalError).with.property("message", "thing has no column price");
    expect(error).to.have.property("subject").that.deep.equals({ table: "thing" });
  });
});

describe("A row that breaks its contract is rejected unchanged while other rows are kept", () => {
  const header = "id,name,price,long,sold,on,daily,at";
  const cases: readonly (readonly [string, string, string])[] = [
    ["x,,,,,,,", "id", 'id "x" is not a valid integer'],
    ['"",,,,,,,', "id", 'id "" is not a valid integer'],
    [
      "2147483648,,,,,,,",
      "id",
      'id "2147483648" is not a valid integer: it needs 64 bits; declare the column as bigint',
    ],
    [
      "-2147483649,,,,,,,",
      "id",
      'id "-2147483649" is not a valid integer: it needs 64 bits; declare the column as bigint',
    ],
    [',"a ""b"", c",,,,,,', "id", "id is NULL"],
    [
      "1,,NaN,,,,,",
      "price",
      'price "NaN" is not a valid numeric(10,2): it is not a finite number; set it to NULL in the source, or declare the column as text',
    ],
    [
      "1,,Infinity,,,,,",
      "price",
      'price "Infinity" is not a valid numeric(10,2): it is not a finite number; set it to NULL in the source, or declare the column as text',
    ],
    ["1,,1.005,,,,,", "price", 'price "1.005" is not a valid numeric(10,2)'],
    ["1,,100000000.00,,,,,", "price", 'price "100000000.00" is not a valid numeric(10,2)'],
    ["1,,,123456789012345.0000,,,,", "long", 'long "123456789012345.0000" is not a valid numeric(18,4)'],
    ["1,,,,yes,,,", "sold", 'sold "yes" is not a valid boolean'],
    ["1,,,,,2023-02-29,,", "on", 'on "2023-02-29" is not a valid date'],
    [
      "1,,,,,infinity,,",
      "on",
      'on "infinity" is not a valid date: it is infinite; set it to NULL in the source, or declare the column as text',
    ],
    [
      "1,,,,,,24:00:00,",
      "daily",
      'daily "24:00:00" is not a valid time: a time of day must be before 24:00:00; set it to 00:00:00 in the source, or declare the column as text',
    ],
    [
      "1,,,,,,,infinity",
      "at",
      'at "infinity" is not a valid timestamp: it is infinite; set it to NULL in the source, or declare the column as text',
    ],
    [
      "1,,,,,,,2023-02-28 00:00:00.0000001",
      "at",
      'at "2023-02-28 00:00:00.0000001" is not a valid timestamp: it has more than six digits after the second; round it in the source, or declare the column as text',
    ],
    ["y,,bad,,,,,worse", "id", 'id "y" is not a valid integer'],
    [`1,,${"9".repeat(80)},,,,,`, "price", `price "${"9".repeat(60)}…" is not a valid numeric(10,2)`],
  ];
  for (const [line, column, reason] of cases) {
    it(line, async () => {
      const csv = `${header}\n8,a,,,,,,\n${line}\n9,b,,,,,,\n`;
      for (const block of [1, 1000]) {
        const { rows, rejected } = await decoded(streamed(csv), { block });

        expect(rows.map(([id]) => id)).to.deep.equal([8, 9]);
        expect(rejected).to.deep.equal([{ column, reason, raw: line }]);
      }
    });
  }

  it("even when it is the first or the last row", async () => {
    const { rows, rejected } = await decoded(streamed(`${header}\nx,,,,,,,\n8,,,,,,,\ny,,,,,,,\n`));

    expect(rows).to.have.length(1);
    expect(rejected.map(({ raw }) => raw)).to.deep.equal(["x,,,,,,,", "y,,,,,,,"]);
  });
});

describe("A file that PostgreSQL writes", () => {
  let database: TestDatabase;
  before(async () => {
    database = await createDatabase();
    await database.query(
      `CREATE TABLE thing (id int, name text, price numeric(10,2), long numeric(18,4), sold boolean, "on" date, daily time, at timestamp)`,
    );
  });
  after(() => database.drop());

  it("decodes to the values of the table", async () => {
    const insert = `INSERT INTO thing SELECT * FROM json_to_recordset($1) AS r
      (id int, name text, price numeric, long numeric, sold boolean, "on" date, daily time, at timestamp)`;
    const sql = "COPY (SELECT * FROM thing ORDER BY id) TO STDOUT (FORMAT csv, HEADER)";
    const names = Object.keys(thing.columns);
    const toJson = (row: Row): Record<string, string | null> =>
      Object.fromEntries(
        Object.entries(thing.columns).map(([name, column], index) => [
          name,
          printed(column, row[index] ?? null),
        ]),
      );
    const rows = fc.uniqueArray(anyRow(thing.columns), {
      minLength: 1,
      maxLength: 300,
      size: "max",
      selector: ([id]) => id,
    });
    await fc.assert(
      fc.asyncProperty(rows, async (given) => {
        await database.query("TRUNCATE thing");
        await database.query(insert, [JSON.stringify(given.map(toJson))]);

        const result = await decoded(copyOut(database, sql), { block: 1000 });

        const byId = [...given].sort(([a], [b]) => Number(a) - Number(b));
        expect(result.rows).to.deep.equal(byId);
        expect([...result.headers]).to.deep.equal([names.join(",")]);
      }),
      { numRuns: 5 },
    );
  });

  const hard: readonly (readonly [string, string, Value])[] = [
    ["text that looks like the end of data", "'\\.'", "\\."],
    ["text that looks like NULL elsewhere", "'\\N'", "\\N"],
    ["the empty text", "''", ""],
    ["NULL", "NULL", null],
    ["spaces", "'  '", "  "],
    ["Windows' line ends", "E'a\\r\\nb'", "a\r\nb"],
    ["nothing but quotes", "'\"\"'", '""'],
  ];
  for (const [what, sql, value] of hard) {
    it(`is read correctly with ${what}`, async () => {
      const source = sourceTable("t", { key: "a", columns: { a: optional(text) } });

      const { rows } = await decoded(
        copyOut(database, `COPY (SELECT ${sql} AS a) TO STDOUT (FORMAT csv, HEADER)`),
        { source },
      );

      expect(rows).to.deep.equal([[value]]);
    });
  }
});
