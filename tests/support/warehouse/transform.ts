import type { Value } from "../../../domain/formats/columnar/read";
import { emptyRows, upsertRows, type KeyedRows } from "../../../domain/transform/keyed-rows";
import type { SourceTable } from "../../../domain/model/source";
import type { Dimension, Fact } from "../../../domain/model/table";
import type { Rejection, Rejections } from "../../../domain/transform/rejection";
import { transformBatch, type WarehouseBatch } from "../../../domain/transform/transform";
import { batchOfObjects, objectsOf } from "../formats/columnar";

/** A row of a source table, by column; what is not named is NULL. */
export type Cells = Readonly<Record<string, Value>>;

/** The rows of joined tables, keyed. */
export const lookups = (
  ...tables: readonly (readonly [SourceTable, readonly Cells[]])[]
): Map<string, KeyedRows> =>
  new Map(
    tables.map(([table, rows]) => {
      const keyed = emptyRows(table);
      // A batch a row: joined rows are spread over many batches in the end.
      for (const row of rows) {
        upsertRows(keyed, { batch: batchOfObjects(table.columns, [row]), rejections: new Map() });
      }
      return [table.name, keyed];
    }),
  );

/** Transforms rows; tells the rows that were made, and the reasons of the rejected by their place. */
export function transformed(
  table: Dimension | Fact,
  rows: readonly Cells[],
  options: { to?: Map<string, KeyedRows>; rejections?: Rejections } = {},
): WarehouseBatch & { rows: Record<string, Value>[]; reasons: Record<number, string> } {
  const batch = batchOfObjects(table.source.columns, rows);
  const { to = new Map<string, KeyedRows>(), rejections = new Map<number, Rejection>() } = options;
  const made = transformBatch(table, { batch, rejections }, to);
  const reasons = Object.fromEntries([...made.rejections].map(([row, { reason }]) => [row, reason]));
  return { ...made, rows: objectsOf(table.columns, made.batch), reasons };
}
