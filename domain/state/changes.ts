import { itemAt } from "../formats/at";
import type { RecordBatch } from "apache-arrow";
import { columnData, type ColumnShape } from "../formats/columnar/arrow";
import { rowReference, takeBatch, type RowReference } from "../formats/columnar/take";
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
  const rows: RowReference[] = [];
  changes.upserts.forEach(({ batch, rejections }, index) => {
    const keyAt = keysOf(spec, batch);
    for (let row = 0; row < batch.numRows; row++) {
      if (rejections.has(row)) continue;
      keys.push(keyAt(row));
      rows.push(rowReference(index, row));
    }
  });
  const deleted = [...changes.deleted];
  if (!isAscending(deleted)) deleted.sort(compareKeys);
  return { ...sortRows(spec, batches, { keys, rows }), deleted };
}

/**
 * Sorts some rows of batches by key. For equal keys, the last row wins.
 * @param of.keys the key of each row
 */
export function sortRows(
  { columns }: SortedSpec,
  batches: readonly RecordBatch[],
  { keys, rows }: { readonly keys: readonly RowKey[]; readonly rows: readonly RowReference[] },
): Pick<SortedChanges, "batch" | "keys"> {
  const order = isAscending(keys) ? undefined : lastOfEach(keys, stableOrder(keys));
  const [first] = batches;
  const whole =
    order === undefined && batches.length === 1 && first?.numRows === rows.length ? first : undefined;
  return {
    batch: whole ?? takeBatch(batches, columns, order === undefined ? rows : pick(rows, order)),
    keys: order === undefined ? keys : pick(keys, order),
  };
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

/** The indexes of the keys, sorted by key; equal keys keep their order. */
export function stableOrder(keys: readonly RowKey[]): number[] {
  return (
    numericOrder(keys) ??
    Array.from(keys.keys()).sort((a, b) => compareKeys(itemAt(keys, a), itemAt(keys, b)))
  );
}

/**
 * The same as `stableOrder`, with the sort of a typed array, which calls no function. The index is put into the low
 * digits of the sorted number. Undefined when a key is not a number or the number would not be exact.
 */
function numericOrder(keys: readonly RowKey[]): number[] | undefined {
  let least = Infinity;
  let greatest = -Infinity;
  for (const key of keys) {
    if (typeof key !== "number") return undefined;
    if (key < least) least = key;
    if (key > greatest) greatest = key;
  }
  const { length } = keys;
  if (length === 0 || (greatest - least + 1) * length > Number.MAX_SAFE_INTEGER) return undefined;
  const sorted = new Float64Array(length);
  for (let index = 0; index < length; index++)
    sorted[index] = (Number(itemAt(keys, index)) - least) * length + index;
  sorted.sort();
  return Array.from(sorted, (value) => value % length);
}

/** The last index of each run of equal keys. */
const lastOfEach = (keys: readonly RowKey[], order: readonly number[]): number[] =>
  order.filter((place, index) => {
    const next = order[index + 1];
    return next === undefined || itemAt(keys, place) !== itemAt(keys, next);
  });

const pick = <T>(values: readonly T[], order: readonly number[]): T[] =>
  order.map((place) => itemAt(values, place));
