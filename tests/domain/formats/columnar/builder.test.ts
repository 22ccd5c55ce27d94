import {
  RecordBatchReader,
  RecordBatchStreamWriter,
  Table,
  tableFromIPC,
  tableToIPC,
  type RecordBatch,
} from "apache-arrow";
import { expect } from "chai";
import fc from "fast-check";
import { columnData, hasNulls, isValid } from "../../../../domain/formats/columnar/arrow";
import { columnBuilder } from "../../../../domain/formats/columnar/builder";
import { isBytes, type Value } from "../../../../domain/formats/columnar/read";
import type { ColumnType } from "../../../../domain/model/types";
import { anyRow } from "../../../support/formats/arbitraries";
import { batchOf, EVERY_TYPE, rowsOf, type Row } from "../../../support/formats/columnar";

const anyRows = fc.array(anyRow(EVERY_TYPE), { maxLength: 40, size: "max" });
const types = Object.values(EVERY_TYPE).map(({ type }): ColumnType => type);

describe("A built batch", () => {
  it("holds values of every type and NULLs unchanged", () => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        expect(rowsOf(EVERY_TYPE, batchOf(EVERY_TYPE, rows))).to.deep.equal(rows);
      }),
    );
  });

  it("returns the same values through Arrow's own interface", () => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        const batch = batchOf(EVERY_TYPE, rows);

        const read = Array.from({ length: batch.numRows }, (_, row) =>
          Object.values(batch.get(row)!.toJSON() as Record<string, unknown>),
        );

        expect(read).to.deep.equal(
          rows.map((cells) => cells.map((value, index) => asArrow(types[index]!, value))),
        );
      }),
    );
  });

  it("knows the number of NULLs in a column", () => {
    const batch = batchOf(EVERY_TYPE, [
      [1, "a", null, 0, null, null, null, 5n, 0, 1n],
      [2, "b", null, 0, 1, null, null, null, null, 2n],
      [3, "", true, 0, null, null, 4n, null, null, null],
    ]);

    const counts = Object.keys(EVERY_TYPE).map((name) => columnData(batch, name).nullCount);

    expect(counts).to.deep.equal([0, 0, 2, 0, 2, 3, 2, 2, 2, 1, 3, 3, 3, 3]);
    expect(hasNulls(columnData(batch, "whole"))).to.equal(false);
    expect([0, 1, 2].map((row) => isValid(columnData(batch, "flag"), row))).to.deep.equal([
      false,
      false,
      true,
    ]);
  });

  const ways: readonly (readonly [string, (batch: RecordBatch) => RecordBatch])[] = [
    ["a stream of record batches", (batch) => streamed(batch)],
    ["a file of a table", (batch) => tableFromIPC(tableToIPC(new Table([batch]), "file")).batches[0]!],
  ];
  for (const [what, through] of ways) {
    it(`survives ${what}`, () => {
      fc.assert(
        fc.property(fc.array(anyRow(EVERY_TYPE), { minLength: 1, maxLength: 40, size: "max" }), (rows) => {
          const batch = through(batchOf(EVERY_TYPE, rows));

          expect(batch.schema.toString()).to.equal(batchOf(EVERY_TYPE, []).schema.toString());
          expect(rowsOf(EVERY_TYPE, batch)).to.deep.equal(rows);
        }),
        { numRuns: 50 },
      );
    });
  }

  it("grows with short and long texts", () => {
    const rows = Array.from({ length: 200 }, (_, row): Row => [row, "é".repeat(row * 3)]);
    const columns = { whole: EVERY_TYPE.whole, words: EVERY_TYPE.words };

    expect(rowsOf(columns, batchOf(columns, rows))).to.deep.equal(rows);
  });

  it("refuses a column that its table does not have", () => {
    expect(() => columnData(batchOf(EVERY_TYPE, []), "other")).to.throw("the batch has no column other");
  });
});

describe("A decimal column", () => {
  it("holds the same values set as numbers or as bigints", () => {
    const { type } = EVERY_TYPE.long;
    const safe = fc.integer({ min: -(10 ** 15) + 1, max: 10 ** 15 - 1 });
    fc.assert(
      fc.property(fc.array(safe, { minLength: 1 }), (values) => {
        const [numbers, bigints] = [columnBuilder(type, values.length), columnBuilder(type, values.length)];
        values.forEach((value, row) => {
          numbers.setNumber(row, value);
          bigints.setBigint(row, BigInt(value));
        });

        expect(numbers.finish().values).to.deep.equal(bigints.finish().values);
      }),
    );
  });
});

describe("A builder refuses a value of the wrong type", () => {
  const bytes = new Uint8Array(1);
  const cases = types.map((type) => ({
    kind: type.kind,
    number: !isBytes(type),
    bigint: ["decimal", "bigint", "timestamp", "timestamptz"].includes(type.kind),
    text: isBytes(type),
  }));
  for (const [index, { kind, ...takes }] of cases.entries()) {
    it(kind, () => {
      const builder = columnBuilder(types[index]!, 1);
      const attempts = {
        number: () => builder.setNumber(0, 1),
        bigint: () => builder.setBigint(0, 1n),
        text: () => builder.setBytes(0, bytes, 0, 1),
      };
      for (const what of ["number", "bigint", "text"] as const) {
        if (takes[what]) expect(attempts[what]).not.to.throw();
        else expect(attempts[what]).to.throw(TypeError, `a ${kind} column takes no ${what}`);
      }
    });
  }
});

function streamed(batch: RecordBatch): RecordBatch {
  const bytes = RecordBatchStreamWriter.writeAll([batch]).toUint8Array(true);
  const [read] = [...RecordBatchReader.from(bytes)];
  return read!;
}

/** A value as Arrow's interface returns it, with a date as milliseconds and a decimal as 128 bits. */
function asArrow(type: ColumnType, value: Value): unknown {
  if (value === null) return null;
  if (type.kind === "date") return Number(value) * 86_400_000;
  if (type.kind === "time") return BigInt(value);
  // Milliseconds with microseconds as decimals.
  if (type.kind.startsWith("timestamp"))
    return Number(BigInt(value) / 1000n) + Number(BigInt(value) % 1000n) / 1000;
  // Arrow for JavaScript leaves out a byte order mark when it reads a text.
  if (type.kind === "text") return String(value).replace(/^\ufeff/, "");
  if (type.kind === "bytea") return Uint8Array.from(Buffer.from(String(value).slice(2), "hex"));
  if (type.kind !== "decimal") return value;
  const unsigned = BigInt.asUintN(128, BigInt(value));
  return Uint32Array.from({ length: 4 }, (_, word) => Number((unsigned >> BigInt(32 * word)) & 0xffff_ffffn));
}
