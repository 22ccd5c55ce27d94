import type { Data } from "apache-arrow";
import { wordAt } from "../at";
import type { Kind, PrintedType } from "../../model/types";
import { hasNulls, isValid } from "../columnar/arrow";
import type { EncodedValues } from "./chunk";
import { buildDictionary, packBits } from "./dictionary";
import type { FixedWidth } from "./fixed-width";

/** A kind of column whose values have a fixed width in whole words. */
type FixedKind = Exclude<Kind, "text" | "bytea" | "boolean" | "real" | "double" | PrintedType["kind"]>;

/** How many 32-bit words a value takes in memory. The first two words of a decimal are enough, unless it is wide. */
const WORDS: Readonly<Record<FixedKind, number>> = {
  integer: 1,
  bigint: 2,
  date: 1,
  time: 2,
  timestamp: 2,
  timestamptz: 2,
  decimal: 4,
};

/** Encodes the values of a column of fixed width, as one page. */
export function encodeFixedValues(
  kind: FixedKind,
  column: { readonly parts: readonly Data[]; readonly rows: number; readonly nulls: number },
): EncodedValues {
  const values = presentWords(kind, column);
  const { type, words } = values;
  const dictionary = buildDictionary(values);
  return {
    type,
    dictionary: dictionary && { size: dictionary.size, bytes: bytesOf(dictionary.words) },
    pages: [
      {
        rows: column.rows,
        bytes: dictionary === undefined ? bytesOf(words) : packBits(dictionary.indexes, dictionary.size),
      },
    ],
    // Every value is in the dictionary, so its bounds are those of the column.
    bounds: boundsOf(
      dictionary === undefined ? values : { type, words: dictionary.words, count: dictionary.size },
    ),
  };
}

/** The words of the values that are not NULL. */
function presentWords(
  kind: FixedKind,
  { parts, rows, nulls }: { readonly parts: readonly Data[]; readonly rows: number; readonly nulls: number },
): FixedWidth {
  const from = WORDS[kind];
  const to = Math.min(from, 2);
  const count = rows - nulls;
  const words = new Int32Array(count * to);
  let offset = 0;
  for (const data of parts) {
    const { buffer, byteOffset } = data.values as Int32Array;
    const own = new Int32Array(buffer, byteOffset, data.length * from);
    const nullable = hasNulls(data);
    if (from === to && !nullable) {
      words.set(own, offset);
      offset += own.length;
      continue;
    }
    for (let row = 0; row < data.length; row++) {
      if (nullable && !isValid(data, row)) continue;
      words[offset++] = wordAt(own, row * from);
      if (to === 2) words[offset++] = wordAt(own, row * from + 1);
    }
  }
  return { type: to === 1 ? "INT32" : "INT64", words, count };
}

/** Words are little-endian in a file, as on every machine that Node supports. */
const bytesOf = ({ buffer, byteOffset, byteLength }: Int32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

function boundsOf({ type, words, count }: FixedWidth): EncodedValues["bounds"] {
  if (count === 0) return undefined;
  if (type === "INT32") {
    let min = wordAt(words, 0);
    let max = min;
    for (let index = 1; index < count; index++) {
      const value = wordAt(words, index);
      if (value < min) min = value;
      if (value > max) max = value;
    }
    return { min, max };
  }
  let min = 0;
  let max = 0;
  for (let index = 1; index < count; index++) {
    if (isLess(words, index, min)) min = index;
    if (isLess(words, max, index)) max = index;
  }
  return { min: wide(words, min), max: wide(words, max) };
}

/** Compares two 64-bit values without making a BigInt of either. */
function isLess(words: Int32Array, a: number, b: number): boolean {
  const highA = wordAt(words, a * 2 + 1);
  const highB = wordAt(words, b * 2 + 1);
  return highA < highB || (highA === highB && wordAt(words, a * 2) >>> 0 < wordAt(words, b * 2) >>> 0);
}

const wide = (words: Int32Array, index: number): bigint =>
  (BigInt(wordAt(words, index * 2 + 1)) << 32n) | BigInt(wordAt(words, index * 2) >>> 0);
