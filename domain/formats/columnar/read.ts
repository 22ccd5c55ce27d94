import type { Data } from "apache-arrow";
import type { ColumnType } from "../../model/types";
import { decodeUtf8 } from "../utf8";

/** A value of a column, as plain data: an unscaled decimal is a bigint, a date its days, a time its milliseconds. */
export type Value = number | bigint | boolean | string | null;

const LOW_32 = 0x1_0000_0000;

/** A timestamp column as 32-bit halves, the low one first: to read them makes no BigInt. */
export function timestampHalves(data: Data): Int32Array {
  const values = data.values as BigInt64Array;
  return new Int32Array(values.buffer, values.byteOffset, values.length * 2);
}

/** Milliseconds of a timestamp column. */
export const millisecondsOf = (halves: Int32Array, row: number): number =>
  (halves[row * 2 + 1] ?? 0) * LOW_32 + ((halves[row * 2] ?? 0) >>> 0);

function timestampReader(data: Data): (row: number) => number {
  const halves = timestampHalves(data);
  return (row) => millisecondsOf(halves, row);
}

/** The unscaled values of a decimal column; 18 digits fit into the low 64 bits. */
export function decimalReader(data: Data): (row: number) => bigint {
  const values = data.values as Uint32Array;
  const wide = new BigInt64Array(values.buffer, values.byteOffset, values.length / 2);
  return (row) => wide[row * 2] ?? 0n;
}

/** The memory of a text column: row `i` is `bytes[offsets[i], offsets[i + 1])`. */
export function utf8(data: Data): { bytes: Uint8Array; offsets: Int32Array } {
  const memory: { values: unknown; valueOffsets: unknown } = data;
  return { bytes: memory.values as Uint8Array, offsets: memory.valueOffsets as Int32Array };
}

/** Reads a column row by row, without looking at its validity. */
export function valueReader(type: ColumnType, data: Data): (row: number) => Value {
  switch (type.kind) {
    case "integer":
    case "date":
    case "time": {
      const values = data.values as Int32Array;
      return (row) => values[row] ?? 0;
    }
    case "bigint": {
      const values = data.values as BigInt64Array;
      return (row) => values[row] ?? 0n;
    }
    case "boolean": {
      const values = data.values as Uint8Array;
      return (row) => (((values[row >> 3] ?? 0) >> (row & 7)) & 1) === 1;
    }
    case "timestamp":
    case "timestamptz":
      return timestampReader(data);
    case "decimal":
      return decimalReader(data);
    case "text": {
      const { bytes, offsets } = utf8(data);
      return (row) => decodeUtf8(bytes.subarray(offsets[row], offsets[row + 1]));
    }
  }
}
