import type { RecordBatch } from "apache-arrow";
import type { LeafStore } from "../../../adapters/state/leaf-store";
import { columnData } from "../../../domain/formats/columnar/arrow";
import { bytesOf } from "../../../domain/formats/columnar/size";
import { rowReference, takeBatch, type RowReference } from "../../../domain/formats/columnar/take";
import { at, typeOf, type SortedChanges, type SortedSpec } from "../../../domain/state/changes";
import { mergeLeaf, newRows, rowIn, type Leaf, type RowChanges } from "../../../domain/state/leaf";
import type { StoredLeaf } from "../../../domain/state/manifest";
import { keyReader, lowerBound, type RowKey } from "../../../domain/state/row-key";
import { LEAF_SIZE, splitRows, type LeafSize } from "../../../domain/state/split";
import { settleAll } from "../../shared/settle-all";

/** The rows of some keys: a batch, and for each key the index of its row, or -1. */
export interface FoundRows {
  readonly batch: RecordBatch;
  readonly rows: Int32Array;
}

/** Rows sorted by their key, in leaves. A change rewrites the affected leaves. */
export interface SortedTable {
  readonly spec: SortedSpec;
  /** The current leaves, in key order. */
  leaves(): readonly StoredLeaf[];
  /**
   * The rows of these keys. Their leaves are not all held in memory at the same time.
   * @param maxBytes of the rows
   * @returns undefined when the rows of several keys are larger
   */
  find(keys: readonly RowKey[], maxBytes?: number): Promise<FoundRows | undefined>;
  /**
   * The keys `of` the rows whose key begins with one of these parts.
   * @param of the columns of the wanted keys
   */
  findByPrefix(prefixes: readonly string[], of: readonly string[]): Promise<RowKey[]>;
  /**
   * @param onChange gets the changed rows of a leaf, and the leaf before the change; undefined when all rows are new
   */
  merge(changes: SortedChanges, onChange?: OnChange): Promise<void>;
}

export type OnChange = (changes: RowChanges, before: RecordBatch | undefined) => void;

/** Number of leaves that are read in parallel. */
const READS = 8;

/** The size of the leaves that are held at the same time, in bytes: many of the usual size, or a large one. */
const GROUP_BYTES = 8 * 1024 * 1024;

