import { expect } from "chai";
import fc from "fast-check";
import { columnData, isValid } from "../../../domain/columnar/arrow";
import { valueReader, type Value } from "../../../domain/columnar/read";
import { decodeCsv, type SourceBatch } from "../../../domain/csv/decoder";
import { readKeys } from "../../../domain/csv/fields";
import { optional, sourceTable, type SourceTable } from "../../../domain/model/source";
import { boolean, decimal, integer, text, timestamp } from "../../../domain/model/types";

const table = sourceTable("thing", {
  key: "id",
  columns: {
    id: integer,
    name: optional(text),
    price: optional(decimal(10, 2)),
    sold: optional(boolean),
    at: optional(timestamp),
  },
});

/** As PostgreSQL writes a field in CSV. */
const field = (value: string | null): string =>
  value === null ? "" : value === "" || /[",\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;

async function* cut(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (let index = 0; start < bytes.length; index++) {
    await Promise.resolve();
    const end = start + (sizes[index % sizes.length] ?? bytes.length);
    yield bytes.subarray(start, end);
    start = end;
  }
}

async function decoded(
  csv: string,
  options: { source?: SourceTable; sizes?: readonly number[]; block?: number } = {},
) {
  const { source = table, sizes = [csv.length + 1], block } = options;
  const rows: Record<string, Value>[] = [];
  const rejected: { reason: string; raw: string }[] = [];
  for await (const batch of decodeCsv(cut(new TextEncoder().encode(csv), sizes), source, block))
    collect(batch);
  return { rows, rejected };

  function collect({ batch, rejections, raw }: SourceBatch): void {
    for (let row = 0; row < batch.numRows; row++) {
      const rejection = rejections.get(row);
      if (rejection !== undefined) {
        rejected.push({ reason: rejection.reason, raw: raw(row) });
        continue;
      }
      const entries = Object.entries(source.columns).map(([name, { type }]): [string, Value] => {
        const data = columnData(batch, name);
        return [name, isValid(data, row) ? valueReader(type, data)(row) : null];
      });
      rows.push(Object.fromEntries(entries));
    }
  }
}

const HEADER = "id,name,price,sold,at\n";

describe("CSV as PostgreSQL writes it", () => {
  it("decodes to the same values, however it is cut into chunks and blocks", async () => {
    const rows = fc.array(
      fc.record({
        id: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
        name: fc.option(fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", "\r", "é", "😀", " ", "") })),
        price: fc.option(fc.bigInt({ min: -9_999_999_999n, max: 9_999_999_999n })),
        sold: fc.option(fc.boolean()),
        at: fc.option(fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 })),
      }),
      { minLength: 1, maxLength: 30 },
    );
    const sizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(rows, sizes, fc.integer({ min: 1, max: 300 }), async (given, chunkSizes, block) => {
        const lines = given.map(({ id, name, price, sold, at }) =>
          [
            String(id),
            field(name),
            price === null ? "" : unscaled(price),
            sold === null ? "" : sold ? "t" : "f",
            at === null ? "" : new Date(at).toISOString().replace("T", " ").replace("Z", ""),
          ].join(","),
        );

        const result = await decoded(`${HEADER}${lines.join("\n")}\n`, { sizes: chunkSizes, block });

        expect(result.rejected).to.deep.equal([]);
        expect(result.rows).to.deep.equal(given);
      }),
    );
  });

  it("keeps NULL and the empty text apart", async () => {
    const { rows } = await decoded(`${HEADER}1,,,,\n2,"",,,\n`);

    expect(rows.map(({ name }) => name)).to.deep.equal([null, ""]);
  });

  it("does not depend on the order of columns, and ignores those that the model does not read", async () => {
    const { rows } = await decoded(
      'at,"odd, name",sold,id,price,name\n2024-02-29 23:59:59.999,x,t,7,0.05,n\n',
    );

    expect(rows).to.deep.equal([
      { id: 7, name: "n", price: 5n, sold: true, at: Date.UTC(2024, 1, 29, 23, 59, 59, 999) },
    ]);
  });

  const bad: readonly (readonly [string, RegExp])[] = [
    ["x,,,,", /id "x" is no integer/],
    ["2147483648,,,,", /id "2147483648" is no integer/],
    ["-,,,,", /id "-" is no integer/],
    [",,,,", /id is NULL/],
    ["1,,NaN,,", /price "NaN"/],
    ["1,,Infinity,,", /price "Infinity"/],
    ["1,,1.005,,", /price "1.005"/],
    ["1,,100000000.00,,", /price "100000000.00"/],
    ["1,,,yes,", /sold "yes" is no boolean/],
    ["1,,,,infinity", /at "infinity" is no timestamp/],
    ["1,,,,2023-02-29 00:00:00", /at "2023-02-29 00:00:00"/],
    ["1,,,,2023-02-28 24:00:00", /at /],
    ["1,,,,2023-02-28 00:00:00.0001", /at /],
    ["1,,,,0044-03-15 00:00:00 BC", /at /],
  ];
  for (const [line, reason] of bad) {
    it(`rejects the row ${line}, as it came, and keeps the others`, async () => {
      const { rows, rejected } = await decoded(`${HEADER}8,a,,,\n${line}\n9,b,,,\n`);

      expect(rows.map(({ id }) => id)).to.deep.equal([8, 9]);
      expect(rejected).to.have.length(1);
      expect(rejected[0]?.reason).to.match(reason);
      expect(rejected[0]?.raw).to.equal(line);
    });
  }

  const malformed: readonly (readonly [string, string, RegExp])[] = [
    ["too few fields", `${HEADER}1,2\n`, /CSV record 2 has 2 fields where the header has 5/],
    ["too many fields", `${HEADER}1,,,,,\n`, /record 2 has 6 fields/],
    ["text behind a closing quote", `${HEADER}1,"a"b,,,\n`, /record 2: text behind a closing quote/],
    ["an end within a record", `${HEADER}1,a,,,`, /record 2 is cut off/],
    ["an end within quotes", `${HEADER}1,"a`, /record 2 is cut off/],
    ["a missing column", "id,name\n1,a\n", /thing has no column price/],
  ];
  for (const [what, csv, message] of malformed) {
    it(`is refused with the record's number: ${what}`, async () => {
      const error = await decoded(csv).catch((caught: unknown) => caught);
      expect(error).to.be.instanceOf(Error).with.property("message").that.matches(message);
    });
  }

  it("reads keys of several columns as texts", async () => {
    const bytes = new TextEncoder().encode('b,x,"a, 1"\n2,z,"q""r"\n3,,\n');
    const keys: string[] = [];
    for await (const key of readKeys(cut(bytes, [4]), ["a, 1", "b"])) keys.push(key);

    expect(keys).to.deep.equal(['q"r\0' + "2", "\0" + "3"]);
  });
});

/** An unscaled number of two places, as text. */
function unscaled(value: bigint): string {
  const digits = (value < 0n ? -value : value).toString().padStart(3, "0");
  return `${value < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
