import { expect } from "chai";
import { NO_ROW } from "../../../domain/formats/columnar/gather";
import { bytesOf } from "../../../domain/formats/columnar/size";
import { columnsOf } from "../../../domain/model/columns";
import type { Join } from "../../../domain/model/join";
import { optional, sourceTable } from "../../../domain/model/source";
import { joinsOfFeed } from "../../../domain/model/table";
import { integer, text } from "../../../domain/model/types";
import { measureJoinedRows, assignFoundRows, readJoinKeys } from "../../../domain/transform/join-rows";
import { batchOfObjects } from "../../support/formats/columnar";

const city = sourceTable("city", { key: "city_id", columns: { city_id: integer, name: text } });
const client = sourceTable("client", {
  key: "client_id",
  columns: { client_id: integer, note: text, city_id: optional(integer) },
});
const clients = columnsOf(client);
const [join] = joinsOfFeed({
  source: client,
  columns: { name: clients.leftJoin("city_id", city).copy("name") },
}) as [Join];

const cities = batchOfObjects(city.columns, [
  { city_id: 1, name: "York" },
  { city_id: 2, name: "Leeds on the Aire" },
]);
const batches = [
  batchOfObjects(client.columns, [
    { client_id: 1, note: "a", city_id: 2 },
    { client_id: 2, note: "longer", city_id: null },
  ]),
  batchOfObjects(client.columns, [{ client_id: 3, note: "the longest", city_id: 1 }]),
];

describe("The rows joined to several batches", () => {
  const wanted = readJoinKeys(
    join,
    client,
    batches.map((batch) => ({ batch })),
  );

  it("are found by the keys that are not NULL, batch after batch", () => {
    expect(wanted.keys).to.deep.equal([2, 1]);
    expect([...wanted.places]).to.deep.equal([0, NO_ROW, 1]);
  });

  it("are assigned to the rows that refer to them", () => {
    const found = { batch: cities, rows: Int32Array.of(1, NO_ROW) };
    expect([...assignFoundRows(wanted, found).rows]).to.deep.equal([1, NO_ROW, NO_ROW]);
  });

  it("add their bytes to those of each row", () => {
    const joined = assignFoundRows(wanted, { batch: cities, rows: Int32Array.of(1, 0) });
    const sizes = measureJoinedRows(batches, new Map([["city", joined]]));

    const rowBytes = (batch: (typeof batches)[number], row: number): number =>
      bytesOf(batch.slice(row, row + 1));
    expect([...sizes]).to.deep.equal([
      rowBytes(batches[0]!, 0) + rowBytes(cities, 1),
      rowBytes(batches[0]!, 1),
      rowBytes(batches[1]!, 0) + rowBytes(cities, 0),
    ]);
  });
});
