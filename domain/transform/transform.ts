import type { Data, RecordBatch } from "apache-arrow";
import { hull, type DayRange } from "./calendar";
import { arrowSchema, columnData, recordBatch } from "../formats/columnar/arrow";
import { takeBatch, type RowReference } from "../formats/columnar/take";
import { computeColumn, namedDays, rejectFarDays } from "./compute-column";
import { keysIn, type Key, type KeyedRows } from "./keyed-rows";
import type { Join } from "../model/columns";
import { joinName, joinsOf, type Dimension, type Fact } from "../model/table";
import { reject, type Rejections } from "./rejection";

/** Rows of a warehouse table, made from rows of its source table. */
export interface WarehouseBatch {
  /** The good rows only. */
  readonly batch: RecordBatch;
  /** The rows that were left out, by row of the source batch; those that came in rejected are among them. */
  readonly rejections: Rejections;
  /** The days that the rows name and the calendar must hold. */
  readonly days: DayRange | undefined;
}

/** The latest rows of the joined tables, by the name of the source table. */
export type Lookups = ReadonlyMap<string, KeyedRows>;

/**
 * Makes rows of a warehouse table from rows of its source table. Works column by column; a column
 * that is copied shares the memory of its source.
 */
export function transformBatch(
  table: Dimension | Fact,
  source: { readonly batch: RecordBatch; readonly rejections: Rejections },
  lookups: Lookups,
): WarehouseBatch {
  const rejections: Rejections = new Map(source.rejections);
  const joins = joinsOf(table).map((join) => ({ join, rows: joinedRows(table, join, lookups) }));
  for (const { join, rows } of joins) rejectOrphans(table, source.batch, { join, rows, rejections });

  const rows = goodRows(source.batch.numRows, rejections);
  const batch = rows === undefined ? source.batch : takeBatch([source.batch], table.source.columns, rows);
  const joined = new Map(
    joins.map(({ join, rows: to }) => [joinName(join), gather(table, batch, { join, rows: to })]),
  );

  const late: Rejections = new Map();
  const calendarColumns: Data[] = [];
  const children = Object.entries(table.columns).map(([name, column]) => {
    const { origin } = column;
    const from = origin.join === undefined ? batch : joined.get(joinName(origin.join));
    if (from === undefined) throw new TypeError(`${table.name}.${name}: its join was not made`);
    const data = computeColumn(name, column, {
      from: columnData(from, origin.column),
      length: batch.numRows,
      rejections: late,
    });
    if (column.type.kind === "date" && column.references !== undefined) {
      rejectFarDays(name, data, late);
      calendarColumns.push(data);
    }
    return data;
  });
  // Not before all columns are made is it known which rows are good.
  let days: DayRange | undefined;
  for (const data of calendarColumns) days = hull(days, namedDays(data, late));
  const made = recordBatch(arrowSchema(table.columns), { length: batch.numRows, children });
  if (late.size === 0) return { batch: made, rejections, days };

  for (const [row, rejection] of late) reject(rejections, rows?.[row] ?? row, rejection);
  const kept = goodRows(batch.numRows, late) ?? [];
  return { batch: takeBatch([made], table.columns, kept), rejections, days };
}

/** The rows that are not rejected; undefined when none is. */
function goodRows(length: number, rejections: Rejections): RowReference[] | undefined {
  if (rejections.size === 0) return undefined;
  return Array.from({ length }, (_, row) => row).filter((row) => !rejections.has(row));
}

function joinedRows(table: Dimension | Fact, join: Join, lookups: Lookups): KeyedRows {
  const rows = lookups.get(join.to.name);
  if (rows === undefined) throw new TypeError(`${table.name}: the rows of ${join.to.name} were not given`);
  return rows;
}

interface JoinRows {
  readonly join: Join;
  readonly rows: KeyedRows;
}

function joinKeys(table: Dimension | Fact, batch: RecordBatch, join: Join): (row: number) => Key {
  const type = table.source.columns[join.on]?.type;
  if (type === undefined) throw new TypeError(`${table.source.name} has no column ${join.on}`);
  return keysIn(type, columnData(batch, join.on));
}

/** Rejects the rows whose joined row does not exist. They heal when it comes: it makes its dependants anew. */
function rejectOrphans(
  table: Dimension | Fact,
  batch: RecordBatch,
  { join, rows, rejections }: JoinRows & { rejections: Rejections },
): void {
  const keyAt = joinKeys(table, batch, join);
  for (let row = 0; row < batch.numRows; row++) {
    if (rejections.has(row) || rows.positions.has(keyAt(row))) continue;
    reject(rejections, row, {
      column: join.on,
      reason: `${join.on} ${keyAt(row)}: there is no such ${join.to.name}`,
    });
  }
}

/** The joined row of every row. */
function gather(table: Dimension | Fact, batch: RecordBatch, { join, rows }: JoinRows): RecordBatch {
  const keyAt = joinKeys(table, batch, join);
  const references = Array.from({ length: batch.numRows }, (_, row) => rows.positions.get(keyAt(row)) ?? 0);
  return takeBatch(rows.batches, join.to.columns, references);
}
