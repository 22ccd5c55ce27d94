import type { FixedWidth } from "./fixed-width";

/** The distinct values of a column, and the index of each value that is not NULL. */
interface Dictionary {
  readonly words: Int32Array;
  /** The number of values. */
  readonly size: number;
  readonly indexes: Int32Array;
}

/** A dictionary with more distinct values than this share of the rows does not pay. */
export const LARGEST_SHARE = 1 / 4;
/** The maximum number of distinct values: 14 bits a row. */
export const LARGEST = 1 << 14;
const SLOTS = 1 << 16;

/**
 * Finds the distinct values of a column; undefined when a dictionary would not pay. Uses open addressing over typed
 * arrays, so nothing is allocated for a row.
 */
export function buildDictionary({ type, words, count }: FixedWidth): Dictionary | undefined {
  const limit = Math.min(Math.floor(count * LARGEST_SHARE), LARGEST);
  if (limit === 0) return undefined;
  const wide = type === "INT64";
  const stride = wide ? 2 : 1;
  const slots = new Int32Array(SLOTS);
  const values = new Int32Array(limit * stride);
  const indexes = new Int32Array(count);
  let size = 0;
  for (let index = 0; index < count; index++) {
    const low = words[index * stride] ?? 0;
    const high = wide ? (words[index * stride + 1] ?? 0) : 0;
    // Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4). The high half seldom varies.
    let slot = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1) >>> 16;
    let entry = slots[slot] ?? 0;
    while (
      entry !== 0 &&
      (values[(entry - 1) * stride] !== low || (wide && values[(entry - 1) * stride + 1] !== high))
    ) {
      slot = (slot + 1) & (SLOTS - 1);
      entry = slots[slot] ?? 0;
    }
    if (entry === 0) {
      if (size === limit) return undefined;
      values[size * stride] = low;
      if (wide) values[size * stride + 1] = high;
      entry = ++size;
      slots[slot] = entry;
    }
    indexes[index] = entry - 1;
  }
  return { words: values.subarray(0, size * stride), size, indexes };
}

/**
 * Encodes indexes as a data page of RLE_DICTIONARY: the width in bits, then one bit-packed run of groups of eight
 * (Apache Parquet, Encodings.md, "Run Length Encoding / Bit-Packing Hybrid").
 * @param size of the dictionary; every index is below
 */
export function packBits(indexes: Int32Array, size: number): Uint8Array {
  // With a single distinct value every index is 0, but some readers still expect one bit.
  const width = Math.max(32 - Math.clz32(size - 1), 1);
  const groups = Math.ceil(indexes.length / 8);
  const bytes = new Uint8Array(1 + 5 + groups * width);
  let at = 0;
  bytes[at++] = width;
  let header = ((groups << 1) | 1) >>> 0;
  for (; header >= 0x80; header >>>= 7) bytes[at++] = (header & 0x7f) | 0x80;
  bytes[at++] = header;
  const end = at + groups * width;
  let bits = 0;
  let pending = 0;
  for (let row = 0; row < indexes.length; row++) {
    pending |= (indexes[row] ?? 0) << bits;
    bits += width;
    for (; bits >= 8; bits -= 8) {
      bytes[at++] = pending & 0xff;
      pending >>>= 8;
    }
  }
  if (bits > 0) bytes[at] = pending & 0xff;
  return bytes.subarray(0, end);
}
