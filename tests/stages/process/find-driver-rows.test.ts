import { expect } from "chai";
import { columnsOf } from "../../../domain/model/columns";
import { sourceTable, type SourceTable } from "../../../domain/model/source";
import type { Feed } from "../../../domain/model/table";
import { integer, text } from "../../../domain/model/types";
import { BATCH_BYTES, findDriverRows } from "../../../stages/process/joins/find-driver-rows";
import type { TableState } from "../../../stages/process/state/table-state";
import { batchOfObjects } from "../../support/formats/columnar";

const city = sourceTable("city", { key: "id", columns: { id: integer, note: text } });
const client = sourceTable("client", { key: "id", columns: { id: integer, city_id: integer, note: text } });
const clients = columnsOf(client);
const feed: Feed = {
  source: client,
  columns: {
    id: clients.copy("id"),
    note: clients.copy("note"),
    city: clients.innerJoin("city_id", city).copy("note"),
  },
};

type Row = Readonly<Record<string, number | string>>;

/** The rows of a table, each of which has its place as its key. */
const held = ({ columns }: SourceTable, rows: readonly Row[]): Pick<TableState, "find"> => ({
  find: (keys, maxBytes = Infinity) => {
    const wanted = [...new Set(keys.map(Number))];
    const batch = batchOfObjects(
      columns,
      wanted.map((key) => rows[key]!),
    );
    const isTooLarge = batch.data.byteLength > maxBytes && keys.length > 1;
    const found = Int32Array.from(keys, (key) => wanted.indexOf(Number(key)));
    return Promise.resolve(isTooLarge ? undefined : { batch, rows: found });
  },
});

describe("Rows of a driver are made together with their joined rows while the result is small", () => {
  const long = "x".repeat(BATCH_BYTES / 4);
  const found = async (
    cities: readonly Row[],
    all: readonly Row[],
    take = all.length,
  ): Promise<number | undefined> => {
    const states = new Map([
      ["city", held(city, cities)],
      ["client", held(client, all)],
    ]);
    const keys = all.slice(0, take).map((_, key) => key);
    return (await findDriverRows(feed, keys, (name) => states.get(name)!))?.bytes;
  };
  const clientsOf = (count: number, cityOf: (id: number) => number, note = ""): Row[] =>
    Array.from({ length: count }, (_, id) => ({ id, city_id: cityOf(id), note }));

  it("for small rows, all together", async () => {
    expect(
      await found(
        [{ id: 0, note: "Leeds" }],
        clientsOf(500, () => 0),
      ),
    ).to.be.within(5_000, 50_000);
  });

  it("but not for long rows of the driver", async () => {
    const all = clientsOf(9, () => 0, long);
    expect(await found([{ id: 0, note: "" }], all)).to.equal(undefined);
    expect(await found([{ id: 0, note: "" }], all, 2)).to.be.greaterThan(BATCH_BYTES / 2);
  });

  it("but not for long joined rows", async () => {
    const cities = Array.from({ length: 9 }, (_, id) => ({ id, note: long }));
    expect(
      await found(
        cities,
        clientsOf(9, (id) => id),
      ),
    ).to.equal(undefined);
    expect(
      await found(
        cities,
        clientsOf(9, (id) => id),
        1,
      ),
    ).to.be.greaterThan(BATCH_BYTES / 4);
  });

  it("but not for many rows joined with one long row, because it is written for each of them", async () => {
    const all = clientsOf(500, () => 0);
    expect(await found([{ id: 0, note: long }], all)).to.equal(undefined);
    expect(await found([{ id: 0, note: long }], all, 7)).to.be.greaterThan(BATCH_BYTES);
  });

  it("but a single row is made however long it is", async () => {
    const note = long.repeat(20);
    expect(
      await found(
        [{ id: 0, note }],
        clientsOf(1, () => 0, note),
      ),
    ).to.be.greaterThan(10 * BATCH_BYTES);
  });
});
