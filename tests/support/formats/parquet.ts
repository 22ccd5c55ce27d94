import type { AsyncBuffer } from "hyparquet";
import type { RecordBatch } from "apache-arrow";
import type { Value } from "../../../domain/formats/columnar/read";
import { parquetEncoder, ROW_GROUP_SIZE, type RowGroupSize } from "../../../domain/formats/parquet/encoder";
import { printedBytes } from "../../../domain/formats/hex";
import { wideValue } from "../../../domain/formats/parquet/encode-wide-values";
import { readRowGroups } from "../../../domain/formats/parquet/reader";
import type { Columns, Row } from "./columnar";

/** A Parquet file of these batches. */
export function parquetOf(
  columns: Columns,
  batches: readonly RecordBatch[],
  size?: Partial<RowGroupSize>,
): Buffer {
  const encoder = parquetEncoder(columns, { ...ROW_GROUP_SIZE, ...size });
  const parts = batches.flatMap((batch) => encoder.write(batch) ?? []);
  return Buffer.concat([...parts, encoder.finish()]);
}

/** A file in memory, and how often it was read. */
export function fileOf(bytes: Uint8Array): AsyncBuffer & { readonly reads: () => number } {
  let reads = 0;
  return {
    byteLength: bytes.length,
    slice: (start, end = bytes.length) => {
      reads += 1;
      return Uint8Array.from(bytes.subarray(start, end)).buffer;
    },
    reads: () => reads,
  };
}

/** The row groups of a file, read by the pipeline's own reader: rows of plain values. */
export async function rowGroupsOf(columns: Columns, file: AsyncBuffer): Promise<Row[][]> {
  const types = Object.values(columns).map(({ type }) => type);
  const groups: Row[][] = [];
  for await (const { rows, columns: values } of readRowGroups(file, columns)) {
    groups.push(
      Array.from({ length: rows }, (_, row) =>
        types.map((type, column) => {
          const stored: unknown = values[column]?.[row] ?? null;
          if (stored instanceof Uint8Array && type.kind === "bytea") return printedBytes(stored);
          if (stored instanceof Uint8Array && type.kind === "decimal") return wideValue(stored);
          if (stored instanceof Uint8Array) return Buffer.from(stored).toString();
          const isMoment = type.kind === "time" || type.kind.startsWith("timestamp");
          return isMoment && Number.isSafeInteger(Number(stored ?? NaN)) ? Number(stored) : (stored as Value);
        }),
      ),
    );
  }
  return groups;
}
