import type { Data, RecordBatch } from "apache-arrow";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { columnOver, type ColumnShape } from "../columnar/arrow";
import { bytesOf } from "../columnar/size";
import { isWide, type ColumnType } from "../../model/types";
import { encodeBooleans } from "./encode-booleans";
import { writeChunk, type EncodedValues } from "./chunk";
import { encodeFixedValues } from "./encode-fixed-values";
import { encodeFloats } from "./encode-floats";
import { parquetSchema } from "./schema";
import { encodeBytes, encodeTexts } from "./encode-texts";
import { validityOf } from "./validity";
import { encodeWideValues } from "./encode-wide-values";

/**
 * When to close a row group: with the batch that brings it to this many rows, or to this many bytes over all columns.
 */
export interface RowGroupSize {
  readonly rows: number;
  readonly bytes: number;
}

/** Bounds the memory of a writer and of a reader. */
export const ROW_GROUP_SIZE: RowGroupSize = { rows: 65_536, bytes: 16 * 1024 * 1024 };

export interface ParquetEncoder {
  /** Adds a batch; returns the bytes that are complete, if any. */
  write(batch: RecordBatch): Uint8Array | undefined;
  /** Returns the last row groups and the footer. */
  finish(): Uint8Array;
  readonly rows: number;
}

/** Encodes record batches of one table as one Parquet file, with Snappy compression. */
export function parquetEncoder(
  columns: Readonly<Record<string, ColumnShape>>,
  size: RowGroupSize = ROW_GROUP_SIZE,
): ParquetEncoder {
  const bytes = new ByteWriter(1 << 16);
  const schema = parquetSchema(columns);
  const file = new ParquetWriter({ writer: bytes, schema });
  const shapes = Object.entries(columns);
  let waiting: RecordBatch[] = [];
  let waitingRows = 0;
  let waitingBytes = 0;
  let rows = 0;

  const writeGroup = (): void => {
    const start = bytes.offset;
    const chunks = shapes.map(([name, { type, nullable }], index) => {
      const parts = columnOver(waiting, index);
      const validity = validityOf(parts, waitingRows);
      const values = valuesOf(type, { parts, rows: waitingRows, nulls: validity?.nulls ?? 0 });
      return writeChunk(bytes, { name, nullable, rows: waitingRows, validity, values });
    });
    file.row_groups.push({
      columns: chunks,
      total_byte_size: chunks.reduce(
        (sum, chunk) => sum + (chunk.meta_data?.total_uncompressed_size ?? 0n),
        0n,
      ),
      num_rows: BigInt(waitingRows),
      total_compressed_size: BigInt(bytes.offset - start),
    });
    file.num_rows += BigInt(waitingRows);
    waiting = [];
    waitingRows = 0;
    waitingBytes = 0;
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
      waitingBytes += bytesOf(batch);
      if (waitingRows < size.rows && waitingBytes < size.bytes) return undefined;
      writeGroup();
      return takeBytes();
    },
    finish: () => {
      if (waitingRows > 0) writeGroup();
      if (file.finish() !== undefined) throw new TypeError("a writer into memory has nothing to wait for");
      return takeBytes();
    },
    get rows() {
      return rows;
    },
  };
}

/** The values of a column without NULLs, read from the memory of its batches. */
function valuesOf(
  type: ColumnType,
  column: { readonly parts: readonly Data[]; readonly rows: number; readonly nulls: number },
): EncodedValues {
  switch (type.kind) {
    case "text":
    case "json":
    case "jsonb":
    case "interval":
    case "array":
      return encodeTexts(column);
    case "bytea":
      return encodeBytes(column);
    case "boolean":
      return encodeBooleans(column);
    case "real":
    case "double":
      return encodeFloats(type.kind, column);
    case "decimal":
      return isWide(type) ? encodeWideValues(column) : encodeFixedValues(type.kind, column);
    default:
      return encodeFixedValues(type.kind, column);
  }
}
