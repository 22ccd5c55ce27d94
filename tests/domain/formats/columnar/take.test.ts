import { expect } from "chai";
import fc from "fast-check";
import { columnData } from "../../../../domain/formats/columnar/arrow";
import { gatherColumn, NO_ROW } from "../../../../domain/formats/columnar/gather";
import { bytesBefore, rowBytes } from "../../../../domain/formats/columnar/size";
import { gatherBatch, rowReference, takeBatch } from "../../../../domain/formats/columnar/take";
import { decodeLeaf, encodeLeaf } from "../../../../domain/state/leaf";
import { integer } from "../../../../domain/model/types";
import { anyRow } from "../../../support/formats/arbitraries";
import { batchOf, EVERY_TYPE, rowsOf } from "../../../support/formats/columnar";

const anyBatches = fc.array(fc.array(anyRow(EVERY_TYPE), { minLength: 1, maxLength: 15 }), {
  minLength: 1,
  maxLength: 4,
});
const missing = Object.keys(EVERY_TYPE).map(() => null);

describe("Rows taken from several batches", () => {
  it("are the referenced rows, in that order and with repeats", () => {
    fc.assert(
      fc.property(anyBatches, fc.array(fc.tuple(fc.nat(), fc.nat())), (given, picks) => {
        const places = picks.map(([batch, row]) => {
          const index = batch % given.length;
          return [index, row % given[index]!.length] as const;
        });

        const taken = takeBatch(
          given.map((rows) => batchOf(EVERY_TYPE, rows)),
          EVERY_TYPE,
          places.map(([batch, row]) => rowReference(batch, row)),
        );

        expect(rowsOf(EVERY_TYPE, taken)).to.deep.equal(places.map(([batch, row]) => given[batch]![row]));
      }),
    );
  });

  it("are NULL in every column for a missing row", () => {
    fc.assert(
      fc.property(
        fc.array(anyRow(EVERY_TYPE), { minLength: 1, maxLength: 15 }),
        fc.array(fc.option(fc.nat())),
        (given, picks) => {
          const rows = picks.map((pick) => (pick === null ? NO_ROW : pick % given.length));

          const taken = gatherBatch([batchOf(EVERY_TYPE, given)], EVERY_TYPE, {
            rows: Int32Array.from(rows),
          });

          expect(rowsOf(EVERY_TYPE, taken)).to.deep.equal(
            rows.map((row) => (row === NO_ROW ? missing : given[row])),
          );
        },
      ),
    );
  });

  it("are the same from a slice of a batch, and from a leaf that was stored", () => {
    const spec = { columns: EVERY_TYPE, key: ["whole"] };
    fc.assert(
      fc.property(
        fc
          .array(anyRow(EVERY_TYPE), { minLength: 1, maxLength: 30 })
          .map((given) => given.map(([_, ...others], row) => [row, ...others])),
        fc.nat(),
        (given, cut) => {
          const start = cut % given.length;
          const slice = batchOf(EVERY_TYPE, given).slice(start);
          const rows = Int32Array.from(given.slice(start), (_, row) => row).reverse();
          const expected = given.slice(start).reverse();

          for (const batch of [slice, decodeLeaf(spec, encodeLeaf(slice)).batch]) {
            expect(rowsOf(EVERY_TYPE, gatherBatch([batch], EVERY_TYPE, { rows }))).to.deep.equal(expected);
            expect(rowsOf(EVERY_TYPE, batch)).to.deep.equal(given.slice(start));
          }
        },
      ),
    );
  });

  it("are empty for no references", () => {
    expect(takeBatch([], EVERY_TYPE, [])).to.have.property("numRows", 0);
  });

  it("are refused from a missing batch or row", () => {
    const source = [columnData(batchOf(EVERY_TYPE, [missing]), "whole")];
    const take = (batch: number, row: number) => () =>
      gatherColumn(integer, source, { rows: Int32Array.of(row), batches: Int32Array.of(batch) });

    expect(take(1, 0)).to.throw(RangeError, "no element 1");
    expect(take(0, 1)).to.throw(RangeError, "no element 1");
  });
});

describe("The bytes of the rows of a batch", () => {
  it("add up to the bytes before a row", () => {
    fc.assert(
      fc.property(fc.array(anyRow(EVERY_TYPE), { maxLength: 15 }), (given) => {
        const batch = batchOf(EVERY_TYPE, given);
        let sum = 0;
        rowBytes(batch).forEach((bytes, row) => {
          expect(bytesBefore(batch, row)).to.equal(sum);
          sum += bytes;
        });
        expect(bytesBefore(batch, given.length)).to.equal(sum);
      }),
    );
  });
});
