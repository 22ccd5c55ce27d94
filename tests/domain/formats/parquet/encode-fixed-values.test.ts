import { expect } from "chai";
import fc from "fast-check";
import { decimal, integer } from "../../../../domain/model/types";
import { batchOf, type Columns, type Row } from "../../../support/formats/columnar";
import { fileOf, parquetOf, rowGroupsOf } from "../../../support/formats/parquet";
import { buildDictionary, packBits } from "../../../../domain/formats/parquet/dictionary";

const MIN = -(2 ** 31);
const MAX = 2 ** 31 - 1;

describe("A dictionary of a column", () => {
  it("has the value of every row for any values", () => {
    const words = fc.array(fc.oneof(fc.integer({ min: MIN, max: MAX }), fc.integer({ min: -3, max: 3 })), {
      minLength: 1,
      maxLength: 3000,
    });
    fc.assert(
      fc.property(words, fc.constantFrom("INT32" as const, "INT64" as const), (given, type) => {
        const stride = type === "INT32" ? 1 : 2;
        const rows = Math.floor(given.length / stride);
        // Every value occurs eight times, so a dictionary saves space.
        const repeated = Array.from({ length: 8 }, () => given.slice(0, rows * stride)).flat();
        const values = { type, words: Int32Array.from(repeated), count: rows * 8 };
        const dictionary = buildDictionary(values);
        fc.pre(dictionary !== undefined);
        const read = [...dictionary.indexes].flatMap((index) => [
          ...dictionary.words.subarray(index * stride, (index + 1) * stride),
        ]);
        expect(read).to.deep.equal(repeated);
        const distinct = new Set(
          Array.from({ length: rows }, (_, row) => given.slice(row * stride, (row + 1) * stride).join()),
        );
        expect(dictionary.size).to.equal(distinct.size);
      }),
    );
  });

  it("is dropped when values rarely repeat", () => {
    const words = Int32Array.from({ length: 1000 }, (_, row) => row % 300);
    expect(buildDictionary({ type: "INT32", words, count: 1000 })).to.equal(undefined);
  });
});

describe("Packed indexes", () => {
  it("match a bit-by-bit reference encoder", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1 << 14 }),
        fc.array(fc.nat(), { maxLength: 100 }),
        (size, given) => {
          const indexes = given.map((index) => index % size);
          const width = Math.max(Math.ceil(Math.log2(size)), 1);
          const groups = Math.ceil(indexes.length / 8);
          const padded = [...indexes, ...new Array<number>(groups * 8 - indexes.length).fill(0)];
          const bits = padded.flatMap((index) =>
            Array.from({ length: width }, (_, bit) => (index >> bit) & 1),
          );
          const bytes = Array.from({ length: groups * width }, (_, byte) =>
            bits.slice(byte * 8, byte * 8 + 8).reduce((sum, bit, at) => sum | (bit << at), 0),
          );
          const run = groups * 2 + 1;
          expect([...packBits(Int32Array.from(indexes), size)]).to.deep.equal([
            width,
            ...(run < 128 ? [run] : [(run & 127) | 128, run >> 7]),
            ...bytes,
          ]);
        },
      ),
    );
  });
});

describe("A column of fixed width", () => {
  it("is read as written with few or many values, extreme values and NULLs", async () => {
    const columns: Columns = {
      whole: { type: integer, nullable: false },
      perhaps: { type: integer, nullable: true },
      price: { type: decimal(18, 4), nullable: false },
    };
    const whole = fc.oneof(fc.integer({ min: MIN, max: MAX }), fc.constantFrom(MIN, MAX, 0, -1));
    const price = fc.oneof(
      fc.bigInt({ min: -(10n ** 18n) + 1n, max: 10n ** 18n - 1n }),
      fc.bigInt({ min: -2n, max: 2n }),
    );
    const values = fc.record({
      wholes: fc.array(whole, { minLength: 1, maxLength: 40 }),
      prices: fc.array(price, { minLength: 1, maxLength: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(values, fc.integer({ min: 1, max: 400 }), async ({ wholes, prices }, rows) => {
        const given = Array.from({ length: rows }, (_, row): Row => [
          wholes[row % wholes.length]!,
          row % 3 === 0 ? null : wholes[(row * 7) % wholes.length]!,
          prices[row % prices.length]!,
        ]);
        const file = fileOf(parquetOf(columns, [batchOf(columns, given)], { rows: 150 }));
        expect((await rowGroupsOf(columns, file)).flat()).to.deep.equal(given);
      }),
      { numRuns: 50 },
    );
  });
});
