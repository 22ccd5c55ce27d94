import type { Data } from "apache-arrow";
import { byteAt, wordAt } from "../at";
import { hasNulls, isValid } from "../columnar/arrow";
import { utf8 } from "../columnar/read";
import { SHORT_COPY_BYTES } from "../columnar/copy-bytes";

/**
 * The texts of a column that is spread over several batches, by their place in memory. No text is copied, and no string
 * is made. NULLs are left out.
 */
export interface Texts {
  readonly count: number;
  /** For each text: its row in the group, its memory, and its place there. */
  readonly rows: Int32Array;
  readonly memory: readonly Uint8Array[];
  readonly places: Int32Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** @param count of the values that are not NULL */
export function textsOf(parts: readonly Data[], count: number): Texts {
  const memory: Uint8Array[] = [];
  const rows = new Int32Array(count);
  const places = new Int32Array(count);
  const starts = new Int32Array(count);
  const ends = new Int32Array(count);
  let index = 0;
  let first = 0;
  for (const data of parts) {
    const { bytes, offsets } = utf8(data);
    const nullable = hasNulls(data);
    for (let row = 0; row < data.length; row++) {
      if (nullable && !isValid(data, row)) continue;
      rows[index] = first + row;
      places[index] = memory.length;
      starts[index] = wordAt(offsets, row);
      ends[index] = wordAt(offsets, row + 1);
      index += 1;
    }
    memory.push(bytes);
    first += data.length;
  }
  return { count, rows, memory, places, starts, ends };
}

/** The memory of a text. */
function memoryOf({ memory, places }: Texts, index: number): Uint8Array {
  const bytes = memory[wordAt(places, index)];
  if (bytes === undefined) throw new RangeError(`there is no text ${index}`);
  return bytes;
}

export const lengthOf = ({ starts, ends }: Texts, index: number): number =>
  wordAt(ends, index) - wordAt(starts, index);

export const bytesOfText = (texts: Texts, index: number): Uint8Array =>
  memoryOf(texts, index).subarray(wordAt(texts.starts, index), wordAt(texts.ends, index));

/** Compares two texts bytewise, as Parquet orders them: below 0, 0, or above. */
export function compareTexts(texts: Texts, a: number, b: number): number {
  const [memoryA, memoryB] = [memoryOf(texts, a), memoryOf(texts, b)];
  const [startA, startB] = [wordAt(texts.starts, a), wordAt(texts.starts, b)];
  const [lengthA, lengthB] = [lengthOf(texts, a), lengthOf(texts, b)];
  const shorter = Math.min(lengthA, lengthB);
  for (let place = 0; place < shorter; place++) {
    const difference = byteAt(memoryA, startA + place) - byteAt(memoryB, startB + place);
    if (difference !== 0) return difference;
  }
  return lengthA - lengthB;
}

/** FNV-1a (Fowler, Noll and Vo) of the bytes of a text. */
export function hashOf(texts: Texts, index: number): number {
  const memory = memoryOf(texts, index);
  const end = wordAt(texts.ends, index);
  let hash = 0x811c9dc5;
  for (let place = wordAt(texts.starts, index); place < end; place++)
    hash = Math.imul(hash ^ byteAt(memory, place), 0x01000193);
  return hash;
}

/**
 * Texts in the PLAIN encoding of Parquet: each after its length in four bytes.
 * @param size of all of them, including their lengths
 */
export function plainTexts(texts: Texts, indexes: Iterable<number>, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const index of indexes) {
    const length = lengthOf(texts, index);
    view.setInt32(at, length, true);
    at += 4;
    if (length > SHORT_COPY_BYTES) bytes.set(bytesOfText(texts, index), at);
    else {
      const memory = memoryOf(texts, index);
      const start = wordAt(texts.starts, index);
      for (let place = 0; place < length; place++) bytes[at + place] = byteAt(memory, start + place);
    }
    at += length;
  }
  return bytes;
}
