import type { Data } from "apache-arrow";
import { byteAt } from "../at";
import { hasNulls, isValid } from "../columnar/arrow";

/** Which rows of a row group have a value: one bit each, the first row in the lowest bit. */
export interface Validity {
  readonly bits: Uint8Array;
  readonly nulls: number;
}

/** A range of rows of a row group, the end excluded. */
interface Rows {
  readonly start: number;
  readonly end: number;
}

/** The validity of a column that is spread over several batches; undefined when no row is NULL. */
export function validityOf(parts: readonly Data[], rows: number): Validity | undefined {
  if (!parts.some(hasNulls)) return undefined;
  const bits = new Uint8Array((rows + 7) >> 3).fill(0xff);
  let nulls = 0;
  let first = 0;
  for (const data of parts) {
    if (hasNulls(data)) {
      for (let row = 0; row < data.length; row++) {
        if (isValid(data, row)) continue;
        const bit = first + row;
        bits[bit >> 3] = byteAt(bits, bit >> 3) & ~(1 << (bit & 7));
        nulls += 1;
      }
    }
    first += data.length;
  }
  return { bits, nulls };
}

const isPresent = (bits: Uint8Array, row: number): boolean =>
  ((byteAt(bits, row >> 3) >> (row & 7)) & 1) === 1;

/** The number of NULLs in a range of rows. */
export function nullsIn(validity: Validity | undefined, { start, end }: Rows): number {
  if (validity === undefined) return 0;
  let nulls = 0;
  for (let row = start; row < end; row++) if (!isPresent(validity.bits, row)) nulls += 1;
  return nulls;
}

/**
 * The definition levels of some rows (Apache Parquet, Encodings.md, "Run Length Encoding / Bit-Packing Hybrid"): one
 * run of ones, or one run of bits in groups of eight.
 */
export function levelsOf(validity: Validity | undefined, { start, end }: Rows): Uint8Array {
  const rows = end - start;
  if (validity === undefined) return Uint8Array.from([...varint(rows * 2), 1]);
  const groups = (rows + 7) >> 3;
  const header = varint(groups * 2 + 1);
  const levels = new Uint8Array(header.length + groups);
  levels.set(header);
  for (let row = start; row < end; row++) {
    if (!isPresent(validity.bits, row)) continue;
    const place = header.length + ((row - start) >> 3);
    levels[place] = byteAt(levels, place) | (1 << ((row - start) & 7));
  }
  return levels;
}

/** A number in groups of seven bits, the lowest first (ULEB128). */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}
