import type { Value } from "../../../domain/formats/columnar/read";
import { assignFoundRows, readJoinKeys } from "../../../domain/transform/join-rows";
import { joinName } from "../../../domain/model/join";
import type { SourceTable } from "../../../domain/model/source";
import { joinsOfFeed, type Dimension, type Fact } from "../../../domain/model/table";
import type { Rejection, Rejections } from "../../../domain/transform/rejection";
import { keysOf } from "../../../domain/state/changes";
import type { RowKey } from "../../../domain/state/row-key";
import {
  transformBatch,
  type JoinedRows,
  type Lookups,
  type WarehouseBatch,
} from "../../../domain/transform/transform";
import { batchOfObjects, objectsOf } from "../formats/columnar";

/** A row of a source table, by column. Columns without a value are NULL. */
export type Cells = Readonly<Record<string, Value>>;

/** The rows of joined tables. */
export type Rows = readonly (readonly [SourceTable, readonly Cells[]])[];

/** Follows the joins of a table over the rows of the joined tables. Of several rows with one key, the last counts. */
function lookups(table: Dimension | Fact, rows: readonly Cells[], to: Rows): Lookups {
  const batch = batchOfObjects(table.source.columns, rows);
  const given = new Map(to.map(([source, cells]) => [source.name, { source, cells }]));
  const found = new Map<string, JoinedRows>();
  for (const join of joinsOfFeed(table)) {
    const joined = given.get(join.to.name);
    if (joined === undefined) continue;
    const from = join.via === undefined ? { batch } : found.get(joinName(join.via));
    if (from === undefined) continue;
    const target = batchOfObjects(joined.source.columns, joined.cells);
    const keyAt = keysOf(joined.source, target);
    const rowOf = new Map<RowKey, number>(joined.cells.map((_, row) => [keyAt(row), row]));
    const wanted = readJoinKeys(join, table.source, [from]);
    const known = Int32Array.from(wanted.keys, (key) => rowOf.get(key) ?? -1);
    found.set(joinName(join), assignFoundRows(wanted, { batch: target, rows: known }));
  }
  return found;
}

/** Transforms rows. Returns the new rows, and the reasons of the rejected rows by their index. */
export function transformed(
  table: Dimension | Fact,
  rows: readonly Cells[],
  options: { to?: Rows; rejections?: Rejections } = {},
): WarehouseBatch & { rows: Record<string, Value>[]; reasons: Record<number, string> } {
  const batch = batchOfObjects(table.source.columns, rows);
  const { to = [], rejections = new Map<number, Rejection>() } = options;
  const made = transformBatch(table, { batch, rejections }, lookups(table, rows, to));
  const reasons = Object.fromEntries([...made.rejections].map(([row, { reason }]) => [row, reason]));
  return { ...made, rows: objectsOf(table.columns, made.batch), reasons };
}
