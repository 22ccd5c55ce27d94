import { expect } from "chai";
import { columnsOf } from "../../../../domain/model/columns";
import { sourceTable } from "../../../../domain/model/source";
import type { Feed } from "../../../../domain/model/table";
import { integer, text } from "../../../../domain/model/types";
import { findAffectedRows } from "../../../../stages/process/joins/find-affected-rows";
import type { ChangedRows, TableState } from "../../../../stages/process/state/table-state";

const city = sourceTable("city", { key: "id", columns: { id: integer, name: text } });
const client = sourceTable("client", { key: "id", columns: { id: integer, city_id: integer } });
const clients = columnsOf(client);
const feed: Feed = {
  source: client,
  columns: { id: clients.copy("id"), city: clients.leftJoin("city_id", city).copy("name") },
};

const TOO_MANY: ChangedRows = { rows: 1_000, keys: "too many", deleted: [] };
const keys = (...list: number[]): ChangedRows => ({ rows: list.length, keys: list, deleted: [] });

/** Client 10 × n + i refers to city n. */
const findReferring: TableState["findReferring"] = (_, values, most = Infinity) => {
  const found = values.flatMap((value) => [1, 2, 3].map((place) => 10 * Number(value) + place));
  return Promise.resolve(found.length > most ? undefined : found);
};

/** @param written the keys of the cities in the written leaves, leaf by leaf */
const affected = (
  changed: Readonly<Record<string, ChangedRows>>,
  mostKeys: number,
  written: readonly number[][] = [],
) => {
  const writtenKeys = async function* () {
    for (const leaf of written) yield await Promise.resolve(leaf);
  };
  const stateOf = () => ({ findReferring, writtenKeys });
  return findAffectedRows(feed, new Map(Object.entries(changed)), { stateOf, mostKeys });
};

describe("The rows that a change affects", () => {
  it("are those that changed, and those that refer to a changed row, each once and sorted", async () => {
    const expected = { keys: [5, 11, 12, 13], written: false };
    expect(await affected({ client: keys(12, 5), city: keys(1) }, 4)).to.deep.equal(expected);
  });

  it("are those of the written leaves, when the rows of the driver that changed are too many", async () => {
    expect(await affected({ client: TOO_MANY }, 4)).to.deep.equal({ keys: [], written: true });
    const expected = { keys: [11, 12, 13], written: true };
    expect(await affected({ client: TOO_MANY, city: keys(1) }, 4)).to.deep.equal(expected);
  });

  it("are those that refer to deleted rows and to rows of written leaves, when the changed rows are too many", async () => {
    const city = { ...TOO_MANY, deleted: [1] };
    const expected = { keys: [11, 12, 13, 21, 22, 23], written: false };
    expect(await affected({ city }, 6, [[2]])).to.deep.equal(expected);
  });

  it("are all rows, when too many refer to changed rows, or too many are deleted", async () => {
    expect(await affected({ city: keys(1, 2) }, 4)).to.equal("all");
    expect(await affected({ city: TOO_MANY }, 6, [[1], [2], [3]])).to.equal("all");
    expect(await affected({ client: keys(1, 2), city: keys(1) }, 4)).to.equal("all");
    expect(await affected({ city: { ...TOO_MANY, deleted: "too many" } }, 4)).to.equal("all");
  });
});
