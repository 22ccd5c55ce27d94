import type { Data, RecordBatch } from "apache-arrow";
import type { DecodedArray } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { hasNulls, isValid, type ColumnShape } from "../columnar/arrow";
import { valueReader } from "../columnar/read";
import type { ColumnType } from "../model/types";
import { parquetSchema } from "./schema";

/** Rows are collected into row groups of this size: what a reader holds in memory at once. */
export const ROW_GROUP_ROWS = 65_536;

export interface ParquetEncoder {
  /** Takes a batch in; returns the bytes that are complete, if any. */
  write(batch: RecordBatch): Uint8Array | undefined;
  /** The last row groups and the footer. */
  finish(): Uint8Array;
  readonly rows: number;
}

/** Encodes record batches of one table as one Parquet file, with Snappy compression. */
export function parquetEncoder(
  columns: Readonly<Record<string, ColumnShape>>,
  rowGroupRows = ROW_GROUP_ROWS,
): ParquetEncoder {
  const bytes = new ByteWriter(1 << 16);
  const writer = new ParquetWriter({ writer: bytes, schema: parquetSchema(columns) });
  const shapes = Object.entries(columns);
  let waiting: RecordBatch[] = [];
  let waitingRows = 0;
  let rows = 0;

  const writeGroup = (): void => {
    const columnData = shapes.map(([name, { type }], index) => ({
      name,
      data: parquetColumn(type, waiting, index),
    }));
    const pending = writer.write({ columnData, rowGroupSize: waitingRows });
    if (pending !== undefined) throw new TypeError("a writer into memory has nothing to wait for");
    waiting = [];
    waitingRows = 0;
  };
  const takeBytes = (): Uint8Array => {
    const taken = bytes.getBytes().slice();
    bytes.index = 0;
    return taken;
  };

  return {
    write: (batch) => {
      waiting.push(batch);
      waitingRows += batch.numRows;
      rows += batch.numRows;
      if (waitingRows < rowGroupRows) return undefined;
      writeGroup();
      return takeBytes();
    },
    finish: () => {
      if (waitingRows > 0) writeGroup();
      if (writer.finish() !== undefined) throw new TypeError("a writer into memory has nothing to wait for");
      return takeBytes();
    },
    get rows() {
      return rows;
    },
  };
}

/** One column of several batches as the Parquet writer takes it. */
function parquetColumn(type: ColumnType, batches: readonly RecordBatch[], index: number): DecodedArray {
  const parts = batches.map((batch) => {
    const data = batch.data.children[index];
    if (data === undefined) throw new RangeError(`the batch has no column ${index}`);
    return data;
  });
  const length = parts.reduce((sum, data) => sum + data.length, 0);
  const plain = type.kind === "integer" || type.kind === "date" || type.kind === "time";
  return plain && !parts.some(hasNulls) ? joinedInt32(parts, length) : values(type, parts, length);
}

function joinedInt32(parts: readonly Data[], length: number): Int32Array {
  const all = new Int32Array(length);
  let offset = 0;
  for (const data of parts) {
    all.set((data.values as Int32Array).subarray(0, data.length), offset);
    offset += data.length;
  }
  return all;
}

function values(type: ColumnType, parts: readonly Data[], length: number): unknown[] {
  const all = new Array<unknown>(length);
  let offset = 0;
  for (const data of parts) {
    const read = valueReader(type, data);
    const nullable = hasNulls(data);
    for (let row = 0; row < data.length; row++)
      all[offset++] = nullable && !isValid(data, row) ? null : read(row);
  }
  return all;
}
