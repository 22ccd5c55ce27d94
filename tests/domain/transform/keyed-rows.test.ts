import { expect } from "chai";
import fc from "fast-check";
import type { Value } from "../../../domain/formats/columnar/read";
import { takeBatch } from "../../../domain/formats/columnar/take";
import {
  compacted,
  deleteRows,
  emptyRows,
  keysOf,
  rowsWhere,
  upsertRows,
} from "../../../domain/transform/keyed-rows";
import { optional, sourceTable, type SourceTable } from "../../../domain/model/source";
import { bigint, boolean, integer, text } from "../../../domain/model/types";
import { batchOfObjects, objectsOf } from "../../support/formats/columnar";

const address = sourceTable("address", {
  key: "id",
  columns: { id: integer, city: text, owner: optional(integer) },
});
const country = sourceTable("country", { key: "code", columns: { name: text, code: text } });

type Cells = Readonly<Record<string, Value>>;

const source = (table: SourceTable, rows: readonly Cells[], rejected: readonly number[] = []) => ({
  batch: batchOfObjects(table.columns, rows),
  rejections: new Map(rejected.map((row) => [row, { column: "city", reason: "bad" }])),
});

describe("The latest rows of a table", () => {
  it("are what was put in last, whatever came in what order", () => {
    const change = fc.oneof(
      { weight: 3, arbitrary: fc.array(fc.tuple(fc.nat(8), fc.string()), { maxLength: 6 }) },
      { weight: 1, arbitrary: fc.array(fc.nat(8), { maxLength: 3 }) },
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 20, size: "max" }), (changes) => {
        const rows = emptyRows(address);
        const expected = new Map<number, string>();
        for (const some of changes) {
          const upserts = some.filter((one) => typeof one !== "number");
          const deletes = some.filter((one) => typeof one === "number");
          const keys = upsertRows(
            rows,
            source(
              address,
              upserts.map(([id, city]) => ({ id, city })),
            ),
          );
          expect(keys).to.deep.equal(upserts.map(([id]) => id));
          for (const [id, city] of upserts) expected.set(id, city);
          const known = deletes.filter((id) => expected.delete(id));
          expect(deleteRows(rows, deletes)).to.equal(known.length);
        }

        const held = objectsOf(address.columns, compacted(rows));

        expect(new Map(held.map(({ id, city }) => [id, city]))).to.deep.equal(expected);
        expect(held).to.have.length(expected.size);
      }),
    );
  });

  it("are found by texts, too, wherever the key stands among the columns", () => {
    const rows = emptyRows(country);

    const keys = upsertRows(
      rows,
      source(country, [
        { code: "é", name: "E" },
        { code: "", name: "none" },
      ]),
    );

    expect(keys).to.deep.equal(["é", ""]);
    expect(deleteRows(rows, ["é", "e"])).to.equal(1);
    expect(objectsOf(country.columns, compacted(rows))).to.deep.equal([{ name: "none", code: "" }]);
  });

  it("are not those that were rejected: an earlier version stays", () => {
    const rows = emptyRows(address);
    upsertRows(rows, source(address, [{ id: 1, city: "Leeds" }]));

    const keys = upsertRows(
      rows,
      source(
        address,
        [
          { id: 1, city: "bad" },
          { id: 2, city: "York" },
        ],
        [0],
      ),
    );

    expect(keys).to.deep.equal([2]);
    expect(objectsOf(address.columns, compacted(rows)).map(({ city }) => city)).to.deep.equal([
      "Leeds",
      "York",
    ]);
  });

  it("that depend on some other row are found by the column that refers to it", () => {
    const rows = emptyRows(address);
    upsertRows(
      rows,
      source(address, [
        { id: 1, city: "A", owner: 5 },
        { id: 2, city: "B", owner: 6 },
      ]),
    );
    upsertRows(
      rows,
      source(address, [
        { id: 3, city: "C", owner: null },
        { id: 2, city: "D", owner: 7 },
        { id: 4, city: "E", owner: 5 },
      ]),
    );

    const dependants = rowsWhere(rows, "owner", new Set([5, 6, 0]));

    const taken = takeBatch(rows.batches, address.columns, dependants);
    expect(objectsOf(address.columns, taken).map(({ id }) => id)).to.deep.equal([1, 4]);
    expect(() => rowsWhere(rows, "street", new Set())).to.throw("address has no column street");
  });

  it("are found by a bigint as by the integer of the same value, and beyond what a number holds", () => {
    const port = sourceTable("port", { key: "id", columns: { id: bigint, hub: bigint } });
    const far = 2n ** 53n;
    const rows = emptyRows(port);

    const keys = upsertRows(
      rows,
      source(port, [
        { id: 5n, hub: far },
        { id: far, hub: 5n },
        { id: far + 1n, hub: far + 1n },
      ]),
    );

    expect(keys).to.deep.equal([5, far, far + 1n]);
    expect(rowsWhere(rows, "hub", new Set([5, far + 1n]))).to.deep.equal([
      rows.positions.get(far),
      rows.positions.get(far + 1n),
    ]);
    expect(deleteRows(rows, [far, -5])).to.equal(1);
  });

  it("have a key of whole numbers or texts", () => {
    const flags = sourceTable("flags", { key: "flag", columns: { flag: boolean } });

    expect(() => upsertRows(emptyRows(flags), source(flags, [{ flag: true }]))).to.throw(
      "flags.flag: the key of a joined table must be an integer, a bigint or a text",
    );
  });
});

describe("The keys in a batch", () => {
  it("are read in the order of its rows", () => {
    const batch = batchOfObjects(country.columns, [
      { code: "b", name: "B" },
      { code: "a", name: "A" },
    ]);

    expect(keysOf(country, batch)).to.deep.equal(["b", "a"]);
  });
});
