import type { RecordBatch } from "apache-arrow";
import type { LeafStore } from "../../../adapters/state/leaf-store";
import { columnData } from "../../../domain/formats/columnar/arrow";
import { itemAt } from "../../../domain/formats/at";
import { typeOf, type SortedChanges, type SortedSpec } from "../../../domain/state/changes";
import { mergeLeaf, newRows, type Leaf, type RowChanges } from "../../../domain/state/leaf";
import type { StoredLeaf } from "../../../domain/state/manifest";
import { keyReader, lowerBound, type RowKey } from "../../../domain/state/row-key";
import { LEAF_SIZE, type LeafSize } from "../../../domain/state/split";
import { findRows, leafOf, type FoundRows } from "./find-rows";
import { writeLeaves } from "./write-leaves";

/** Rows sorted by their key, in leaves. A change rewrites the affected leaves. */
export interface SortedTable {
  readonly spec: SortedSpec;
  /** The current leaves, in key order. */
  leaves(): readonly StoredLeaf[];
  /**
   * Rows in key order, leaf by leaf.
   * @param of the leaves to read, all by default
   */
  scan(of?: readonly StoredLeaf[]): AsyncIterable<RecordBatch>;
  /**
   * The rows of these keys. Their leaves are not all held in memory at the same time.
   * @param maxBytes of the rows
   * @returns undefined when the rows of several keys are larger
   */
  find(keys: readonly RowKey[], maxBytes?: number): Promise<FoundRows | undefined>;
  /**
   * The keys `of` the rows whose key begins with one of these parts.
   * @param of the columns of the wanted keys
   * @param mostKeys of the result
   * @returns undefined when there are more
   */
  findByPrefix(
    prefixes: readonly string[],
    of: readonly string[],
    mostKeys?: number,
  ): Promise<RowKey[] | undefined>;
  /**
   * @param onChange gets the changed rows of a leaf, and the leaf before the change; undefined when all rows are new
   */
  merge(changes: SortedChanges, onChange?: OnChange): Promise<void>;
}

export type OnChange = (changes: RowChanges, before: RecordBatch | undefined) => void;

export function sortedTable(
  spec: SortedSpec,
  start: readonly StoredLeaf[],
  options: { readonly store: LeafStore; readonly size?: LeafSize; readonly groupBytes?: number },
): SortedTable {
  const { store, size = LEAF_SIZE, groupBytes } = options;
  let current = start;

  const scan = async function* (of = current): AsyncGenerator<RecordBatch> {
    for (const group of store.group(of))
      for (const { batch } of await store.readGroup(spec, group, { keep: false })) yield batch;
  };

  const placeOf = (key: RowKey): number => leafOf(current, key);

  const findByPrefix: SortedTable["findByPrefix"] = async (prefixes, of, mostKeys = Infinity) => {
    const found: RowKey[] = [];
    const types = of.map((name) => typeOf(spec.columns, name));
    const wanted = [...new Set(prefixes)].sort();
    let next = 0;
    for (let place = 0; place < current.length; place++) {
      const prefix = wanted[next];
      if (prefix === undefined) break;
      // Skip the leaves between the wanted keys.
      place = Math.max(place, placeOf(prefix));
      const leaf = await store.read(spec, itemAt(current, place));
      const read = keyReader(
        types,
        of.map((name) => columnData(leaf.batch, name)),
      );
      next = collect(leaf, { wanted, next, isLast: place === current.length - 1, found, read });
      if (found.length > mostKeys) return undefined;
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
    const comesAfter = stored !== undefined && from < to && itemAt(changes.keys, from) > stored.last;
    const isFull = stored !== undefined && stored.bytes * 2 >= size.target;
    // Rows that are appended after a full leaf leave it unchanged, so a first load writes each leaf once.
    if (stored === undefined || (comesAfter && isFull && range.deleted[0] === range.deleted[1])) {
      onChange?.(newRows(changes, from, to), undefined);
      const added = { batch: changes.batch.slice(from, to), keys: changes.keys.slice(from, to) };
      const written = await writeLeaves(added, { store, size });
      return stored === undefined ? written : [stored, ...written];
    }
    const leaf = await store.read(spec, stored);
    const merged = mergeLeaf(spec, leaf, changes, range);
    if (merged.changes.keys.length === 0) return [stored];
    onChange?.(merged.changes, leaf.batch);
    store.drop(stored);
    return writeLeaves(merged, { store, size });
  };

  return {
    spec,
    leaves: () => current,
    scan,
    find: (keys, maxBytes) => findRows({ spec, store, leaves: current, groupBytes }, { keys, maxBytes }),
    findByPrefix,
    merge,
  };
}

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
    const prefix = itemAt(wanted, next);
    row = lowerBound(leaf.keys, prefix, row);
    for (; row < leaf.keys.length && String(leaf.keys[row]).startsWith(prefix); row++) {
      const key = read(row);
      if (key !== undefined) found.push(key);
    }
    if (row === leaf.keys.length && !isLast) return next;
  }
  return wanted.length;
}
