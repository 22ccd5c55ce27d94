import type { Data } from "apache-arrow";
import { wordAt } from "../at";
import type { EncodedValues } from "./chunk";
import { LARGEST, LARGEST_SHARE, packBits } from "./dictionary";
import { bytesOfText, compareTexts, hashOf, lengthOf, plainTexts, textsOf, type Texts } from "./texts";

/** A page of texts is closed at this size, so that no second copy of a row group is needed. */
const PAGE_BYTES = 1 << 20;

/** Encodes the values of a text column: one page of dictionary indexes, or pages of about a megabyte. */
export function encodeTexts(column: {
  readonly parts: readonly Data[];
  readonly rows: number;
  readonly nulls: number;
}): EncodedValues {
  const { parts, rows, nulls } = column;
  const texts = textsOf(parts, rows - nulls);
  const dictionary = textDictionary(texts);
  if (dictionary === undefined)
    return { type: "BYTE_ARRAY", pages: plainPages(texts, rows), bounds: boundsOf(texts, everyOf(texts)) };
  const { entries, indexes, bytes } = dictionary;
  return {
    type: "BYTE_ARRAY",
    dictionary: { size: entries.length, bytes: plainTexts(texts, entries, bytes) },
    pages: [{ rows, bytes: packBits(indexes, entries.length) }],
    bounds: boundsOf(texts, entries),
  };
}

/** Encodes a column of bytes. It has no bounds, because the bounds of texts are cut at the end of a character. */
export const encodeBytes = (column: Parameters<typeof encodeTexts>[0]): EncodedValues => ({
  ...encodeTexts(column),
  bounds: undefined,
});

/** The distinct texts of a column, each represented by its first occurrence. */
interface TextDictionary {
  readonly entries: readonly number[];
  readonly indexes: Int32Array;
  /** The size of the entries, including their lengths. */
  readonly bytes: number;
}

const SLOTS = 1 << 16;

/** Finds the distinct texts; undefined when they are too many or too long for a dictionary to pay. */
function textDictionary(texts: Texts): TextDictionary | undefined {
  const limit = Math.min(Math.floor(texts.count * LARGEST_SHARE), LARGEST);
  if (limit === 0) return undefined;
  const slots = new Int32Array(SLOTS);
  const hashes = new Int32Array(limit);
  const indexes = new Int32Array(texts.count);
  const entries: number[] = [];
  let bytes = 0;
  for (let index = 0; index < texts.count; index++) {
    const size = 4 + lengthOf(texts, index);
    if (size > PAGE_BYTES) return undefined;
    const hash = hashOf(texts, index);
    let slot = (hash ^ (hash >>> 16)) & (SLOTS - 1);
    let entry = wordAt(slots, slot);
    while (entry !== 0) {
      const isSame =
        wordAt(hashes, entry - 1) === hash && compareTexts(texts, entries[entry - 1] ?? -1, index) === 0;
      if (isSame) break;
      slot = (slot + 1) & (SLOTS - 1);
      entry = wordAt(slots, slot);
    }
    if (entry === 0) {
      bytes += size;
      if (entries.length === limit || bytes > PAGE_BYTES) return undefined;
      hashes[entries.length] = hash;
      entry = entries.push(index);
      slots[slot] = entry;
    }
    indexes[index] = entry - 1;
  }
  return { entries, indexes, bytes };
}

/** Pages of texts, made one after the other. */
function* plainPages(texts: Texts, rows: number): Generator<{ rows: number; bytes: Uint8Array }> {
  let firstRow = 0;
  let from = 0;
  let size = 0;
  for (let index = 0; index < texts.count; index++) {
    const more = 4 + lengthOf(texts, index);
    if (index > from && size + more > PAGE_BYTES) {
      const row = wordAt(texts.rows, index);
      yield { rows: row - firstRow, bytes: plainTexts(texts, range(from, index), size) };
      [firstRow, from, size] = [row, index, 0];
    }
    size += more;
  }
  yield { rows: rows - firstRow, bytes: plainTexts(texts, range(from, texts.count), size) };
}

function* range(from: number, to: number): Generator<number> {
  for (let index = from; index < to; index++) yield index;
}

const everyOf = ({ count }: Texts): Iterable<number> => range(0, count);

/**
 * The footer keeps the first 16 bytes of a bound. A longer text is cut to this many bytes, so the footer still sees
 * that it is longer.
 */
const BOUND_BYTES = 64;

function boundsOf(texts: Texts, indexes: Iterable<number>): EncodedValues["bounds"] {
  let min: number | undefined;
  let max: number | undefined;
  for (const index of indexes) {
    if (min === undefined || compareTexts(texts, index, min) < 0) min = index;
    if (max === undefined || compareTexts(texts, index, max) > 0) max = index;
  }
  if (min === undefined || max === undefined) return undefined;
  // Copy them, because a view would keep the whole memory alive until the footer is written.
  const cut = (index: number): Uint8Array => bytesOfText(texts, index).slice(0, BOUND_BYTES);
  const bounds = { min: cut(min), max: cut(max) };
  return lengthOf(texts, max) > BOUND_BYTES && isHighest(bounds.max) ? undefined : bounds;
}

/** U+10FFFF in UTF-8: no character is higher. */
const HIGHEST = [0xf4, 0x8f, 0xbf, 0xbf];

/** True if a text begins with so many of the highest character that no short text is greater. */
const isHighest = (bytes: Uint8Array): boolean =>
  bytes.subarray(0, 16).every((byte, place) => byte === HIGHEST[place % 4]);
