import type { Data, RecordBatch } from "apache-arrow";
import { arrowSchema, recordBatch, type ColumnShape } from "./arrow";
import { gatherColumn, type Places } from "./gather";

/** A row among several batches: `batch * ROWS_IN_BATCH + row`. */
export type RowReference = number;

/** More rows than any batch has. */
const ROWS_IN_BATCH = 2 ** 26;

export const rowReference = (batch: number, row: number): RowReference => batch * ROWS_IN_BATCH + row;

/** The referenced rows of a batch whose columns have these types. */
export const takeBatch = (
  batches: readonly RecordBatch[],
  columns: Readonly<Record<string, ColumnShape>>,
  rows: readonly RowReference[],
): RecordBatch => gatherBatch(batches, columns, placesOf(rows));

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

/** Splits references, because the columns need their parts again and again. */
function placesOf(references: readonly RowReference[]): Places {
  const batches = new Int32Array(references.length);
  const rows = new Int32Array(references.length);
  references.forEach((reference, index) => {
    const batch = Math.floor(reference / ROWS_IN_BATCH);
    batches[index] = batch;
    rows[index] = reference - batch * ROWS_IN_BATCH;
  });
  return { batches, rows };
}

/** The data of a column by its index, over several batches of the same schema. */
const columnOver = (batches: readonly RecordBatch[], index: number): Data[] =>
  batches.map((batch) => {
    const data = batch.data.children[index];
    if (data === undefined) throw new RangeError(`the batch has no column ${index}`);
    return data;
  });
