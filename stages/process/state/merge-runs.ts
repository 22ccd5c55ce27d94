import type { LeafStore } from "../../../adapters/state/leaf-store";
import { itemAt } from "../../../domain/formats/at";
import { sortRows, type SortedChanges, type SortedSpec } from "../../../domain/state/changes";
import { placeList } from "../../../domain/formats/columnar/gather";
import type { Leaf } from "../../../domain/state/leaf";
import type { StoredLeaf } from "../../../domain/state/manifest";
import { compareKeys, upperBound, type RowKey } from "../../../domain/state/row-key";
import type { ChunkLimits } from "./change-chunks";

/** Sorted rows that are not merged into their table yet: leaves in key order. */
export type Run = readonly StoredLeaf[];

/** The bytes of a run that one request reads; a larger leaf takes a separate request. */
const PART_BYTES = 512 * 1024;

/** The most bytes of a run that one read of a merge brings into memory. */
export const largestPart = (run: Run): number =>
  run.reduce((most, { bytes }) => Math.max(most, bytes), PART_BYTES);

/**
 * Merges runs. A row of a later run replaces the rows of earlier runs with its key.
 * @param of.held the limit for rows in memory; one part of each run may exceed it
 * @returns all rows in key order, in parts that do not overlap
 */
export async function* mergeRuns(
  runs: readonly Run[],
  of: { readonly spec: SortedSpec; readonly store: LeafStore; readonly held: ChunkLimits },
): AsyncGenerator<SortedChanges> {
  const cursors = runs.map((run) => runCursor(run, of));
  for (;;) {
    for (;;) {
      const slowest = slowestOf(cursors);
      if (slowest === undefined || (slowest.reach() !== undefined && isEnough(cursors, of.held))) break;
      await slowest.load();
    }
    // The rows of every run up to here are in memory.
    const end = slowestOf(cursors)?.reach();
    const parts = cursors.flatMap((cursor) => cursor.take(end));
    if (parts.length > 0) yield combine(of.spec, parts);
    if (end === undefined) return;
  }
}

/** Reads the leaves of a run one after the other. */
interface RunCursor {
  readonly isAtEnd: () => boolean;
  /** The last key in memory; undefined without rows in memory. */
  readonly reach: () => RowKey | undefined;
  readonly held: () => ChunkLimits;
  readonly load: () => Promise<void>;
  /** Takes the rows up to a key out of memory; without a key, all rows. */
  readonly take: (end: RowKey | undefined) => readonly LeafPart[];
}

/** The rows `[from, to)` of a leaf. */
interface LeafPart {
  readonly leaf: Leaf;
  readonly from: number;
  readonly to: number;
}

function runCursor(run: Run, { spec, store }: { spec: SortedSpec; store: LeafStore }): RunCursor {
  const groups = store.group(run).flatMap(cutGroup);
  let next = 0;
  let parts: (LeafPart & { readonly stored: StoredLeaf })[] = [];
  return {
    isAtEnd: () => next === groups.length,
    reach: () => parts.at(-1)?.stored.last,
    held: () => ({
      rows: parts.reduce((sum, { from, to }) => sum + to - from, 0),
      bytes: parts.reduce((sum, { stored }) => sum + stored.bytes, 0),
    }),
    load: async () => {
      const group = itemAt(groups, next++);
      const leaves = await store.readGroup(spec, group, { keep: false });
      for (const [place, stored] of group.entries()) {
        const leaf = itemAt(leaves, place);
        parts.push({ leaf, from: 0, to: leaf.keys.length, stored });
        // The leaf is in memory now, and no manifest will name it.
        store.drop(stored);
      }
    },
    take: (end) => {
      const taken: LeafPart[] = [];
      const left: typeof parts = [];
      for (const part of parts) {
        const { leaf, from, to, stored } = part;
        const middle = end === undefined ? to : upperBound(leaf.keys, end, from);
        if (middle > from) taken.push({ leaf, from, to: middle });
        if (middle < to) left.push({ leaf, from: middle, to, stored });
      }
      parts = left;
      return taken;
    },
  };
}

/** Cuts leaves that follow each other in an object into parts of about `PART_BYTES`. */
function cutGroup(group: readonly StoredLeaf[]): StoredLeaf[][] {
  const cut: StoredLeaf[][] = [];
  let bytes = Infinity;
  for (const leaf of group) {
    bytes += leaf.bytes;
    if (bytes > PART_BYTES) {
      cut.push([]);
      ({ bytes } = leaf);
    }
    cut.at(-1)?.push(leaf);
  }
  return cut;
}

/** Of the runs with further leaves, the one whose rows in memory end first. */
function slowestOf(cursors: readonly RunCursor[]): RunCursor | undefined {
  let slowest: RunCursor | undefined;
  for (const cursor of cursors) {
    if (cursor.isAtEnd()) continue;
    const reach = cursor.reach();
    if (reach === undefined) return cursor;
    const least = slowest?.reach();
    if (least === undefined || compareKeys(reach, least) < 0) slowest = cursor;
  }
  return slowest;
}

function isEnough(cursors: readonly RunCursor[], most: ChunkLimits): boolean {
  const held = cursors.map((cursor) => cursor.held());
  return (
    held.reduce((sum, { rows }) => sum + rows, 0) >= most.rows ||
    held.reduce((sum, { bytes }) => sum + bytes, 0) >= most.bytes
  );
}

function combine(spec: SortedSpec, parts: readonly LeafPart[]): SortedChanges {
  const keys: RowKey[] = [];
  const places = placeList(parts.reduce((sum, { from, to }) => sum + to - from, 0));
  parts.forEach(({ leaf, from, to }, index) => {
    for (let row = from; row < to; row++) {
      keys.push(itemAt(leaf.keys, row));
      places.add(index, row);
    }
  });
  const batches = parts.map(({ leaf }) => leaf.batch);
  return { ...sortRows(spec, batches, { keys, places: places.list() }), deleted: [] };
}
