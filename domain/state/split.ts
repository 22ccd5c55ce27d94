import type { Data, RecordBatch } from "apache-arrow";
import { utf8 } from "../formats/columnar/read";

/** How large leaves are, in bytes of their columns. */
export interface LeafSize {
  /** What a leaf is made of. */
  readonly target: number;
  /** A larger one is split. */
  readonly most: number;
}

/** A change of one row reads and writes a leaf or two: small enough for that, large enough for a request. */
export const LEAF_SIZE: LeafSize = { target: 128 * 1024, most: 256 * 1024 };

/** Where to cut a batch, as row numbers from 0 to its length: `[0, 700, 1400]` is two leaves. */
export function splitRows(batch: RecordBatch, { target, most }: LeafSize): number[] {
  const { numRows } = batch;
  if (numRows === 0) return [0];
  const total = bytesBefore(batch, numRows);
  if (total <= most) return [0, numRows];
  const pieces = Math.min(numRows, Math.max(2, Math.round(total / target)));
  const cuts = [0];
  for (let piece = 1; piece < pieces; piece++) {
    const cut = rowAtBytes(batch, (total * piece) / pieces);
    if (cut > (cuts.at(-1) ?? 0) && cut < numRows) cuts.push(cut);
  }
  return [...cuts, numRows];
}

/** The first row before which there are at least so many bytes. */
function rowAtBytes(batch: RecordBatch, bytes: number): number {
  let low = 0;
  let high = batch.numRows;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bytesBefore(batch, middle) < bytes) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The bytes of the rows before `row`. */
const bytesBefore = (batch: RecordBatch, row: number): number =>
  batch.data.children.reduce((sum, data) => sum + columnBytesBefore(data, row), 0);

/** Bits of validity and booleans count as a byte. */
function columnBytesBefore(data: Data, row: number): number {
  // The declared types do not say that columns of fixed width have no offsets.
  const { valueOffsets: offsets } = data as unknown as { valueOffsets: ArrayLike<number> | undefined };
  if (offsets === undefined || offsets.length === 0) return row * fixedWidth(data);
  return row * 4 + (utf8(data).offsets[row] ?? 0) - (utf8(data).offsets[0] ?? 0);
}

const fixedWidth = ({ values, stride }: Data): number =>
  Math.max(1, (values as { readonly BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT * stride);
