import { makeData, type Data } from "apache-arrow";
import { at, byteAt, wordAt } from "../at";
import type { ColumnType } from "../../model/types";
import { arrowType, hasNulls, isValid } from "./arrow";
import { copyBytes } from "./copy-bytes";
import { isBytes, utf8 } from "./read";

/** Stands for a missing row. */
export const NO_ROW = -1;

/** Rows of one or several batches, in any order and with repeats. */
export interface Places {
  /** The row in its batch, or `NO_ROW`. */
  readonly rows: Int32Array;
  /** The batch of each row; the first one for all rows when undefined. */
  readonly batches?: Int32Array;
}

/** Places that are collected one after the other. */
interface PlaceList {
  add(batch: number, row: number): void;
  list(): Required<Places>;
}

/** @param most how many places may be collected */
export function placeList(most: number): PlaceList {
  const batches = new Int32Array(most);
  const rows = new Int32Array(most);
  let length = 0;
  return {
    add: (batch, row) => {
      batches[length] = batch;
      rows[length] = row;
      length += 1;
    },
    list: () => {
      if (length > most) throw new RangeError(`${length} places were collected in a list of ${most}`);
      return { batches: batches.subarray(0, length), rows: rows.subarray(0, length) };
    },
  };
}

/**
 * The values of a column in these places, in their order; NULL for `NO_ROW`. Values are copied column by column and
 * word by word, because this is the inner loop of joins and of the stored rows.
 * @param sources the column in each batch
 * @throws RangeError when a place does not exist
 */
export function gatherColumn(type: ColumnType, sources: readonly Data[], places: Places): Data {
  const validity = validityOf(sources, places);
  return makeData({
    type: arrowType(type),
    length: places.rows.length,
    ...validity,
    ...(isBytes(type)
      ? gatherBytes(sources, places, validity)
      : type.kind === "boolean"
        ? gatherBits(sources, places)
        : gatherWords(type, sources, places)),
  } as never);
}

interface Validity {
  readonly nullCount: number;
  readonly nullBitmap: Uint8Array | undefined;
}

function validityOf(sources: readonly Data[], { rows, batches }: Places): Validity {
  const nullable = sources.some(hasNulls);
  let nullBitmap: Uint8Array | undefined;
  let nullCount = 0;
  for (let to = 0; to < rows.length; to++) {
    const row = wordAt(rows, to);
    if (row !== NO_ROW && !nullable) continue;
    if (row !== NO_ROW && isValid(at(sources, batches === undefined ? 0 : wordAt(batches, to)), row))
      continue;
    nullBitmap ??= new Uint8Array((rows.length + 7) >> 3).fill(0xff);
    nullBitmap[to >> 3] = byteAt(nullBitmap, to >> 3) & ~(1 << (to & 7));
    nullCount += 1;
  }
  return { nullCount, nullBitmap };
}

/** Copies values of fixed width as 32-bit words, without making a value. */
function gatherWords(
  type: ColumnType,
  sources: readonly Data[],
  { rows, batches }: Places,
): { data: unknown } {
  const [first = emptyOf(type)] = sources;
  const { BYTES_PER_ELEMENT, constructor } = first.values as Int32Array;
  const width = (BYTES_PER_ELEMENT / 4) * first.stride;
  const made = new Int32Array(rows.length * width);
  const words = sources.map(wordsOf);
  for (let to = 0; to < rows.length; to++) {
    const row = wordAt(rows, to);
    if (row === NO_ROW) continue;
    const source = at(words, batches === undefined ? 0 : wordAt(batches, to));
    if (width === 1) made[to] = wordAt(source, row);
    else
      for (let word = 0; word < width; word++) made[to * width + word] = wordAt(source, row * width + word);
  }
  return { data: new (constructor as new (buffer: ArrayBuffer) => unknown)(made.buffer) };
}

/** The memory of a column of fixed width. */
function wordsOf({ values }: Data): Int32Array {
  const { buffer, byteOffset, byteLength } = values as Int32Array;
  return new Int32Array(buffer, byteOffset, byteLength / 4);
}

const emptyOf = (type: ColumnType): Data => makeData({ type: arrowType(type), length: 0 } as never);

function gatherBits(sources: readonly Data[], { rows, batches }: Places): { data: Uint8Array } {
  const data = new Uint8Array((rows.length + 7) >> 3);
  const bits = sources.map(({ values, offset }) => ({ values: values as Uint8Array, offset }));
  for (let to = 0; to < rows.length; to++) {
    const row = wordAt(rows, to);
    if (row === NO_ROW) continue;
    const { values, offset } = at(bits, batches === undefined ? 0 : wordAt(batches, to));
    const bit = row + offset;
    if ((byteAt(values, bit >> 3) >> (bit & 7)) & 1) data[to >> 3] = byteAt(data, to >> 3) | (1 << (to & 7));
  }
  return { data };
}

/** Adds up the lengths first, so that the memory is allocated once. Adjacent values are copied together. */
function gatherBytes(
  sources: readonly Data[],
  { rows, batches }: Places,
  { nullBitmap }: Validity,
): { valueOffsets: Int32Array; data: Uint8Array } {
  const columns = sources.map(utf8);
  const [first] = columns;
  const columnOf = (batch: number): ReturnType<typeof utf8> =>
    batch === 0 && first !== undefined ? first : at(columns, batch);
  const valueOffsets = new Int32Array(rows.length + 1);
  const isNull = (to: number): boolean =>
    nullBitmap !== undefined && ((byteAt(nullBitmap, to >> 3) >> (to & 7)) & 1) === 0;
  let used = 0;
  for (let to = 0; to < rows.length; to++) {
    if (!isNull(to)) {
      const { offsets } = columnOf(batches === undefined ? 0 : wordAt(batches, to));
      const row = wordAt(rows, to);
      used += wordAt(offsets, row + 1) - wordAt(offsets, row);
    }
    valueOffsets[to + 1] = used;
  }
  const data = new Uint8Array(used);
  for (let to = 0, end = 1; to < rows.length; to = end, end += 1) {
    if (isNull(to)) continue;
    const row = wordAt(rows, to);
    const batch = batches === undefined ? 0 : wordAt(batches, to);
    while (
      end < rows.length &&
      wordAt(rows, end) === row + end - to &&
      (batches === undefined || wordAt(batches, end) === batch) &&
      !isNull(end)
    )
      end += 1;
    const { bytes, offsets } = columnOf(batch);
    const start = wordAt(valueOffsets, to);
    copyBytes({ bytes, from: wordAt(offsets, row), size: wordAt(valueOffsets, end) - start }, data, start);
  }
  return { valueOffsets, data };
}
