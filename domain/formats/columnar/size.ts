import type { Data, RecordBatch } from "apache-arrow";
import { utf8 } from "./read";

/** The bytes of the rows of a batch before `row`, over all columns. Validity bits and booleans count as a byte. */
export const bytesBefore = (batch: RecordBatch, row: number): number =>
  batch.data.children.reduce((sum, data) => sum + columnBytesBefore(data, row), 0);

/** The bytes of all rows of a batch, over all columns. */
export const bytesOf = (batch: RecordBatch): number => bytesBefore(batch, batch.numRows);

function columnBytesBefore(data: Data, row: number): number {
  // The declared types do not say that columns of fixed width have no offsets.
  const { valueOffsets: offsets } = data as unknown as { valueOffsets: ArrayLike<number> | undefined };
  if (offsets === undefined || offsets.length === 0) return row * fixedWidth(data);
  return row * 4 + (utf8(data).offsets[row] ?? 0) - (utf8(data).offsets[0] ?? 0);
}

const fixedWidth = ({ values, stride }: Data): number =>
  Math.max(1, (values as { readonly BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT * stride);
