import { RecordBatchReader, RecordBatchStreamWriter, type Data, type RecordBatch } from "apache-arrow";
import { arrowSchema, isValid, recordBatch } from "../formats/columnar/arrow";
import { isBytes, utf8, valueReader } from "../formats/columnar/read";
import { NO_ROW, placeList } from "../formats/columnar/gather";
import { gatherBatch } from "../formats/columnar/take";
import type { ColumnType } from "../model/types";
import { itemAt } from "../formats/at";
import { keysOf, type SortedChanges, type SortedSpec } from "./changes";
import { compareKeys, lowerBound, type RowKey } from "./row-key";

/** Some adjacent rows of a sorted table, in memory. */
export interface Leaf {
  readonly batch: RecordBatch;
  /** The key of each row, ascending. */
  readonly keys: readonly RowKey[];
}

/**
 * The inserted, updated or deleted rows of a leaf, as lists of equal length. Rows that were captured again unchanged
 * are left out.
 */
export interface RowChanges {
  readonly keys: readonly RowKey[];
  /** The index of the row in the previous leaf; `NO_ROW` for an inserted row. */
  readonly before: Int32Array;
  /** The index of the row in the batch of the changes; `NO_ROW` for a deleted row. */
  readonly after: Int32Array;
}

/** A leaf with changes applied. */
interface MergedLeaf extends Leaf {
  readonly changes: RowChanges;
}

/** Merges the changes at `[from, to)` of the lists into a leaf. */
export function mergeLeaf(
  spec: SortedSpec,
  leaf: Leaf,
  changes: SortedChanges,
  range: { readonly keys: readonly [number, number]; readonly deleted: readonly [number, number] },
): MergedLeaf {
  const isSame = rowComparer(spec, leaf.batch, changes.batch);
  const [first, end] = range.keys;
  const [OLD, NEW] = [0, 1];
  const places = placeList(leaf.keys.length + end - first);
  const keys: RowKey[] = [];
  const changed = changeList(end - first + range.deleted[1] - range.deleted[0]);

  let old = 0;
  let gone = range.deleted[0];
  const isDeleted = (key: RowKey): boolean => {
    while (gone < range.deleted[1] && itemAt(changes.deleted, gone) < key) gone += 1;
    return gone < range.deleted[1] && itemAt(changes.deleted, gone) === key;
  };
  const passOld = (key: RowKey): void => {
    if (isDeleted(key)) changed.add(key, old, NO_ROW);
    else {
      keys.push(key);
      places.add(OLD, old);
    }
    old += 1;
  };

  for (let after = first; after < end; after++) {
    const key = itemAt(changes.keys, after);
    while (old < leaf.keys.length && itemAt(leaf.keys, old) < key) passOld(itemAt(leaf.keys, old));
    const before = old < leaf.keys.length && itemAt(leaf.keys, old) === key ? old++ : NO_ROW;
    keys.push(key);
    if (before !== NO_ROW && isSame(before, after)) places.add(OLD, before);
    else {
      changed.add(key, before, after);
      places.add(NEW, after);
    }
  }
  while (old < leaf.keys.length) passOld(itemAt(leaf.keys, old));

  const made = changed.list();
  const batch =
    made.keys.length === 0
      ? leaf.batch
      : gatherBatch([leaf.batch, changes.batch], spec.columns, places.list());
  return { batch, keys, changes: made };
}

/** Collects at most `most` changes. */
function changeList(most: number): {
  readonly add: (key: RowKey, before: number, after: number) => void;
  readonly list: () => RowChanges;
} {
  const keys: RowKey[] = [];
  const before = new Int32Array(most);
  const after = new Int32Array(most);
  return {
    add: (key, from, to) => {
      before[keys.length] = from;
      after[keys.length] = to;
      keys.push(key);
    },
    list: () => ({
      keys,
      before: before.subarray(0, keys.length),
      after: after.subarray(0, keys.length),
    }),
  };
}

/** The rows `[from, to)` of the changes, all of them inserted. */
export function newRows(changes: SortedChanges, from: number, to: number): RowChanges {
  const after = new Int32Array(to - from);
  for (let index = 0; index < after.length; index++) after[index] = from + index;
  return {
    keys: changes.keys.slice(from, to),
    before: new Int32Array(after.length).fill(NO_ROW),
    after,
  };
}

type SameRow = (a: number, b: number) => boolean;

function rowComparer({ columns }: SortedSpec, a: RecordBatch, b: RecordBatch): SameRow {
  const comparers = Object.values(columns).map(({ type }, index) =>
    columnComparer(type, child(a, index), child(b, index)),
  );
  return (rowA, rowB) => comparers.every((isSame) => isSame(rowA, rowB));
}

function columnComparer(type: ColumnType, a: Data, b: Data): SameRow {
  const isSameValue = isBytes(type) ? bytesComparer(a, b) : valueComparer(type, a, b);
  if (a.nullCount === 0 && b.nullCount === 0) return isSameValue;
  return (rowA, rowB) => {
    const valid = isValid(a, rowA);
    return valid === isValid(b, rowB) && (!valid || isSameValue(rowA, rowB));
  };
}

function valueComparer(type: ColumnType, a: Data, b: Data): SameRow {
  const readA = valueReader(type, a);
  const readB = valueReader(type, b);
  return (rowA, rowB) => Object.is(readA(rowA), readB(rowB));
}

function bytesComparer(a: Data, b: Data): SameRow {
  const left = utf8(a);
  const right = utf8(b);
  return (rowA, rowB) => {
    const startA = left.offsets[rowA] ?? 0;
    const startB = right.offsets[rowB] ?? 0;
    const length = (left.offsets[rowA + 1] ?? 0) - startA;
    if ((right.offsets[rowB + 1] ?? 0) - startB !== length) return false;
    for (let byte = 0; byte < length; byte++)
      if (left.bytes[startA + byte] !== right.bytes[startB + byte]) return false;
    return true;
  };
}

function child(batch: RecordBatch, index: number): Data {
  const data = batch.data.children[index];
  if (data === undefined) throw new RangeError(`the batch has no column ${index}`);
  return data;
}

/** The index of a key in a leaf; -1 when it is missing. */
export function rowIn({ keys }: Leaf, key: RowKey): number {
  const place = lowerBound(keys, key);
  const found = keys[place];
  return found !== undefined && compareKeys(found, key) === 0 ? place : -1;
}

/** A leaf as an Arrow IPC stream of one batch. */
export const encodeLeaf = (batch: RecordBatch): Uint8Array =>
  RecordBatchStreamWriter.writeAll([batch]).toUint8Array(true);

/** @throws TypeError when the bytes are not those of a leaf of this table */
export function decodeLeaf(spec: SortedSpec, bytes: Uint8Array): Leaf {
  const [read] = [...RecordBatchReader.from(bytes)];
  const width = Object.keys(spec.columns).length;
  if (read?.data.children.length !== width)
    throw new TypeError(`a leaf of ${width} columns was expected, the bytes hold another`);
  // Use the present names: a renamed column keeps its position.
  const batch = recordBatch(arrowSchema(spec.columns), {
    length: read.numRows,
    children: read.data.children,
  });
  const keyAt = keysOf(spec, batch);
  const keys: RowKey[] = [];
  for (let row = 0; row < batch.numRows; row++) keys.push(keyAt(row));
  return { batch, keys };
}
