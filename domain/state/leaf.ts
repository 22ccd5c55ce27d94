import { RecordBatchReader, RecordBatchStreamWriter, type Data, type RecordBatch } from "apache-arrow";
import { arrowSchema, isValid, recordBatch } from "../formats/columnar/arrow";
import { isBytes, utf8, valueReader } from "../formats/columnar/read";
import { rowReference, takeBatch, type RowReference } from "../formats/columnar/take";
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
  /** The index of the row in the previous leaf; -1 for an inserted row. */
  readonly before: readonly number[];
  /** The index of the row in the batch of the changes; -1 for a deleted row. */
  readonly after: readonly number[];
}

/** A leaf with changes applied. */
export interface MergedLeaf extends Leaf {
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
  const rows: RowReference[] = [];
  const keys: RowKey[] = [];
  const changed = { keys: [] as RowKey[], before: [] as number[], after: [] as number[] };
  const note = (key: RowKey, before: number, after: number): void => {
    changed.keys.push(key);
    changed.before.push(before);
    changed.after.push(after);
  };
  const keep = (key: RowKey, reference: RowReference): void => {
    keys.push(key);
    rows.push(reference);
  };

  let old = 0;
  let gone = range.deleted[0];
  const isDeleted = (key: RowKey): boolean => {
    while (gone < range.deleted[1] && itemAt(changes.deleted, gone) < key) gone += 1;
    return gone < range.deleted[1] && itemAt(changes.deleted, gone) === key;
  };
  const passOld = (key: RowKey): void => {
    if (isDeleted(key)) note(key, old, -1);
    else keep(key, rowReference(0, old));
    old += 1;
  };

  for (let after = range.keys[0]; after < range.keys[1]; after++) {
    const key = itemAt(changes.keys, after);
    while (old < leaf.keys.length && itemAt(leaf.keys, old) < key) passOld(itemAt(leaf.keys, old));
    const before = old < leaf.keys.length && itemAt(leaf.keys, old) === key ? old++ : -1;
    if (before !== -1 && isSame(before, after)) keep(key, rowReference(0, before));
    else {
      note(key, before, after);
      keep(key, rowReference(1, after));
    }
  }
  while (old < leaf.keys.length) passOld(itemAt(leaf.keys, old));

  const batch =
    changed.keys.length === 0 ? leaf.batch : takeBatch([leaf.batch, changes.batch], spec.columns, rows);
  return { batch, keys, changes: changed };
}

/** The rows `[from, to)` of the changes, all of them inserted. */
export function newRows(changes: SortedChanges, from: number, to: number): RowChanges {
  const after = Array.from({ length: to - from }, (_, index) => from + index);
  return { keys: changes.keys.slice(from, to), before: after.map(() => -1), after };
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
