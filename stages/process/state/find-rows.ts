import type { RecordBatch } from "apache-arrow";
import type { LeafStore } from "../../../adapters/state/leaf-store";
import { itemAt, wordAt } from "../../../domain/formats/at";
import { NO_ROW } from "../../../domain/formats/columnar/gather";
import { bytesOf } from "../../../domain/formats/columnar/size";
import { gatherBatch } from "../../../domain/formats/columnar/take";
import type { SortedSpec } from "../../../domain/state/changes";
import { rowIn, type Leaf } from "../../../domain/state/leaf";
import type { StoredLeaf } from "../../../domain/state/manifest";
import type { RowKey } from "../../../domain/state/row-key";
import { settleAll } from "../../shared/settle-all";

/** The rows of some keys: a batch, and for each key the index of its row in the batch, or -1. */
export interface FoundRows {
  readonly batch: RecordBatch;
  readonly rows: Int32Array;
}

/** The leaves of a table, in key order, in which rows are looked up. */
interface SortedLeaves {
  readonly spec: SortedSpec;
  readonly leaves: readonly StoredLeaf[];
  readonly store: LeafStore;
  /** The size of the leaves that are held at the same time, in bytes; a larger leaf is held alone. */
  readonly groupBytes?: number | undefined;
}

/** Many leaves of the usual size. */
const GROUP_BYTES = 8 * 1024 * 1024;

/** Number of requests for leaves in parallel. */
const PARALLEL_REQUESTS = 8;

/**
 * Finds the rows of keys in any order. Each leaf is read at most once, and the leaves are not all in memory at the same
 * time.
 * @param wanted.maxBytes of the rows
 * @returns undefined when the rows of several keys are larger
 */
export async function findRows(
  sorted: SortedLeaves,
  wanted: { readonly keys: readonly RowKey[]; readonly maxBytes?: number | undefined },
): Promise<FoundRows | undefined> {
  const { spec } = sorted;
  const { keys, maxBytes = Infinity } = wanted;
  const located = locateKeys(sorted.leaves, keys);
  const rows = new Int32Array(keys.length).fill(NO_ROW);
  const pieces: RecordBatch[] = [];
  let count = 0;
  let bytes = 0;
  for (const group of groupLeaves(sorted, located)) {
    const piece = await findIn(group, { sorted, located, rows, count });
    pieces.push(piece);
    count += piece.numRows;
    bytes += bytesOf(piece);
    if (bytes > maxBytes && keys.length > 1) return undefined;
  }
  return { batch: concatenate(pieces, spec.columns), rows };
}

