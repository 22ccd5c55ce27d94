import { DataType, TimeUnit, type Data, type RecordBatch } from "apache-arrow";
import { at } from "../at";
import type { ClockType } from "../../model/types";
import { arrowSchema, arrowType, isValid, recordBatch, type ColumnShape, arrowTypeName } from "./arrow";
import { columnBuilder } from "./builder";

/**
 * A batch converted to columns of these shapes. Times and timestamps in milliseconds, which earlier versions of Marble
 * wrote, become microseconds.
 * @returns undefined when the batch has other columns, or columns of other types
 */
export function asColumns(
  batch: RecordBatch,
  columns: Readonly<Record<string, ColumnShape>>,
): RecordBatch | undefined {
  const shapes = Object.values(columns);
  if (shapes.length !== batch.data.children.length) return undefined;
  const children: Data[] = [];
  for (const [index, shape] of shapes.entries()) {
    const data = batch.data.children[index];
    const column = data === undefined ? undefined : asColumn(data, shape);
    if (column === undefined) return undefined;
    children.push(column);
  }
  return recordBatch(arrowSchema(columns), { length: batch.numRows, children });
}

function asColumn(data: Data, { type }: ColumnShape): Data | undefined {
  const wanted = arrowType(type);
  const held: DataType = data.type;
  if (arrowTypeName(held) === arrowTypeName(wanted)) return data;
  if (type.kind === "time" && DataType.isTime(held) && held.unit === TimeUnit.MILLISECOND) {
    const values = data.values as Int32Array;
    return inMicroseconds(data, type, (row) => BigInt(at(values, row)));
  }
  if (
    (type.kind === "timestamp" || type.kind === "timestamptz") &&
    DataType.isTimestamp(held) &&
    held.unit === TimeUnit.MILLISECOND &&
    (held.timezone ?? undefined) === (type.kind === "timestamptz" ? "UTC" : undefined)
  ) {
    const values = data.values as BigInt64Array;
    return inMicroseconds(data, type, (row) => at(values, row));
  }
  return undefined;
}

function inMicroseconds(data: Data, type: ClockType, millisecondsAt: (row: number) => bigint): Data {
  const builder = columnBuilder(type, data.length);
  for (let row = 0; row < data.length; row++) {
    if (!isValid(data, row)) builder.setNull(row);
    else if (type.kind === "time") builder.setNumber(row, Number(millisecondsAt(row) * 1000n));
    else builder.setBigint(row, millisecondsAt(row) * 1000n);
  }
  return builder.finish();
}
