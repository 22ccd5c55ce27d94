import { expect } from "chai";
import { columnsOf } from "../../../../domain/model/columns";
import { sourceTable } from "../../../../domain/model/source";
import type { Feed } from "../../../../domain/model/table";
import { integer, text } from "../../../../domain/model/types";
import { affectedRows } from "../../../../stages/process/joins/affected-rows";
import type { ChangedRows, TableState } from "../../../../stages/process/state/table-state";

const city = sourceTable("city", { key: "id", columns: { id: integer, name: text } });
const client = sourceTable("client", { key: "id", columns: { id: integer, city_id: integer } });
const clients = columnsOf(client);
const feed: Feed = {
  source: client,
  columns: { id: clients.copy("id"), city: clients.leftJoin("city_id", city).copy("name") },
};

const TOO_MANY: ChangedRows = { rows: 1_000, keys: "too many" };
const keys = (...list: number[]): ChangedRows => ({ rows: list.length, keys: list });

/** Client 10 × n + i refers to city n. */
const findReferring: TableState["findReferring"] = (_, values, most = Infinity) => {
  const found = values.flatMap((value) => [1, 2, 3].map((place) => 10 * Number(value) + place));
  return Promise.resolve(found.length > most ? undefined : found);
};

const affected = (changed: Readonly<Record<string, ChangedRows>>, mostKeys: number) =>
  affectedRows(feed, new Map(Object.entries(changed)), { stateOf: () => ({ findReferring }), mostKeys });

describe("The rows that a change affects", () => {
  it("are those that changed, and those that refer to a changed row, each once and sorted", async () => {
    expect(await affected({ client: keys(12, 5), city: keys(1) }, 4)).to.deep.equal({
      keys: [5, 11, 12, 13],
    });
  });

  it("are those of the written leaves, when only rows of the driver changed, and too many", async () => {
    expect(await affected({ client: TOO_MANY }, 4)).to.equal("written leaves");
    expect(await affected({ client: TOO_MANY, city: keys() }, 4)).to.equal("written leaves");
  });

  it("are all rows, when too many refer to a changed row, or rows of other leaves do", async () => {
    expect(await affected({ city: TOO_MANY }, 4)).to.equal("all");
    expect(await affected({ city: keys(1, 2) }, 4)).to.equal("all");
    expect(await affected({ client: TOO_MANY, city: keys(1) }, 4)).to.equal("all");
    expect(await affected({ client: keys(1, 2), city: keys(1) }, 4)).to.equal("all");
  });
});
