import type { Data, RecordBatch } from "apache-arrow";
import { doubleAt, wordAt } from "../at";
import { utf8 } from "./read";

/** The bytes of the rows of a batch before `row`, over all columns. Validity bits and booleans count as a byte. */
export const bytesBefore = (batch: RecordBatch, row: number): number =>
  batch.data.children.reduce((sum, data) => sum + columnBytesBefore(data, row), 0);

/** The bytes of all rows of a batch, over all columns. */
export const bytesOf = (batch: RecordBatch): number => bytesBefore(batch, batch.numRows);

/** The bytes of each row of a batch, over all columns. */
export function rowBytes(batch: RecordBatch): Float64Array {
  const sizes = new Float64Array(batch.numRows);
  const columns = batch.data.children;
  sizes.fill(columns.reduce((sum, data) => sum + (hasOffsets(data) ? 4 : fixedWidth(data)), 0));
  for (const data of columns.filter(hasOffsets)) {
    const { offsets } = utf8(data);
    for (let row = 0; row < sizes.length; row++)
      sizes[row] = doubleAt(sizes, row) + wordAt(offsets, row + 1) - wordAt(offsets, row);
  }
  return sizes;
}

function columnBytesBefore(data: Data, row: number): number {
  if (!hasOffsets(data)) return row * fixedWidth(data);
  return row * 4 + (utf8(data).offsets[row] ?? 0) - (utf8(data).offsets[0] ?? 0);
}

function hasOffsets(data: Data): boolean {
  // The declared types do not say that columns of fixed width have no offsets.
  const { valueOffsets: offsets } = data as unknown as { valueOffsets: ArrayLike<number> | undefined };
  return offsets !== undefined && offsets.length > 0;
}

const fixedWidth = ({ values, stride }: Data): number =>
  Math.max(1, (values as { readonly BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT * stride);
