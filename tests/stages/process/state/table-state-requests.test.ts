import { expect } from "chai";
import { leafCache } from "../../../../adapters/state/leaf-cache";
import { boolean, integer, text } from "../../../../domain/model/types";
import { parseManifest } from "../../../../domain/state/manifest";
import { monotonicClock } from "../../../../stages/shared/clock";
import {
  openTableState,
  type StateOptions,
  type StateSpec,
  type StateStore,
} from "../../../../stages/process/state/table-state";
import { batchOfObjects } from "../../../support/formats/columnar";
import { memoryStore } from "../../../support/pipeline/memory-store";

const LINES: StateSpec = {
  name: "line",
  columns: {
    id: { type: integer, nullable: false },
    parent: { type: integer, nullable: true },
    note: { type: text, nullable: true },
    flag: { type: boolean, nullable: true },
  },
  key: ["id"],
  indexes: [["parent"]],
};
type Line = Readonly<Record<string, number | string | boolean>>;
const line = (id: number, parent: number, note = "note"): Line => ({ id, parent, note, flag: true });
const lines = (count: number): Line[] => Array.from({ length: count }, (_, id) => line(id, id % 10));
const upserts = (rows: readonly Line[]) => [
  { batch: batchOfObjects(LINES.columns, rows), rejections: new Map() },
];

const size = { target: 4_096, most: 8_192 };
const now = monotonicClock();
const open = (key: string | undefined, options: Partial<StateOptions> & Pick<StateOptions, "store">) =>
  openTableState(LINES, key, { now, cache: leafCache(2_000), size, chunkRows: 100_000, ...options });

/** A bucket that counts what is read and written. */
function countedStore(): {
  readonly store: StateStore;
  readonly cost: { reads: number; read: number; written: number };
} {
  const memory = memoryStore();
  const cost = { reads: 0, read: 0, written: 0 };
  return {
    cost,
    store: {
      ...memory,
      range: (key, start, end) => {
        cost.reads += 1;
        cost.read += end - start;
        return memory.range(key, start, end);
      },
      putIfAbsent: (key, body) => {
        if (key.endsWith(".arrow")) cost.written += body.length;
        return memory.putIfAbsent(key, body);
      },
    },
  };
}

/** The state of a table with this number of lines, and the counts of the requests from here on. */
async function stored(count: number) {
  const { store, cost } = countedStore();
  const state = await open(undefined, { store, segmentBytes: 400_000 });
  await state.apply({ upserts: upserts(lines(count)), deletes: [] });
  const key = await state.save();
  Object.assign(cost, { reads: 0, read: 0, written: 0 });
  return { key, store, cost };
}

describe("The state of a joined table in its bucket", () => {
  it("is read and written by a few leaves for a changed row, however many rows there are", async () => {
    const costs = [];
    for (const count of [2_000, 20_000]) {
      const { key, store, cost } = await stored(count);
      const again = await open(key, { store });
      await again.apply({ upserts: upserts([line(count / 2, 3, "changed")]), deletes: [] });
      await again.save();
      costs.push(cost);
    }
    const [small, large] = costs;
    expect(large!.reads).to.be.at.most(3);
    expect(large!.written)
      .to.be.at.most(3 * 8_192)
      .and.at.most(2 * small!.written);
  });

  it("is read as a whole with few requests, each leaf once, also for keys in any order", async () => {
    const count = 20_000;
    const { key, store, cost } = await stored(count);
    let scanned = 0;
    for await (const batch of (await open(key, { store })).scan()) scanned += batch.numRows;
    expect(scanned).to.equal(count);
    expect(cost.reads).to.be.at.most(5);
    const { read } = cost;

    Object.assign(cost, { reads: 0, read: 0 });
    const keys = Array.from({ length: count }, (_, id) => (id * 7919) % count);
    const found = await (await open(key, { store, groupBytes: 100_000 })).find(keys);
    expect(found!.batch.numRows).to.equal(count);
    expect(cost.reads).to.be.at.most(25);
    expect(cost.read).to.equal(read);
  });

  it("is written a few times over by a capture in any order, however many chunks there are", async () => {
    for (const chunks of [10, 40]) {
      const { store, cost } = countedStore();
      const count = chunks * 1_000;
      const state = await open(undefined, { store, chunkRows: 1_000, segmentBytes: 50_000 });
      const rows = lines(count).map((_, place) => line((place * 7919) % count, place % 997));
      const parts = Array.from({ length: chunks }, (_, part) => rows.slice(part * 1_000, (part + 1) * 1_000));
      await state.apply({ upserts: parts.flatMap(upserts), deletes: [] });
      const key = await state.save();
      const size = parseManifest(key!, (await store.get(key!))!);
      const stored = [size.rows, ...Object.values(size.indexes)].flat();
      expect(stored.reduce((sum, { rows }) => sum + rows, 0)).to.equal(2 * count);
      // Without runs, 40 chunks would write the state 20 times.
      expect(cost.written).to.be.at.most(5 * stored.reduce((sum, { bytes }) => sum + bytes, 0));
    }
  });
});