/** The index of the leaf to whose range the key belongs; 0 for all keys before the first leaf. */
export function leafOf(leaves: readonly StoredLeaf[], key: RowKey): number {
  let low = 0;
  let high = leaves.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (itemAt(leaves, middle).first <= key) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

const spans = (leaf: StoredLeaf | undefined, key: RowKey): boolean =>
  leaf !== undefined && leaf.first <= key && key <= leaf.last;

/** Keys by leaf: those of leaf `i` are `keys[order[j]]` for `j` in `[starts[i], starts[i + 1])`. */
interface LocatedKeys {
  readonly keys: readonly RowKey[];
  readonly starts: Int32Array;
  readonly order: Int32Array;
}

/** Sorts keys by their leaf with a counting sort. Keys outside of every leaf are left out. */
function locateKeys(leaves: readonly StoredLeaf[], keys: readonly RowKey[]): LocatedKeys {
  const places = new Int32Array(keys.length);
  const starts = new Int32Array(leaves.length + 1);
  let place = -1;
  for (let index = 0; index < keys.length; index++) {
    const key = itemAt(keys, index);
    // Neighbouring keys often belong to the same leaf.
    if (!spans(leaves[place], key)) place = leafOf(leaves, key);
    if (!spans(leaves[place], key)) place = -1;
    else starts[place + 1] = wordAt(starts, place + 1) + 1;
    places[index] = place;
  }
  for (let leaf = 0; leaf < leaves.length; leaf++)
    starts[leaf + 1] = wordAt(starts, leaf + 1) + wordAt(starts, leaf);
  const next = starts.slice();
  const order = new Int32Array(wordAt(starts, leaves.length));
  for (let index = 0; index < keys.length; index++) {
    const leaf = wordAt(places, index);
    if (leaf === -1) continue;
    const to = wordAt(next, leaf);
    order[to] = index;
    next[leaf] = to + 1;
  }
  return { keys, starts, order };
}

/** Groups the leaves of the keys, so that each group is small enough to be held in memory. */
function groupLeaves(
  { leaves, groupBytes = GROUP_BYTES }: SortedLeaves,
  { starts }: LocatedKeys,
): readonly (readonly number[])[] {
  const groups: number[][] = [];
  let bytes = Infinity;
  leaves.forEach((leaf, place) => {
    if (wordAt(starts, place) === wordAt(starts, place + 1)) return;
    bytes += leaf.bytes;
    if (bytes > groupBytes) {
      groups.push([]);
      ({ bytes } = leaf);
    }
    groups.at(-1)?.push(place);
  });
  return groups;
}

/** Finds the rows of the keys in some leaves; `count` rows come before them. */
async function findIn(
  group: readonly number[],
  of: {
    readonly sorted: SortedLeaves;
    readonly located: LocatedKeys;
    readonly rows: Int32Array;
    readonly count: number;
  },
): Promise<RecordBatch> {
  const { sorted, located, rows, count } = of;
  const { keys, starts, order } = located;
  const leaves = await readAll(sorted, group);
  const most = group.reduce((sum, place) => sum + wordAt(starts, place + 1) - wordAt(starts, place), 0);
  const batches = new Int32Array(most);
  const found = new Int32Array(most);
  let length = 0;
  group.forEach((place, batch) => {
    const leaf = itemAt(leaves, batch);
    const known = new Int32Array(leaf.keys.length).fill(NO_ROW);
    for (let next = wordAt(starts, place); next < wordAt(starts, place + 1); next++) {
      const index = wordAt(order, next);
      const row = rowIn(leaf, itemAt(keys, index));
      if (row === -1) continue;
      // A row that several keys request is returned once.
      if (wordAt(known, row) === NO_ROW) {
        batches[length] = batch;
        found[length] = row;
        known[row] = count + length;
        length += 1;
      }
      rows[index] = wordAt(known, row);
    }
  });
  return gatherBatch(
    leaves.map(({ batch }) => batch),
    sorted.spec.columns,
    { batches: batches.subarray(0, length), rows: found.subarray(0, length) },
  );
}

async function readAll(
  { spec, leaves, store }: SortedLeaves,
  places: readonly number[],
): Promise<readonly Leaf[]> {
  const groups = store.group(places.map((place) => itemAt(leaves, place)));
  const read: (readonly Leaf[])[] = [];
  for (let start = 0; start < groups.length; start += PARALLEL_REQUESTS) {
    const some = groups.slice(start, start + PARALLEL_REQUESTS);
    read.push(...(await settleAll(some.map((group) => store.readGroup(spec, group)))));
  }
  return read.flat();
}

function concatenate(pieces: readonly RecordBatch[], columns: SortedSpec["columns"]): RecordBatch {
  const [only] = pieces;
  if (only !== undefined && pieces.length === 1) return only;
  const length = pieces.reduce((sum, { numRows }) => sum + numRows, 0);
  const batches = new Int32Array(length);
  const rows = new Int32Array(length);
  let start = 0;
  pieces.forEach(({ numRows }, batch) => {
    batches.fill(batch, start, start + numRows);
    for (let row = 0; row < numRows; row++) rows[start + row] = row;
    start += numRows;
  });
  return gatherBatch(pieces, columns, { batches, rows });
}
