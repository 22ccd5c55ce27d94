import {
  Binary,
  Bool,
  DateDay,
  Decimal,
  Field,
  Float32,
  Float64,
  Int32,
  Int64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  TimeMicrosecond,
  TimestampMicrosecond,
  Utf8,
  type Data,
  type DataType,
} from "apache-arrow";
import { byteAt } from "../at";
import type { ColumnType } from "../../model/types";

/** A column's name, type and nullability, which is all that a schema needs. */
export interface ColumnShape {
  readonly type: ColumnType;
  readonly nullable: boolean;
}

/** The Arrow type of a column. */
export function arrowType(type: ColumnType): DataType {
  switch (type.kind) {
    case "integer":
      return new Int32();
    case "bigint":
      return new Int64();
    case "text":
    case "json":
    case "jsonb":
    case "interval":
    case "array":
      return new Utf8();
    case "boolean":
      return new Bool();
    case "date":
      return new DateDay();
    case "time":
      return new TimeMicrosecond();
    case "timestamp":
      return new TimestampMicrosecond();
    case "timestamptz":
      return new TimestampMicrosecond("UTC");
    case "real":
      return new Float32();
    case "double":
      return new Float64();
    case "bytea":
      return new Binary();
    case "decimal":
      return new Decimal(type.scale, type.precision, 128);
  }
}

/** The name of an Arrow type with its parameters, such as `Decimal[10e+2]`. */
export const arrowTypeName = (type: { toString(): string }): string => type.toString();

/** The Arrow schema of a table. */
export const arrowSchema = (columns: Readonly<Record<string, ColumnShape>>): Schema =>
  new Schema(
    Object.entries(columns).map(([name, { type, nullable }]) => new Field(name, arrowType(type), nullable)),
  );

/** A record batch from the data of its columns, in the order of the schema. */
export function recordBatch(
  schema: Schema,
  options: { length: number; children: readonly Data[] },
): RecordBatch {
  const { length, children } = options;
  return new RecordBatch(
    schema,
    makeData({ type: new Struct(schema.fields), length, nullCount: 0, children: [...children] }),
  );
}

/**
 * The data of one column of a batch.
 * @throws TypeError when the batch has no such column
 */
export function columnData(batch: RecordBatch, name: string): Data {
  const index = batch.schema.fields.findIndex((field) => field.name === name);
  const data = batch.data.children[index];
  if (data === undefined) throw new TypeError(`the batch has no column ${name}`);
  return data;
}

/** The data of a column by its index, over several batches of the same schema. */
export const columnOver = (batches: readonly RecordBatch[], index: number): Data[] =>
  batches.map((batch) => {
    const data = batch.data.children[index];
    if (data === undefined) throw new RangeError(`the batch has no column ${index}`);
    return data;
  });

/** True if the column has a value in this row. */
export function isValid(data: Data, row: number): boolean {
  if (data.nullCount === 0) return true;
  const bit = row + data.offset;
  return ((byteAt(data.nullBitmap, bit >> 3) >> (bit & 7)) & 1) === 1;
}

/** True if the column has NULLs, so that `isValid` is needed. */
export const hasNulls = (data: Data): boolean => data.nullCount > 0;
