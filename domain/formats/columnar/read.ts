import type { Data } from "apache-arrow";
import { at, byteAt, wordAt } from "../at";
import { isPrinted, isWide, type ColumnType, type DecimalType } from "../../model/types";
import { printedBytes } from "../hex";
import { decodeUtf8 } from "../utf8";
import { EXACT_HIGH, TWO_32 } from "../int64";

/**
 * A value of a column as plain data: an unscaled decimal is a bigint, a date its days, a time its microseconds, a
 * timestamp its microseconds, as a bigint when a number would not be exact. Bytes are the text that PostgreSQL prints.
 */
export type Value = number | bigint | boolean | string | null;

/** The 64-bit values of a column as 32-bit halves, the low half first, so that reading makes no BigInt. */
function halvesOf(data: Data): Int32Array {
  const values = data.values as BigInt64Array;
  return new Int32Array(values.buffer, values.byteOffset, values.length * 2);
}

/** Reads 64-bit values, each as a number when that is exact. */
export function wideReader(data: Data): (row: number) => number | bigint {
  const halves = halvesOf(data);
  const values = data.values as BigInt64Array;
  return (row) => {
    const high = wordAt(halves, row * 2 + 1);
    return high >= -EXACT_HIGH && high < EXACT_HIGH
      ? high * TWO_32 + (wordAt(halves, row * 2) >>> 0)
      : at(values, row);
  };
}

/** The unscaled values of a decimal column. 64 bits are enough unless it is wide. */
function decimalReader(type: DecimalType, data: Data): (row: number) => bigint {
  const values = data.values as Uint32Array;
  const halves = new BigInt64Array(values.buffer, values.byteOffset, values.length / 2);
  if (!isWide(type)) return (row) => at(halves, row * 2);
  return (row) => (at(halves, row * 2 + 1) << 64n) | BigInt.asUintN(64, at(halves, row * 2));
}

/** True if the values are bytes of any length. */
export const isBytes = (type: ColumnType): boolean =>
  type.kind === "text" || type.kind === "bytea" || isPrinted(type);

/** The memory of a column of texts or bytes: row `i` is `bytes[offsets[i], offsets[i + 1])`. */
export function utf8(data: Data): { bytes: Uint8Array; offsets: Int32Array } {
  const memory: { values: unknown; valueOffsets: unknown } = data;
  return { bytes: memory.values as Uint8Array, offsets: memory.valueOffsets as Int32Array };
}

/** Reads a column row by row. The caller checks validity. */
export function valueReader(type: ColumnType, data: Data): (row: number) => Value {
  switch (type.kind) {
    case "integer":
    case "date": {
      const values = data.values as Int32Array;
      return (row) => wordAt(values, row);
    }
    case "bigint": {
      const values = data.values as BigInt64Array;
      return (row) => at(values, row);
    }
    case "boolean": {
      const values = data.values as Uint8Array;
      const { offset } = data;
      return (row) => ((byteAt(values, (row + offset) >> 3) >> ((row + offset) & 7)) & 1) === 1;
    }
    case "time":
    case "timestamp":
    case "timestamptz":
      return wideReader(data);
    case "decimal":
      return decimalReader(type, data);
    case "real":
    case "double": {
      const values = data.values as Float32Array | Float64Array;
      return (row) => at(values, row);
    }
    case "bytea": {
      const { bytes, offsets } = utf8(data);
      return (row) => printedBytes(bytes.subarray(offsets[row], offsets[row + 1]));
    }
    default: {
      const { bytes, offsets } = utf8(data);
      return (row) => decodeUtf8(bytes.subarray(offsets[row], offsets[row + 1]));
    }
  }
}
