import { expect } from "chai";
import { commitLog } from "../../../../../adapters/lake/commit-log";
import type { ObjectStore } from "../../../../../adapters/lake/object-store";
import { ingestCommit, processCommit } from "../../../../../domain/log/commit";
import { commitKey, commitNumber, headKey } from "../../../../../domain/log/keys";
import type { LakeReader } from "../../../../../local/console/objects/lake-reader";
import type { TablesView } from "../../../../../local/console/api";
import { keepReadings } from "../../../../../local/console/server/readings";
import { readTables } from "../../../../../local/console/views/tables/tables";
import { ingested } from "../../../../support/pipeline/commits";

const NEWEST = 3;

/** The logs of a lake with three ingest commits. Some of them are unreadable. */
function lakeWith({ unreadable }: { readonly unreadable: readonly number[] }): LakeReader {
  const objects = new Map<string, string>([[headKey(commitNumber(NEWEST)), String(NEWEST)]]);
  for (let number = 1; number <= NEWEST; number += 1) {
    const json = unreadable.includes(number) ? "no commit" : JSON.stringify(ingested({ number }));
    objects.set(commitKey(commitNumber(number)), json);
  }
  const storeOf = (content: ReadonlyMap<string, string>): ObjectStore =>
    ({
      bucket: "lake",
      get: (key: string) => Promise.resolve(content.get(key)),
      firstKey: (prefix: string) =>
        Promise.resolve([...content.keys()].sort().find((key) => key.startsWith(prefix))),
    }) as unknown as ObjectStore;
  return {
    buckets: { ingestion: "lake", processed: "processed" },
    ingested: commitLog(storeOf(objects), ingestCommit),
    processed: commitLog(storeOf(new Map()), processCommit),
  } as LakeReader;
}

/** A database that does not answer. */
const warehouse = {
  credentials: {
    host: "127.0.0.1",
    port: 1,
    database: "warehouse",
    user: "reader",
    password: "secret",
    ssl: false,
  },
  schema: "public",
};

const view = (unreadable: readonly number[], read = keepReadings()) =>
  readTables({ lake: lakeWith({ unreadable }), warehouse, read });
const commitsOf = ({ source }: TablesView) =>
  source.last?.data.tables.map(({ table, commits }) => [table, commits.map(({ number }) => number)]);

describe("The console's page of the tables", () => {
  it("shows each table of the source with its newest commits", async () => {
    const { source, warehouse: ofWarehouse, ...more } = await view([]);

    expect(source.problem).to.equal(null);
    expect(commitsOf({ source, warehouse: ofWarehouse, ...more })).to.deep.equal([["staff", [3, 2, 1]]]);
    expect(ofWarehouse.problem?.reason).to.match(/ECONNREFUSED/);
    expect(ofWarehouse.last).to.equal(null);
  });

  for (const [what, number] of [
    ["the newest commit", 3],
    ["the commit before", 2],
    ["an old commit", 1],
  ] as const) {
    it(`names the problem, and shows the tables as they were read before, when ${what} is unreadable`, async () => {
      const read = keepReadings();
      await view([], read);
      const { source, ...more } = await view([number], read);

      expect(source.problem?.reason).to.match(new RegExp(`commits/0+${number}\\.json is not valid JSON`));
      expect(commitsOf({ source, ...more })).to.deep.equal([["staff", [3, 2, 1]]]);
      expect((await view([number])).source.last).to.equal(null);
    });
  }
});
