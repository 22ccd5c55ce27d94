import type { Data, RecordBatch } from "apache-arrow";
import { hull, type DayRange } from "./calendar";
import { arrowSchema, columnData, isValid, recordBatch } from "../formats/columnar/arrow";
import { gatherColumn, NO_ROW } from "../formats/columnar/gather";
import { printerOf } from "../formats/columnar/print";
import { takeRows } from "../formats/columnar/take";
import { computeColumn, namedDays, rejectFarDays } from "./compute-column";
import type { ReadOrigin } from "../model/columns";
import { joinName, type Join } from "../model/join";
import type { SourceTable } from "../model/source";
import { joinsOfFeed, type Feed } from "../model/table";
import { rejectMemberKeys, type KeyedMembers } from "./member-keys";
import { reject, type Rejections } from "./rejection";

/** Rows of a warehouse table, made from rows of a source table. */
export interface WarehouseBatch {
  /** The valid rows only. */
  readonly batch: RecordBatch;
  /** The rejected rows, by row of the source batch, including those that were rejected before. */
  readonly rejections: Rejections;
  /** The rows that a condition or a join excludes. Earlier versions of them count as deleted. */
  readonly absent: readonly number[];
  /** The days in the rows, which the calendar must cover. */
  readonly days: DayRange | undefined;
}

/** The result of a join: for each row of one batch, a row of another batch, or `NO_ROW`. */
export interface JoinedRows {
  readonly batch: RecordBatch;
  readonly rows: Int32Array;
}

/** The results of the joins of a feed, by `joinName`. */
export type Lookups = ReadonlyMap<string, JoinedRows>;

/** A feed with the name of its table. */
type NamedFeed = Feed & {
  readonly name: string;
  /** For a dimension with members. */
  readonly keyed?: KeyedMembers | undefined;
};

/** The rows of a source table for a feed. */
interface FeedBatch {
  readonly batch: RecordBatch;
  readonly rejections: Rejections;
}

/**
 * Makes rows of a warehouse table from rows of a source table, column by column. A copied column shares the memory of
 * its source.
 * @throws TypeError when a join is missing
 */
export function transformBatch(feed: NamedFeed, source: FeedBatch, lookups: Lookups): WarehouseBatch {
  const rejections: Rejections = new Map(source.rejections);
  const absent = new Set<number>();
  for (const join of joinsOfFeed(feed))
    if (join.kind === "inner") leaveOut(feed, join, { batch: source.batch, lookups, rejections, absent });
  if (feed.where !== undefined) {
    const candidates = keptRows(source.batch.numRows, rejections, absent);
    const rows = rowsOf(feed, source.batch, { lookups, kept: candidates });
    const late: Rejections = new Map();
    const holds = computeColumn("where", feed.where, { ...rows, rejections: late });
    for (let row = 0; row < rows.length; row++)
      if (!late.has(row) && !isTrue(holds, row)) absent.add(candidates?.[row] ?? row);
    for (const [row, rejection] of late) reject(rejections, candidates?.[row] ?? row, rejection);
  }
  const kept = keptRows(source.batch.numRows, rejections, absent);
  return {
    ...makeColumns(feed, source.batch, { lookups, kept, rejections }),
    rejections,
    absent: [...absent],
  };
}

/** The rows that belong to the table and are not rejected; undefined for all. */
function keptRows(length: number, rejections: Rejections, absent: ReadonlySet<number>): number[] | undefined {
  if (rejections.size + absent.size === 0) return undefined;
  return Array.from({ length }, (_, row) => row).filter((row) => !rejections.has(row) && !absent.has(row));
}

const isTrue = (data: Data, row: number): boolean =>
  isValid(data, row) && (((data.values as Uint8Array)[row >> 3] ?? 0) >> (row & 7)) % 2 === 1;

function joinedRows(feed: NamedFeed, join: Join, lookups: Lookups): JoinedRows {
  const rows = lookups.get(joinName(join));
  if (rows === undefined) throw new TypeError(`${feed.name}: the joined rows of ${join.to.name} are missing`);
  return rows;
}

/**
 * Leaves out the rows without a partner in an inner join. A NULL key is intended. A key whose row is missing also
 * rejects the row; the row is recomputed when its partner arrives.
 */
