import type { Data, RecordBatch } from "apache-arrow";
import { columnData } from "../formats/columnar/arrow";
import { valueReader, type Value } from "../formats/columnar/read";
import {
  columnOver,
  referenceReader,
  rowReference,
  takeBatch,
  type RowReference,
} from "../formats/columnar/take";
import type { SourceBatch } from "../formats/csv/decoder";
import { columnNames, type SourceTable } from "../model/source";
import type { ColumnType } from "../model/types";

/** The key of a row of a joined table; a bigint only where a number would not be exact. */
export type Key = number | bigint | string;

/** The same for an integer and a bigint of one value: the one may refer to the other. */
const keyOf = (value: Value): Key =>
  typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? Number(value) : (value as Key);

/** Reads a column that is the key of a joined table, or refers to one. */
export function keysIn(type: ColumnType, data: Data): (row: number) => Key {
  const read = valueReader(type, data);
  return type.kind === "bigint" ? (row) => keyOf(read(row)) : (read as (row: number) => Key);
}

/**
 * The latest version of every row of one source table, by key: what the maintenance of joins needs
 * to know of the past. Batches are only appended; a row that was replaced stays in its batch, unseen,
 * until `compacted`. Held in memory while a commit is processed: of joined tables only, which are small.
 */
export interface KeyedRows {
  readonly table: SourceTable;
  readonly batches: RecordBatch[];
  readonly positions: Map<Key, RowReference>;
}

export const emptyRows = (table: SourceTable): KeyedRows => ({ table, batches: [], positions: new Map() });

function keyReader(table: SourceTable, batch: RecordBatch): (row: number) => Key {
  const { type } = table.columns[table.key] ?? {};
  if (type?.kind !== "integer" && type?.kind !== "bigint" && type?.kind !== "text") {
    throw new TypeError(
      `${table.name}.${table.key}: the key of a joined table must be an integer, a bigint or a text`,
    );
  }
  return keysIn(type, columnData(batch, table.key));
}

/** Adds or replaces the rows of a batch, but for the rejected. Returns their keys. */
export function upsertRows(rows: KeyedRows, source: Pick<SourceBatch, "batch" | "rejections">): Key[] {
  const { batch, rejections } = source;
  const index = rows.batches.push(batch) - 1;
  const keyAt = keyReader(rows.table, batch);
  const keys: Key[] = [];
  for (let row = 0; row < batch.numRows; row++) {
    if (rejections.has(row)) continue;
    const key = keyAt(row);
    rows.positions.set(key, rowReference(index, row));
    keys.push(key);
  }
  return keys;
}

/** Forgets rows that were deleted in the source. Returns how many were known. */
export function deleteRows(rows: KeyedRows, keys: Iterable<Key>): number {
  let deleted = 0;
  for (const key of keys) if (rows.positions.delete(key)) deleted += 1;
  return deleted;
}

/** The keys in a batch. */
export function keysOf(table: SourceTable, batch: RecordBatch): Key[] {
  const keyAt = keyReader(table, batch);
  return Array.from({ length: batch.numRows }, (_, row) => keyAt(row));
}

/** All live rows, in one batch: what is kept for the next commit. */
export const compacted = (rows: KeyedRows): RecordBatch =>
  takeBatch(rows.batches, rows.table.columns, [...rows.positions.values()]);

/** The references of the rows whose column holds one of the values: the dependants of joined rows. */
export function rowsWhere(rows: KeyedRows, column: string, values: ReadonlySet<Key>): RowReference[] {
  const index = columnNames(rows.table).indexOf(column);
  const type = rows.table.columns[column]?.type;
  if (type === undefined) throw new TypeError(`${rows.table.name} has no column ${column}`);
  const valueOf = referenceReader(type, columnOver(rows.batches, index));
  return [...rows.positions.values()].filter((reference) => values.has(keyOf(valueOf(reference))));
}
