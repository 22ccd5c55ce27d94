import { makeData } from "apache-arrow";
import { expect } from "chai";
import fc from "fast-check";
import { arrowSchema, arrowType, columnData, recordBatch } from "../../../../domain/formats/columnar/arrow";
import { gatherColumn, NO_ROW, placeList } from "../../../../domain/formats/columnar/gather";
import { bytesBefore, rowBytes } from "../../../../domain/formats/columnar/size";
import { gatherBatch, takeRows } from "../../../../domain/formats/columnar/take";
import { decodeLeaf, encodeLeaf } from "../../../../domain/state/leaf";
import { integer, text } from "../../../../domain/model/types";
import { anyRow } from "../../../support/formats/arbitraries";
import { batchOf, EVERY_TYPE, rowsOf } from "../../../support/formats/columnar";

const anyBatches = fc.array(fc.array(anyRow(EVERY_TYPE), { minLength: 1, maxLength: 15 }), {
  minLength: 1,
  maxLength: 4,
});
const missing = Object.keys(EVERY_TYPE).map(() => null);

describe("Rows taken from several batches", () => {
  it("are the rows in these places, in that order, with repeats and with neighbours", () => {
    const anyPicks = fc.array(fc.record({ batch: fc.nat(), row: fc.nat(), neighbours: fc.nat(5) }));
    fc.assert(
      fc.property(anyBatches, anyPicks, (given, picks) => {
        const places = picks.flatMap(({ batch, row, neighbours }) => {
          const index = batch % given.length;
          const { length } = given[index]!;
          const first = row % length;
          return Array.from(
            { length: Math.min(neighbours + 1, length - first) },
            (_, next) => [index, first + next] as const,
          );
        });
        const list = placeList(places.length);
        for (const [batch, row] of places) list.add(batch, row);

        const taken = gatherBatch(
          given.map((rows) => batchOf(EVERY_TYPE, rows)),
          EVERY_TYPE,
          list.list(),
        );

        expect(rowsOf(EVERY_TYPE, taken)).to.deep.equal(places.map(([batch, row]) => given[batch]![row]));
      }),
    );
  });

  it("are some rows of one batch", () => {
    const batch = batchOf(EVERY_TYPE, [missing, missing, missing]);
    expect(takeRows(batch, EVERY_TYPE, [2, 0])).to.have.property("numRows", 2);
  });

  it("are refused when there are more than announced", () => {
    const list = placeList(1);
    list.add(0, 0);
    list.add(0, 1);
    expect(() => list.list()).to.throw(RangeError, "2 places were collected in a list of 1");
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

  it("are empty for no places", () => {
    expect(gatherBatch([], EVERY_TYPE, placeList(0).list())).to.have.property("numRows", 0);
  });

  it("leave out the bytes below a NULL", () => {
    const [type, length] = [arrowType(text), 3];
    const memory = { valueOffsets: Int32Array.of(0, 1, 2, 3), data: Uint8Array.from(Buffer.from("abc")) };
    const source = makeData({
      type,
      length,
      nullCount: 1,
      nullBitmap: Uint8Array.of(0b101),
      ...memory,
    } as never);

    const gathered = gatherColumn(text, [source], { rows: Int32Array.of(0, 1, 2) });

    const columns = { note: { type: text, nullable: true } };
    const batch = recordBatch(arrowSchema(columns), { length, children: [gathered] });
    expect(rowsOf(columns, batch)).to.deep.equal([["a"], [null], ["c"]]);
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
