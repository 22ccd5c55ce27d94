import { expect } from "chai";
import fc from "fast-check";
import { columnData } from "../../../../domain/formats/columnar/arrow";
import {
  columnOver,
  referenceReader,
  rowReference,
  takeBatch,
  takeColumn,
} from "../../../../domain/formats/columnar/take";
import { integer } from "../../../../domain/model/types";
import { anyRow } from "../../../support/formats/arbitraries";
import { batchOf, EVERY_TYPE, rowsOf } from "../../../support/formats/columnar";

const anyBatches = fc.array(fc.array(anyRow(EVERY_TYPE), { minLength: 1, maxLength: 15 }), {
  minLength: 1,
  maxLength: 4,
});

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

  it("are empty for no references", () => {
    expect(takeBatch([], EVERY_TYPE, [])).to.have.property("numRows", 0);
  });

  it("are read one by one, with NULLs", () => {
    const columns = { whole: EVERY_TYPE.whole };
    const batches = [batchOf(columns, [[1], [null]]), batchOf(columns, [[3]])];

    const read = referenceReader(integer, columnOver(batches, 0));

    expect([rowReference(1, 0), rowReference(0, 1), rowReference(0, 0)].map(read)).to.deep.equal([
      3,
      null,
      1,
    ]);
  });

  it("are refused from a missing batch or column", () => {
    const batch = batchOf(EVERY_TYPE, []);
    const source = [columnData(batch, "whole")];

    expect(() => takeColumn(integer, source, [rowReference(1, 0)])).to.throw(
      RangeError,
      "there is no batch 1",
    );
    expect(() => referenceReader(integer, source)(rowReference(2, 5))).to.throw(
      RangeError,
      "there is no batch 2",
    );
    expect(() => columnOver([batch], 99)).to.throw(RangeError, "the batch has no column 99");
  });
});
