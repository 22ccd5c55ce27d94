import { expect } from "chai";
import { leafCache } from "../../../../adapters/state/leaf-cache";
import { leafStore } from "../../../../adapters/state/leaf-store";
import { integer, text } from "../../../../domain/model/types";
import { sortChanges, type SortedChanges } from "../../../../domain/state/changes";
import { bulkMerge } from "../../../../stages/process/state/bulk-merge";
import { sortedTable } from "../../../../stages/process/state/sorted-table";
import { monotonicClock } from "../../../../stages/shared/clock";
import { batchOfObjects } from "../../../support/formats/columnar";
import { memoryStore } from "../../../support/pipeline/memory-store";

const SPEC = {
  columns: { id: { type: integer, nullable: false }, note: { type: text, nullable: false } },
  key: ["id"],
};
const MB = 1024 * 1024;

/** The keys of each merge into an empty table, when every other chunk has one row with a text of this length. */
async function mergedKeys(length: number, count: number): Promise<readonly (readonly unknown[])[]> {
  const store = leafStore({ table: "line", store: memoryStore(), now: monotonicClock(), cache: leafCache() });
  const table = sortedTable(SPEC, [], { store });
  const merged: (readonly unknown[])[] = [];
  const limits = { cheapFactor: -1, mostRuns: 100 };
  const bulk = bulkMerge(table, { store, chunk: { rows: 1_000, bytes: 4 * MB }, limits }, (changes) => {
    merged.push(changes.keys);
    return table.merge(changes);
  });
  const chunk = (...ids: number[]): SortedChanges =>
    sortChanges(SPEC, {
      upserts: ids.map((id) => ({
        batch: batchOfObjects(SPEC.columns, [{ id, note: "x".repeat(length) }]),
        rejections: new Map(),
      })),
      deleted: [],
    });
  for (let id = 0; id < count; id++) {
    await bulk.add(chunk(id));
    await bulk.add(chunk());
  }
  await bulk.finish();
  return merged;
}

describe("Chunks that wait to be merged", () => {
  it("are few when their rows are large, because a merge holds a row of each", async () => {
    expect(await mergedKeys(2 * MB, 4)).to.deep.equal([
      [0, 1],
      [2, 3],
    ]);
  });

  it("are many when their rows are small, without the chunks that change nothing", async () => {
    expect(await mergedKeys(1, 5)).to.deep.equal([[0, 1, 2, 3, 4]]);
  });
});
