import { expect } from "chai";
import { commitLog } from "../../../../../adapters/lake/commit-log";
import type { ObjectStore } from "../../../../../adapters/lake/object-store";
import { ingestCommit, processCommit } from "../../../../../domain/log/commit";
import { commitKey, commitNumber, headKey } from "../../../../../domain/log/keys";
import type { LakeReader } from "../../../../../local/console/objects/lake-reader";
import { tables } from "../../../../../local/console/views/tables/tables";
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

describe("The console's page of the tables", () => {
  it("shows each table of the source with its newest commits", async () => {
    const view = await tables({ lake: lakeWith({ unreadable: [] }), warehouse });

    expect(view.lakeProblem).to.equal(null);
    expect(
      view.source.map(({ table, commits }) => [table, commits.map(({ number }) => number)]),
    ).to.deep.equal([["staff", [3, 2, 1]]]);
    expect(view.warehouseProblem).to.match(/ECONNREFUSED/);
  });

  for (const [what, number] of [
    ["the newest commit", 3],
    ["the commit before", 2],
    ["an old commit", 1],
  ] as const) {
    it(`names the problem, and shows no table of the source, when ${what} is unreadable`, async () => {
      const view = await tables({ lake: lakeWith({ unreadable: [number] }), warehouse });

      expect(view.lakeProblem).to.match(new RegExp(`commits/0+${number}\\.json is not valid JSON`));
      expect(view.source).to.deep.equal([]);
    });
  }
});