function leaveOut(
  feed: NamedFeed,
  join: Join,
  to: { batch: RecordBatch; lookups: Lookups; rejections: Rejections; absent: Set<number> },
): void {
  const { batch, lookups, rejections, absent } = to;
  const { rows } = joinedRows(feed, join, lookups);
  const from = join.via === undefined ? undefined : joinedRows(feed, join.via, lookups);
  const table: SourceTable = join.via?.to ?? feed.source;
  for (let row = 0; row < batch.numRows; row++) {
    if (rows[row] !== NO_ROW || rejections.has(row) || absent.has(row)) continue;
    absent.add(row);
    const place = from === undefined ? row : (from.rows[row] ?? NO_ROW);
    const values = join.on.map((name) => textAt(table, name, { batch: from?.batch ?? batch, row: place }));
    if (values.includes(undefined)) continue;
    reject(rejections, row, {
      column: join.on.join(", "),
      reason: `${join.on.map((name, index) => `${name} ${values[index] ?? ""}`).join(", ")}: no such row in ${join.to.name}`,
    });
  }
}

function textAt(
  table: SourceTable,
  name: string,
  { batch, row }: { batch: RecordBatch; row: number },
): string | undefined {
  const column = table.columns[name];
  if (column === undefined) throw new TypeError(`${table.name} has no column ${name}`);
  const data = columnData(batch, name);
  return row === NO_ROW || !isValid(data, row) ? undefined : printerOf(column.type, data)(row);
}

/** The source of a column: the kept rows of the batch, and the rows joined to them. */
function rowsOf(
  feed: NamedFeed,
  batch: RecordBatch,
  { lookups, kept }: { lookups: Lookups; kept: readonly number[] | undefined },
): { length: number; dataOf: (origin: ReadOrigin) => Data } {
  const own = kept === undefined ? batch : takeRows(batch, feed.source.columns, kept);
  const gathered = new Map<string, Data>();
  const dataOf = ({ column, join }: ReadOrigin): Data => {
    if (join === undefined) return columnData(own, column);
    const name = `${joinName(join)}.${column}`;
    const found = gathered.get(name);
    if (found !== undefined) return found;
    const to = joinedRows(feed, join, lookups);
    const rows = kept === undefined ? to.rows : Int32Array.from(kept, (row) => to.rows[row] ?? NO_ROW);
    const type = join.to.columns[column]?.type;
    if (type === undefined) throw new TypeError(`${join.to.name} has no column ${column}`);
    const data = gatherColumn(type, [columnData(to.batch, column)], { rows });
    gathered.set(name, data);
    return data;
  };
  return { length: own.numRows, dataOf };
}

function makeColumns(
  feed: NamedFeed,
  source: RecordBatch,
  options: { lookups: Lookups; kept: readonly number[] | undefined; rejections: Rejections },
): Pick<WarehouseBatch, "batch" | "days"> {
  const { kept, rejections } = options;
  const rows = rowsOf(feed, source, options);
  const late: Rejections = new Map();
  const calendarColumns: Data[] = [];
  const children = Object.entries(feed.columns).map(([name, column]) => {
    const data = computeColumn(name, column, { ...rows, rejections: late });
    if (column.type.kind === "date" && column.references !== undefined) {
      rejectFarDays(name, data, late);
      calendarColumns.push(data);
    }
    return data;
  });
  if (feed.keyed !== undefined) {
    const names = Object.keys(feed.columns);
    const dataOf = (column: string): Data | undefined => children[names.indexOf(column)];
    rejectMemberKeys(feed.keyed, { length: rows.length, columns: feed.columns, dataOf }, late);
  }
  // Only after all columns are computed are the valid rows known.
  let days: DayRange | undefined;
  for (const data of calendarColumns) days = hull(days, namedDays(data, late));
  const made = recordBatch(arrowSchema(feed.columns), { length: rows.length, children });
  if (late.size === 0) return { batch: made, days };

  for (const [row, rejection] of late) reject(rejections, kept?.[row] ?? row, rejection);
  const good = keptRows(rows.length, late, new Set()) ?? [];
  return { batch: takeRows(made, feed.columns, good), days };
}
