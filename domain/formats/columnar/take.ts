import { makeData, type Data, type RecordBatch } from "apache-arrow";
import type { ColumnType } from "../../model/types";
import { arrowSchema, arrowType, hasNulls, isValid, recordBatch, type ColumnShape } from "./arrow";
import { columnBuilder, type ColumnBuilder } from "./builder";
import { isBytes, utf8, valueReader, type Value } from "./read";

/** A row among several batches: `batch * ROWS_IN_BATCH + row`. */
export type RowReference = number;

/** More rows than any batch has. */
const ROWS_IN_BATCH = 2 ** 26;

export const rowReference = (batch: number, row: number): RowReference => batch * ROWS_IN_BATCH + row;
const batchOf = (reference: RowReference): number => Math.floor(reference / ROWS_IN_BATCH);
const rowOf = (reference: RowReference): number => reference % ROWS_IN_BATCH;

type Copy = (builder: ColumnBuilder, to: number, from: number) => void;

/** Copies single values of a column into a builder of the same type. */
export function copierOf(type: ColumnType, data: Data): Copy {
  if (isBytes(type)) {
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

/** Builds a column from referenced rows of a column that is spread over several batches. */
export function takeColumn(type: ColumnType, sources: readonly Data[], rows: readonly RowReference[]): Data {
  const [first] = sources;
  if (first !== undefined && !isBytes(type) && type.kind !== "boolean")
    return takeWords(type, { first, sources, rows });
  const builder = columnBuilder(type, rows.length);
  const copies = sources.map((data) => copierOf(type, data));
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

/** Copies the referenced rows of columns of fixed width as 32-bit words, without making a value. */
function takeWords(
  type: ColumnType,
  from: { readonly first: Data; readonly sources: readonly Data[]; readonly rows: readonly RowReference[] },
): Data {
  const { first, sources, rows } = from;
  const width = ((first.values as Int32Array).BYTES_PER_ELEMENT / 4) * first.stride;
  const made = new Int32Array(rows.length * width);
  const words = sources.map(wordsOf);
  const nullable = sources.map(hasNulls);
  let bitmap: Uint8Array | undefined;
  let nullCount = 0;
  for (let to = 0; to < rows.length; to++) {
    const reference = rows[to] ?? -1;
    const batch = batchOf(reference);
    const row = rowOf(reference);
    const source = words[batch];
    if (source === undefined) throw new RangeError(`there is no batch ${batch}`);
    if (nullable[batch] === true && !isValid(at(sources, batch), row)) {
      bitmap ??= new Uint8Array((rows.length + 7) >> 3).fill(0xff);
      bitmap[to >> 3] = (bitmap[to >> 3] ?? 0) & ~(1 << (to & 7));
      nullCount += 1;
    } else if (width === 1) made[to] = source[row] ?? outside(row);
    else
      for (let word = 0; word < width; word++)
        made[to * width + word] = source[row * width + word] ?? outside(row);
  }
  const { constructor } = first.values as { constructor: new (buffer: ArrayBuffer) => unknown };
  return makeData({
    type: arrowType(type),
    length: rows.length,
    nullCount,
    nullBitmap: bitmap,
    data: new constructor(made.buffer),
  } as never);
}

/** The memory of a column of fixed width. */
function wordsOf({ values }: Data): Int32Array {
  const { buffer, byteOffset, byteLength } = values as Int32Array;
  return new Int32Array(buffer, byteOffset, byteLength / 4);
}

const outside = (row: number): never => {
  throw new RangeError(`the batch has no row ${row}`);
};

function at<T>(values: readonly T[], index: number): T {
  const value = values[index];
  if (value === undefined) throw new RangeError(`there is no batch ${index}`);
  return value;
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

/** The data of a column by its index, over several batches of the same schema. */
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
