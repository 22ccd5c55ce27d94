import type { RecordBatch } from "apache-arrow";
import { arrowSchema, columnOver, recordBatch, type ColumnShape } from "./arrow";
import { gatherColumn, type Places } from "./gather";

/** Some rows of a batch whose columns have these types. */
export const takeRows = (
  batch: RecordBatch,
  columns: Readonly<Record<string, ColumnShape>>,
  rows: readonly number[],
): RecordBatch => gatherBatch([batch], columns, { rows: Int32Array.from(rows) });

/** The rows of a batch in these places. */
export function gatherBatch(
  batches: readonly RecordBatch[],
  columns: Readonly<Record<string, ColumnShape>>,
  places: Places,
): RecordBatch {
  const children = Object.values(columns).map(({ type }, index) =>
    gatherColumn(type, columnOver(batches, index), places),
  );
  return recordBatch(arrowSchema(columns), { length: places.rows.length, children });
}
