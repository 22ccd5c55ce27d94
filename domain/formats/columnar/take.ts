import type { Data, RecordBatch } from "apache-arrow";
import type { ColumnType } from "../../model/types";
import { arrowSchema, hasNulls, isValid, recordBatch, type ColumnShape } from "./arrow";
import { columnBuilder, type ColumnBuilder } from "./builder";
import { utf8, valueReader, type Value } from "./read";

/** A row among several batches: `batch * ROWS_IN_BATCH + row`. */
export type RowReference = number;

/** No batch has as many rows. */
const ROWS_IN_BATCH = 2 ** 26;

export const rowReference = (batch: number, row: number): RowReference => batch * ROWS_IN_BATCH + row;
const batchOf = (reference: RowReference): number => Math.floor(reference / ROWS_IN_BATCH);
const rowOf = (reference: RowReference): number => reference % ROWS_IN_BATCH;

type Copy = (builder: ColumnBuilder, to: number, from: number) => void;

/** Copies single values of a column into a builder of the same type. */
function copier(type: ColumnType, data: Data): Copy {
  if (type.kind === "text") {
    const { bytes, offsets } = utf8(data);
    return (builder, to, from) => builder.setBytes(to, bytes, offsets[from] ?? 0, offsets[from + 1] ?? 0);
  }
  const read = valueReader(type, data);
  return (builder, to, from) => {
    const value = read(from);
    if (typeof value === "bigint") builder.setBigint(to, value);
    else builder.setNumber(to, Number(value));
  };
}

/** The column made of the referenced rows of a column that is spread over several batches. */
export function takeColumn(type: ColumnType, sources: readonly Data[], rows: readonly RowReference[]): Data {
  const builder = columnBuilder(type, rows.length);
  const copies = sources.map((data) => copier(type, data));
  const nullable = sources.map(hasNulls);
  rows.forEach((reference, to) => {
    const batch = batchOf(reference);
    const from = rowOf(reference);
    const source = sources[batch];
    const copy = copies[batch];
    if (source === undefined || copy === undefined) throw new RangeError(`there is no batch ${batch}`);
    if (nullable[batch] === true && !isValid(source, from)) builder.setNull(to);
    else copy(builder, to, from);
  });
  return builder.finish();
}

/** Reads the values of referenced rows of a column that is spread over several batches. */
export function referenceReader(
  type: ColumnType,
  sources: readonly Data[],
): (reference: RowReference) => Value {
  const readers = sources.map((data) => ({ data, read: valueReader(type, data) }));
  return (reference) => {
    const source = readers[batchOf(reference)];
    if (source === undefined) throw new RangeError(`there is no batch ${batchOf(reference)}`);
    const row = rowOf(reference);
    return isValid(source.data, row) ? source.read(row) : null;
  };
}

/** The data of a column by its place, over several batches of the same schema. */
export const columnOver = (batches: readonly RecordBatch[], index: number): Data[] =>
  batches.map((batch) => {
    const data = batch.data.children[index];
    if (data === undefined) throw new RangeError(`the batch has no column ${index}`);
    return data;
  });

/** The referenced rows of a batch whose columns have these types. */
export function takeBatch(
  batches: readonly RecordBatch[],
  columns: Readonly<Record<string, ColumnShape>>,
  rows: readonly RowReference[],
): RecordBatch {
  const children = Object.values(columns).map(({ type }, index) =>
    takeColumn(type, columnOver(batches, index), rows),
  );
  return recordBatch(arrowSchema(columns), { length: rows.length, children });
}