export function sortedTable(
  spec: SortedSpec,
  start: readonly StoredLeaf[],
  options: { readonly store: LeafStore; readonly size?: LeafSize; readonly groupBytes?: number },
): SortedTable {
  const { store, size = LEAF_SIZE, groupBytes = GROUP_BYTES } = options;
  let current = start;

  /** The leaf to whose range the key belongs; the first leaf for all keys before it. */
  const placeOf = (key: RowKey): number => {
    let low = 0;
    let high = current.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (at(current, middle).first <= key) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  };

  const readAll = async (places: readonly number[]): Promise<Map<number, Leaf>> => {
    const read = new Map<number, Leaf>();
    for (let start = 0; start < places.length; start += READS) {
      await settleAll(
        places.slice(start, start + READS).map(async (place) => {
          read.set(place, await store.read(spec, at(current, place)));
        }),
      );
    }
    return read;
  };

  /** Groups leaves, so that each group is small enough to be held in memory. */
  const groupLeaves = (places: readonly number[]): number[][] => {
    const groups: number[][] = [];
    let bytes = Infinity;
    for (const place of places) {
      bytes += at(current, place).bytes;
      if (bytes > groupBytes) {
        groups.push([]);
        ({ bytes } = at(current, place));
      }
      groups.at(-1)?.push(place);
    }
    return groups;
  };

  const find = async (keys: readonly RowKey[], maxBytes = Infinity): Promise<FoundRows | undefined> => {
    const places = new Int32Array(keys.length);
    const isWanted = new Uint8Array(current.length);
    let place = -1;
    for (let index = 0; index < keys.length; index++) {
      const key = at(keys, index);
      // Neighbouring keys often belong to the same leaf.
      if (!spans(current[place], key)) place = placeOf(key);
      if (spans(current[place], key)) isWanted[place] = 1;
      else place = -1;
      places[index] = place;
    }
    const wanted = Array.from(current.keys()).filter((of) => isWanted[of] === 1);
    const rows = new Int32Array(keys.length).fill(-1);
    const pieces: RecordBatch[] = [];
    let count = 0;
    let bytes = 0;
    for (const group of groupLeaves(wanted)) {
      const piece = await findIn(group, { keys, places, rows, count });
      pieces.push(piece);
      count += piece.numRows;
      bytes += bytesOf(piece);
      if (bytes > maxBytes && keys.length > 1) return undefined;
    }
    const [only] = pieces;
    if (only !== undefined && pieces.length === 1) return { batch: only, rows };
    const references = pieces.flatMap((piece, index) =>
      Array.from({ length: piece.numRows }, (_, row) => rowReference(index, row)),
    );
    return { batch: takeBatch(pieces, spec.columns, references), rows };
  };

  /** Finds requested rows in some leaves; `count` rows come before them. */
  const findIn = async (
    group: readonly number[],
    of: {
      readonly keys: readonly RowKey[];
      readonly places: Int32Array;
      readonly rows: Int32Array;
      readonly count: number;
    },
  ): Promise<RecordBatch> => {
    const { keys, places, rows, count } = of;
    const leaves = await readAll(group);
    const found = new Map(
      group.map((place, batch) => {
        const leaf = leaves.get(place);
        if (leaf === undefined) throw new TypeError(`leaf ${place} was not read`);
        return [place, { leaf, batch, rows: new Int32Array(leaf.keys.length).fill(-1) }] as const;
      }),
    );
    const references: RowReference[] = [];
    for (let index = 0; index < keys.length; index++) {
      const within = found.get(places[index] ?? -1);
      const row = within === undefined ? -1 : rowIn(within.leaf, at(keys, index));
      if (within === undefined || row === -1) continue;
      // A row that several keys request is returned once.
      if (within.rows[row] === -1)
        within.rows[row] = count + references.push(rowReference(within.batch, row)) - 1;
      rows[index] = within.rows[row] ?? -1;
    }
    const batches = [...found.values()].map(({ leaf }) => leaf.batch);
    return takeBatch(batches, spec.columns, references);
  };

  const findByPrefix = async (prefixes: readonly string[], of: readonly string[]): Promise<RowKey[]> => {
    const found: RowKey[] = [];
    const types = of.map((name) => typeOf(spec.columns, name));
    const wanted = [...new Set(prefixes)].sort();
    let next = 0;
    for (let place = 0; place < current.length; place++) {
      const prefix = wanted[next];
      if (prefix === undefined) break;
      // Skip the leaves between the wanted keys.
      place = Math.max(place, placeOf(prefix));
      const leaf = await store.read(spec, at(current, place));
      const read = keyReader(
        types,
        of.map((name) => columnData(leaf.batch, name)),
      );
      next = collect(leaf, { wanted, next, isLast: place === current.length - 1, found, read });
    }
    return found;
  };

  const merge: SortedTable["merge"] = async (changes, onChange) => {
    const made: StoredLeaf[] = [];
    let untouched = 0;
    let key = 0;
    let gone = 0;
    while (key < changes.keys.length || gone < changes.deleted.length) {
      const place = placeOf(least(changes.keys[key], changes.deleted[gone]));
      made.push(...current.slice(untouched, place));
      untouched = place + 1;
      const next = current[place + 1]?.first;
      const range = {
        keys: [key, next === undefined ? changes.keys.length : lowerBound(changes.keys, next, key)],
        deleted: [
          gone,
          next === undefined ? changes.deleted.length : lowerBound(changes.deleted, next, gone),
        ],
      } as const;
      made.push(...(await mergeInto(current[place], changes, range, onChange)));
      [, key] = range.keys;
      [, gone] = range.deleted;
    }
    current = [...made, ...current.slice(untouched)];
  };

  /** Applies changes to one leaf, and returns the leaves that replace it. */
  const mergeInto = async (
    stored: StoredLeaf | undefined,
    changes: SortedChanges,
    range: Parameters<typeof mergeLeaf>[3],
    onChange: OnChange | undefined,
  ): Promise<readonly StoredLeaf[]> => {
    const [from, to] = range.keys;
    const comesAfter = stored !== undefined && from < to && at(changes.keys, from) > stored.last;
    const isFull = stored !== undefined && stored.bytes * 2 >= size.target;
    // Rows that are appended after a full leaf leave it unchanged, so a first load writes each leaf once.
    if (stored === undefined || (comesAfter && isFull && range.deleted[0] === range.deleted[1])) {
      onChange?.(newRows(changes, from, to), undefined);
      const written = await write(changes.batch.slice(from, to), changes.keys.slice(from, to));
      return stored === undefined ? written : [stored, ...written];
    }
    const leaf = await store.read(spec, stored);
    const merged = mergeLeaf(spec, leaf, changes, range);
    if (merged.changes.keys.length === 0) return [stored];
    onChange?.(merged.changes, leaf.batch);
    store.drop(stored);
    return write(merged.batch, merged.keys);
  };

  const write = async (batch: RecordBatch, keys: readonly RowKey[]): Promise<StoredLeaf[]> => {
    const cuts = splitRows(batch, size);
    const written: StoredLeaf[] = [];
    for (let index = 1; index < cuts.length; index++) {
      const [start, end] = [at(cuts, index - 1), at(cuts, index)];
      written.push(
        await store.write(batch.slice(start, end), { first: at(keys, start), last: at(keys, end - 1) }),
      );
    }
    return written;
  };

  return { spec, leaves: () => current, find, findByPrefix, merge };
}

const spans = (leaf: StoredLeaf | undefined, key: RowKey): boolean =>
  leaf !== undefined && leaf.first <= key && key <= leaf.last;

function least(a: RowKey | undefined, b: RowKey | undefined): RowKey {
  if (a !== undefined && (b === undefined || a < b)) return a;
  if (b === undefined) throw new RangeError("the key is missing");
  return b;
}

/**
 * Collects the keys of the rows of a leaf that begin with a wanted prefix.
 * @returns the first prefix that may continue in later leaves
 */
function collect(
  leaf: Leaf,
  options: {
    readonly wanted: readonly string[];
    readonly next: number;
    readonly isLast: boolean;
    readonly found: RowKey[];
    readonly read: (row: number) => RowKey | undefined;
  },
): number {
  const { wanted, isLast, found, read } = options;
  let row = 0;
  for (let next = options.next; next < wanted.length; next++) {
    const prefix = at(wanted, next);
    row = lowerBound(leaf.keys, prefix, row);
    for (; row < leaf.keys.length && String(leaf.keys[row]).startsWith(prefix); row++) {
      const key = read(row);
      if (key !== undefined) found.push(key);
    }
    if (row === leaf.keys.length && !isLast) return next;
  }
  return wanted.length;
}
