import type { RecordBatch } from "apache-arrow";
import { columnData, type ColumnShape } from "../formats/columnar/arrow";
import { doubleAt, itemAt, wordAt } from "../formats/at";
import { placeList, type Places } from "../formats/columnar/gather";
import { gatherBatch } from "../formats/columnar/take";
import type { Rejections } from "../transform/rejection";
import { compareKeys, keyReader, type RowKey } from "./row-key";

/** A table whose rows are stored sorted by their key. */
export interface SortedSpec {
  readonly columns: Readonly<Record<string, ColumnShape>>;
  /** The columns of the key, in its order. */
  readonly key: readonly string[];
}

/** The changes to the rows of a sorted table: deletes first, then upserts. */
export interface SortedChanges {
  /** The inserted or updated rows, sorted by key, each key once. */
  readonly batch: RecordBatch;
  readonly keys: readonly RowKey[];
  /** Keys of the deleted rows, sorted; those inserted again are in `keys` too. */
  readonly deleted: readonly RowKey[];
}

/** Rows of a source table. Rejected rows are ignored. */
export interface Upserts {
  readonly batch: RecordBatch;
  readonly rejections: Rejections;
}

/** The keys of the rows of a batch of this table. */
export function keysOf({ columns, key }: SortedSpec, batch: RecordBatch): (row: number) => RowKey {
  const types = key.map((name) => typeOf(columns, name));
  const read = keyReader(
    types,
    key.map((name) => columnData(batch, name)),
  );
  return (row) => {
    const found = read(row);
    if (found === undefined) throw new TypeError(`the key (${key.join(", ")}) of row ${row} is NULL`);
    return found;
  };
}

export function typeOf(columns: SortedSpec["columns"], name: string): ColumnShape["type"] {
  const type = columns[name]?.type;
  if (type === undefined) throw new TypeError(`there is no column ${name}`);
  return type;
}

/**
 * Sorts the rows of some batches by key. For equal keys, the last row wins: batches come in the order of their
 * captures.
 */
export function sortChanges(
  spec: SortedSpec,
  changes: { readonly upserts: readonly Upserts[]; readonly deleted: readonly RowKey[] },
): SortedChanges {
  const batches = changes.upserts.map(({ batch }) => batch);
  const keys: RowKey[] = [];
  const places = placeList(batches.reduce((sum, { numRows }) => sum + numRows, 0));
  changes.upserts.forEach(({ batch, rejections }, index) => {
    const keyAt = keysOf(spec, batch);
    for (let row = 0; row < batch.numRows; row++) {
      if (rejections.has(row)) continue;
      keys.push(keyAt(row));
      places.add(index, row);
    }
  });
  const deleted = [...changes.deleted];
  if (!isAscending(deleted)) deleted.sort(compareKeys);
  return { ...sortRows(spec, batches, { keys, places: places.list() }), deleted };
}

/**
 * Sorts some rows of batches by key. For equal keys, the last row wins.
 * @param of.keys the key of each row
 */
export function sortRows(
  { columns }: SortedSpec,
  batches: readonly RecordBatch[],
  { keys, places }: { readonly keys: readonly RowKey[]; readonly places: Required<Places> },
): Pick<SortedChanges, "batch" | "keys"> {
  if (!isAscending(keys)) {
    const order = lastOfEach(keys, stableOrder(keys));
    const sorted = { batches: pickWords(places.batches, order), rows: pickWords(places.rows, order) };
    return { batch: gatherBatch(batches, columns, sorted), keys: pickKeys(keys, order) };
  }
  const [first] = batches;
  const isWhole = batches.length === 1 && first?.numRows === keys.length;
  return { batch: isWhole ? first : gatherBatch(batches, columns, places), keys };
}

/** True if each key is greater than the one before. */
function isAscending(keys: readonly RowKey[]): boolean {
  for (let index = 1; index < keys.length; index++) {
    const before = keys[index - 1];
    const key = keys[index];
    if (before === undefined || key === undefined || !(before < key)) return false;
  }
  return true;
}

/** The keys, sorted. */
export const sortKeys = (keys: readonly RowKey[]): RowKey[] => pickKeys(keys, stableOrder(keys));

/** The indexes of the keys, sorted by key; equal keys keep their order. */
export function stableOrder(keys: readonly RowKey[]): Int32Array {
  return (
    numericOrder(keys) ??
    Int32Array.from(Array.from(keys.keys()).sort((a, b) => compareKeys(itemAt(keys, a), itemAt(keys, b))))
  );
}

/**
 * The same as `stableOrder`, with the sort of a typed array, which calls no function. The index is put into the low
 * bits of the sorted number. Undefined when a key is not a number or the number would not be exact.
 */
function numericOrder(keys: readonly RowKey[]): Int32Array | undefined {
  let least = Infinity;
  let greatest = -Infinity;
  for (const key of keys) {
    if (typeof key !== "number") return undefined;
    if (key < least) least = key;
    if (key > greatest) greatest = key;
  }
  const { length } = keys;
  const base = 2 ** Math.ceil(Math.log2(length));
  if (length === 0 || (greatest - least + 1) * base > Number.MAX_SAFE_INTEGER) return undefined;
  const sorted = new Float64Array(length);
  for (let index = 0; index < length; index++)
    sorted[index] = (Number(itemAt(keys, index)) - least) * base + index;
  sorted.sort();
  const order = new Int32Array(length);
  for (let index = 0; index < length; index++) {
    const value = doubleAt(sorted, index);
    order[index] = value - Math.floor(value / base) * base;
  }
  return order;
}

/** The last index of each run of equal keys. */
const lastOfEach = (keys: readonly RowKey[], order: Int32Array): Int32Array =>
  order.filter((place, index) => {
    const next = order[index + 1];
    return next === undefined || itemAt(keys, place) !== itemAt(keys, next);
  });

export function pickKeys<Key extends RowKey>(keys: readonly Key[], order: Int32Array): Key[] {
  const picked: Key[] = [];
  for (let index = 0; index < order.length; index++) picked.push(itemAt(keys, wordAt(order, index)));
  return picked;
}

export const pickWords = (words: Int32Array, order: Int32Array): Int32Array =>
  order.map((place) => wordAt(words, place));
