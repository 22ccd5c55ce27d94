import type { RecordBatch } from "apache-arrow";
import { bytesBefore, bytesOf } from "../formats/columnar/size";

/** The size of leaves, in bytes over all columns. */
export interface LeafSize {
  /** The size of a new leaf. */
  readonly target: number;
  /** A larger leaf is split. */
  readonly most: number;
}

/**
 * A change of one row reads and writes one or two leaves. This size is small enough for that, and large enough for a
 * request.
 */
export const LEAF_SIZE: LeafSize = { target: 128 * 1024, most: 256 * 1024 };

/** Where to split a batch, as row numbers from 0 to its length: `[0, 700, 1400]` is two leaves. */
export function splitRows(batch: RecordBatch, { target, most }: LeafSize): number[] {
  const { numRows } = batch;
  if (numRows === 0) return [0];
  const total = bytesOf(batch);
  if (total <= most) return [0, numRows];
  const pieces = Math.min(numRows, Math.max(2, Math.round(total / target)));
  const cuts = [0];
  for (let piece = 1; piece < pieces; piece++) {
    const cut = rowAtBytes(batch, (total * piece) / pieces);
    if (cut > (cuts.at(-1) ?? 0) && cut < numRows) cuts.push(cut);
  }
  return [...cuts, numRows];
}

/** The first row with at least `bytes` before it. */
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
