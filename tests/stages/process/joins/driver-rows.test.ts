import type { RecordBatch } from "apache-arrow";
import { expect } from "chai";
import fc from "fast-check";
import { bytesOf } from "../../../../domain/formats/columnar/size";
import { columnsOf } from "../../../../domain/model/columns";
import { sourceTable, type SourceTable } from "../../../../domain/model/source";
import type { Feed } from "../../../../domain/model/table";
import { integer, text } from "../../../../domain/model/types";
import { joinRows, readRowsOfKeys, type DriverRows } from "../../../../stages/process/joins/driver-rows";
import type { TableState } from "../../../../stages/process/state/table-state";
import { batchOfObjects, objectsOf } from "../../../support/formats/columnar";

const city = sourceTable("city", { key: "id", columns: { id: integer, note: text } });
const client = sourceTable("client", { key: "id", columns: { id: integer, city_id: integer, note: text } });
const clients = columnsOf(client);
const feed: Feed = {
  source: client,
  columns: {
    id: clients.copy("id"),
    note: clients.copy("note"),
    city: clients.leftJoin("city_id", city).copy("note"),
  },
};

type Row = Readonly<Record<string, number | string>>;

/** The rows of a table, each of which has its place as its key. Notes the most bytes that were found together. */
function held({ columns }: SourceTable, rows: readonly Row[]) {
  const seen = { most: 0, calls: 0 };
  const find: TableState["find"] = (keys, maxBytes = Infinity) => {
    seen.calls += 1;
    const wanted = [...new Set(keys.map(Number))].filter((key) => rows[key] !== undefined);
    const batch = batchOfObjects(
      columns,
      wanted.map((key) => rows[key]!),
    );
    if (bytesOf(batch) > maxBytes && keys.length > 1) return Promise.resolve(undefined);
    if (keys.length > 1) seen.most = Math.max(seen.most, bytesOf(batch));
    return Promise.resolve({ batch, rows: Int32Array.from(keys, (key) => wanted.indexOf(Number(key))) });
  };
  return { find, seen };
}

const LIMITS = { lookupBytes: 400, rows: 5, bytes: 200 };

const anyNote = fc.oneof(
  { weight: 6, arbitrary: fc.string({ maxLength: 12 }) },
  fc.integer({ min: 100, max: 900 }).map((length) => "x".repeat(length)),
);

async function* batches(rows: readonly Row[], sizes: readonly number[]): AsyncGenerator<RecordBatch> {
  for (let start = 0, turn = 0; start < rows.length; turn++) {
    const end = start + (sizes[turn % sizes.length] ?? 1);
    yield await Promise.resolve(batchOfObjects(client.columns, rows.slice(start, end)));
    start = end;
  }
}

/** The rows of a piece with the notes of their cities. */
function joined({ batch, lookups }: DriverRows): unknown[] {
  const [cities] = [...lookups.values()];
  const notes = objectsOf(city.columns, cities!.batch);
  return objectsOf(client.columns, batch).map((row, index) => ({
    ...row,
    city: notes[cities!.rows[index]!]?.["note"],
  }));
}

const sizeOf = ({ batch, lookups }: DriverRows): number => {
  const [cities] = [...lookups.values()];
  const notes = objectsOf(city.columns, cities!.batch).map(({ note }) => 8 + String(note).length);
  return bytesOf(batch) + [...cities!.rows].reduce((sum, row) => sum + (notes[row] ?? 0), 0);
};

describe("The rows of a driver", () => {
  it("are joined in their order, in pieces of bounded size, with bounded lookups, whatever their sizes", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(anyNote, { minLength: 1, maxLength: 12 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 14 }), anyNote), { maxLength: 60 }),
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 4 }),
        async (cityNotes, clientsGiven, sizes) => {
          const cities = cityNotes.map((note, id) => ({ id, note }));
          const rows = clientsGiven.map(([city_id, note], id) => ({ id, city_id, note }));
          const state = held(city, cities);
          const made: unknown[] = [];
          const driver = batches(rows, sizes);
          for await (const piece of joinRows(feed, driver, { stateOf: () => state, limits: LIMITS })) {
            made.push(...joined(piece));
            expect(piece.batch.numRows).to.be.within(1, LIMITS.rows);
            if (piece.batch.numRows > 1) expect(sizeOf(piece)).to.be.at.most(LIMITS.bytes);
          }
          expect(made).to.deep.equal(rows.map((row) => ({ ...row, city: cityNotes[row.city_id] })));
          expect(state.seen.most).to.be.at.most(LIMITS.lookupBytes);
        },
      ),
    ));

  it("are looked up together when they are small, so that a joined row is read once for many of them", async () => {
    const state = held(city, [{ id: 0, note: "Leeds" }]);
    const rows = Array.from({ length: 20_000 }, (_, id) => ({ id, city_id: 0, note: "" }));
    let made = 0;
    for await (const { batch } of joinRows(feed, batches(rows, [100]), { stateOf: () => state }))
      made += batch.numRows;
    expect(made).to.equal(20_000);
    expect(state.seen.calls).to.equal(1);
  });

  it("are found by their keys in parts of bounded size", async () => {
    const rows = Array.from({ length: 100 }, (_, id) => ({
      id,
      city_id: 0,
      note: "x".repeat(id % 7 === 0 ? 900 : 9),
    }));
    const state = held(client, rows);
    const found: unknown[] = [];
    for await (const batch of readRowsOfKeys(state, [...rows.keys(), 500], LIMITS))
      found.push(...objectsOf(client.columns, batch));
    expect(found).to.deep.equal(rows);
    expect(state.seen.most).to.be.at.most(LIMITS.lookupBytes);
  });

  it("are found in larger parts again after a large row", async () => {
    const rows = Array.from({ length: 2_000 }, (_, id) => ({
      id,
      city_id: 0,
      note: id < 2 ? "x".repeat(900) : "",
    }));
    const state = held(client, rows);
    const limits = { ...LIMITS, lookupBytes: 1_000 };
    let found = 0;
    for await (const batch of readRowsOfKeys(state, [...rows.keys()], limits)) found += batch.numRows;
    expect(found).to.equal(rows.length);
    expect(state.seen.calls).to.be.below(150);
  });
});
