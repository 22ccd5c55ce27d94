import { makeData, type Data } from "apache-arrow";
import { byteAt } from "../at";
import { isWide, type ColumnType } from "../../model/types";
import { arrowType } from "./arrow";
import { copyBytes } from "./copy-bytes";
import { TWO_32 } from "../int64";

/**
 * Fills the memory of one Arrow column, row by row in order. Every row gets exactly one value or NULL. Call only the
 * methods for the type of the column.
 */
export interface ColumnBuilder {
  setNull(row: number): void;
  /**
   * integer, real, double, date (days), time (microseconds), boolean (0 or 1); up to 53 bits: bigint, timestamp with
   * and without a zone (microseconds), decimal (unscaled).
   */
  setNumber(row: number, value: number): void;
  /** bigint, timestamp with and without a zone, decimal. */
  setBigint(row: number, value: bigint): void;
  /** text and printed types, as UTF-8; bytea. */
  setBytes(row: number, bytes: Uint8Array, start: number, end: number): void;
  finish(): Data;
}

const unsupported = (kind: string, value: string) => (): never => {
  throw new TypeError(`a ${kind} column takes no ${value}`);
};

/** A builder for `length` rows. */
export function columnBuilder(type: ColumnType, length: number): ColumnBuilder {
  let bitmap: Uint8Array | undefined;
  let nullCount = 0;
  const nulls = {
    setNull: (row: number): void => {
      bitmap ??= new Uint8Array((length + 7) >> 3).fill(0xff);
      bitmap[row >> 3] = byteAt(bitmap, row >> 3) & ~(1 << (row & 7));
      nullCount += 1;
    },
  };
  const validity = (): { nullCount: number; nullBitmap: Uint8Array | undefined } => ({
    nullCount,
    nullBitmap: bitmap,
  });
  const base = {
    ...nulls,
    setNumber: unsupported(type.kind, "number"),
    setBigint: unsupported(type.kind, "bigint"),
    setBytes: unsupported(type.kind, "text"),
  };
  const fixed = (
    data: Int32Array | Uint8Array | BigInt64Array | Uint32Array | Float32Array | Float64Array,
  ): Data => makeData({ type: arrowType(type), length, ...validity(), data } as never);

  switch (type.kind) {
    case "integer":
    case "date": {
      const data = new Int32Array(length);
      return { ...base, setNumber: (row, value) => void (data[row] = value), finish: () => fixed(data) };
    }
    case "real":
    case "double": {
      const data = type.kind === "real" ? new Float32Array(length) : new Float64Array(length);
      return { ...base, setNumber: (row, value) => void (data[row] = value), finish: () => fixed(data) };
    }
    case "boolean": {
      const data = new Uint8Array((length + 7) >> 3);
      return {
        ...base,
        setNumber: (row, value) => {
          if (value === 1) data[row >> 3] = byteAt(data, row >> 3) | (1 << (row & 7));
        },
        finish: () => fixed(data),
      };
    }
    case "bigint":
    case "time":
    case "timestamp":
    case "timestamptz": {
      // 64 bits are written as two halves, so that no BigInt is made for a row.
      const data = new BigInt64Array(length);
      const halves = new Int32Array(data.buffer);
      return {
        ...base,
        setNumber: (row, value) => {
          const high = Math.floor(value / TWO_32);
          halves[row * 2] = value - high * TWO_32;
          halves[row * 2 + 1] = high;
        },
        ...(type.kind !== "time" && {
          setBigint: (row: number, value: bigint) => void (data[row] = value),
        }),
        finish: () => fixed(data),
      };
    }
    case "decimal": {
      const quarters = new Int32Array(length * 4);
      const upper = isWide(type)
        ? (value: bigint): bigint => value >> 64n
        : (value: bigint): bigint => (value < 0n ? -1n : 0n);
      return {
        ...base,
        setNumber: (row, value) => {
          const high = Math.floor(value / TWO_32);
          quarters[row * 4] = value - high * TWO_32;
          quarters[row * 4 + 1] = high;
          if (value < 0) quarters.fill(-1, row * 4 + 2, row * 4 + 4);
        },
        setBigint: (row, value) => {
          const wide = new BigInt64Array(quarters.buffer, row * 16, 2);
          wide[0] = value;
          wide[1] = upper(value);
        },
        finish: () => fixed(new Uint32Array(quarters.buffer)),
      };
    }
    default:
      return { ...base, ...bytesBuilder(type, length, { markNull: nulls.setNull, validity }) };
  }
}

/** A builder of values that are bytes of any length. */
function bytesBuilder(
  type: ColumnType,
  length: number,
  nulls: {
    readonly markNull: (row: number) => void;
    readonly validity: () => { nullCount: number; nullBitmap: Uint8Array | undefined };
  },
): Pick<ColumnBuilder, "setNull" | "setBytes" | "finish"> {
  const { markNull, validity } = nulls;
  const valueOffsets = new Int32Array(length + 1);
  let values = new Uint8Array(Math.max(64, length * 16));
  let used = 0;
  return {
    setNull: (row) => {
      markNull(row);
      valueOffsets[row + 1] = used;
    },
    setBytes: (row, bytes, start, end) => {
      const size = end - start;
      if (used + size > values.length) {
        const larger = new Uint8Array(Math.max(values.length * 2, used + size));
        larger.set(values.subarray(0, used));
        values = larger;
      }
      copyBytes({ bytes, from: start, size }, values, used);
      used += size;
      valueOffsets[row + 1] = used;
    },
    finish: () =>
      makeData({
        type: arrowType(type),
        length,
        ...validity(),
        valueOffsets,
        data: values.subarray(0, used),
      } as never),
  };
}
