import {
  Table,
  TimeMillisecond,
  TimestampMillisecond,
  vectorFromArray,
  type RecordBatch,
} from "apache-arrow";
import { expect } from "chai";
import { asColumns } from "../../../../domain/formats/columnar/convert";
import { bigint, integer, text, time, timestamp, timestamptz } from "../../../../domain/model/types";
import { batchOf, EVERY_TYPE, rowsOf, type Columns } from "../../../support/formats/columnar";

const nullable = (columns: Record<string, Columns[string]["type"]>): Columns =>
  Object.fromEntries(Object.entries(columns).map(([name, type]) => [name, { type, nullable: true }]));

describe("A batch stored by an earlier version", () => {
  it("is converted from milliseconds to microseconds, with NULLs", () => {
    const last = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
    const moments = [Date.UTC(2024, 1, 29, 14, 20, 52, 123), -1, null, last];
    const kept = new Table({
      clock: vectorFromArray([51_652_123, null, 0, 86_399_999], new TimeMillisecond()),
      moment: vectorFromArray(moments, new TimestampMillisecond()),
      instant: vectorFromArray(moments, new TimestampMillisecond("UTC")),
    }).batches[0]!;
    const columns = nullable({ clock: time, moment: timestamp, instant: timestamptz });

    const batch = asColumns(kept, columns)!;

    const far = 253_402_300_799_999_000n;
    expect(rowsOf(columns, batch)).to.deep.equal([
      [51_652_123_000, 1_709_216_452_123_000, 1_709_216_452_123_000],
      [null, -1000, -1000],
      [0, null, null],
      [86_399_999_000, far, far],
    ]);
    expect(batch.schema.toString()).to.equal(batchOf(columns, []).schema.toString());
  });

  it("is used unchanged when its types are current", () => {
    const kept = batchOf(EVERY_TYPE, [[1, "é", true, 3, 4, 5, 6n, 7n, 8, 9n]]);

    const batch = asColumns(kept, EVERY_TYPE)!;

    expect(rowsOf(EVERY_TYPE, batch)).to.deep.equal(rowsOf(EVERY_TYPE, kept));
    expect(batch.data.children[0]).to.equal(kept.data.children[0]);
  });

  const other: readonly (readonly [string, RecordBatch, Columns])[] = [
    ["an extra column", batchOf(nullable({ a: integer, b: integer }), []), nullable({ a: integer })],
    ["a missing column", batchOf(nullable({ a: integer }), []), nullable({ a: integer, b: integer })],
    ["another type", batchOf(nullable({ a: integer }), [[1]]), nullable({ a: bigint })],
    ["a text for a time", batchOf(nullable({ a: text }), [["a"]]), nullable({ a: time })],
    ["a bigint for a timestamp", batchOf(nullable({ a: bigint }), [[1n]]), nullable({ a: timestamp })],
    [
      "a time zone that the model does not have",
      new Table({ a: vectorFromArray([0], new TimestampMillisecond("UTC")) }).batches[0]!,
      nullable({ a: timestamp }),
    ],
  ];
  for (const [what, kept, columns] of other)
    it(`is not readable with ${what}`, () => expect(asColumns(kept, columns)).to.equal(undefined));
});
