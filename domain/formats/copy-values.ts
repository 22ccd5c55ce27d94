import type { DecodedArray } from "hyparquet";
import { at, wordAt } from "./at";
import { parseDouble } from "./floats";
import { EXACT_HIGH, TWO_32 } from "./int64";
import { wideValue } from "./parquet/encode-wide-values";
import { decodeUtf8 } from "./utf8";
import { isWide, type ColumnType } from "../model/types";

/**
 * A growing buffer with a view of it. The caller may take its content. Numbers are written through the view, because V8
 * inlines that.
 */
interface Output {
  buffer: Uint8Array;
  view: DataView;
  size: number;
}

/** An empty output with space for `bytes`. */
export function outputOf(bytes: number): Output {
  const buffer = new Uint8Array(bytes);
  return { buffer, view: new DataView(buffer.buffer), size: 0 };
}

/** Writes the length in bytes and the value of a column in a row. */
type WriteValue = (output: Output, row: number) => void;

/** Grows the output so that `bytes` more fit. */
export function reserve(output: Output, bytes: number): void {
  if (output.size + bytes <= output.buffer.length) return;
  const larger = outputOf(Math.max(output.buffer.length * 2, output.size + bytes));
  larger.buffer.set(output.buffer.subarray(0, output.size));
  output.buffer = larger.buffer;
  output.view = larger.view;
}

/** Days from 1970-01-01 to 2000-01-01, the epoch of PostgreSQL. */
const EPOCH_DAYS = 10_957;
/** Microseconds from 1970-01-01 to 2000-01-01, in halves. */
const EPOCH_US = EPOCH_DAYS * 86_400_000_000;
const EPOCH_HIGH = Math.floor(EPOCH_US / TWO_32);
const EPOCH_LOW = EPOCH_US - EPOCH_HIGH * TWO_32;

/**
 * The writer of a column of a Parquet row group.
 * @param values in their physical form; null and undefined are NULL
 * @param room bytes that the rest of a row may take, without its texts
 */
export function valueWriter(type: ColumnType, values: DecodedArray, room: number): WriteValue {
  const write = presentWriter(type, values, room);
  if (!hasNulls(values)) return write;
  return (output, row) => {
    const value: unknown = values[row];
    if (value === null || value === undefined) {
      output.view.setInt32(output.size, -1);
      output.size += 4;
    } else write(output, row);
  };
}

/** Typed memory has no NULL, and a search for one would make a BigInt of each 64-bit value. */
function hasNulls(values: DecodedArray): boolean {
  if (ArrayBuffer.isView(values)) return false;
  for (const value of values as readonly unknown[]) if (value === null || value === undefined) return true;
  return false;
}

/** The writer of values that are not NULL. */
function presentWriter(type: ColumnType, values: DecodedArray, room: number): WriteValue {
  switch (type.kind) {
    case "integer": {
      const numbers = numbersOf(values);
      return (output, row) => writeInt32(output, wordAt(numbers, row));
    }
    case "date": {
      const days = numbersOf(values);
      return (output, row) => writeInt32(output, wordAt(days, row) - EPOCH_DAYS);
    }
    case "bigint":
    case "time": {
      const words = wordsOf(values);
      return (output, row) => writeInt64(output, wordAt(words, row * 2 + 1), wordAt(words, row * 2));
    }
    case "timestamp":
    case "timestamptz": {
      const words = wordsOf(values);
      return (output, row) => {
        const low = (wordAt(words, row * 2) >>> 0) - EPOCH_LOW;
        writeInt64(output, wordAt(words, row * 2 + 1) - EPOCH_HIGH - (low < 0 ? 1 : 0), low | 0);
      };
    }
    case "boolean":
      return (output, row) => {
        output.view.setInt32(output.size, 1);
        output.buffer[output.size + 4] = values[row] === true ? 1 : 0;
        output.size += 5;
      };
    case "decimal":
      return isWide(type) ? wideNumericWriter(type.scale, values) : numericWriter(type.scale, values);
    case "real":
      return (output, row) => {
        output.view.setInt32(output.size, 4);
        output.view.setFloat32(output.size + 4, floatAt(values, row));
        output.size += 8;
      };
    case "double":
      return (output, row) => {
        output.view.setInt32(output.size, 8);
        output.view.setFloat64(output.size + 4, floatAt(values, row));
        output.size += 12;
      };
    default:
      return (output, row) => {
        const bytes: unknown = values[row];
        if (!(bytes instanceof Uint8Array))
          throw new TypeError(`row ${row} of a ${type.kind} column holds no bytes`);
        reserve(output, 4 + bytes.length + room);
        output.view.setInt32(output.size, bytes.length);
        output.buffer.set(bytes, output.size + 4);
        output.size += 4 + bytes.length;
      };
  }
}

/** A floating-point number. Earlier files of mirrored tables hold the text that PostgreSQL printed. */
function floatAt(values: DecodedArray, row: number): number {
  const value: unknown = values[row];
  const number = value instanceof Uint8Array ? parseDouble(decodeUtf8(value)) : value;
  if (typeof number !== "number")
    throw new TypeError(`row ${row} of a floating-point column holds no number`);
  return number;
}

function writeInt32(output: Output, value: number): void {
  output.view.setInt32(output.size, 4);
  output.view.setInt32(output.size + 4, value);
  output.size += 8;
}

function writeInt64(output: Output, high: number, low: number): void {
  output.view.setInt32(output.size, 8);
  output.view.setInt32(output.size + 4, high);
  output.view.setInt32(output.size + 8, low);
  output.size += 12;
}

/** 32-bit values; NULL is 0. */
function numbersOf(values: DecodedArray): Int32Array {
  if (values instanceof Int32Array) return values;
  const numbers = new Int32Array(values.length);
  for (let row = 0; row < numbers.length; row++) {
    const value: unknown = values[row];
    if (typeof value === "number") numbers[row] = value;
  }
  return numbers;
}

/** 64-bit values as 32-bit halves, the low half first, so that reading makes no BigInt. NULL is 0. */
function wordsOf(values: DecodedArray): Int32Array {
  if (values instanceof BigInt64Array)
    return new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  const wide = new BigInt64Array(values.length);
  for (let row = 0; row < wide.length; row++) {
    const value: unknown = values[row];
    if (typeof value === "bigint") wide[row] = value;
  }
  return new Int32Array(wide.buffer);
}

const NUMERIC_BASE = 10_000;
const NEGATIVE = 0x4000;

/** Unscaled decimals as PostgreSQL's numeric: digits in base 10,000, grouped from the decimal point. */
function numericWriter(scale: number, values: DecodedArray): WriteValue {
  const words = wordsOf(values);
  const groups = fractionGroups(scale);
  const digits: number[] = [];
  return (output, row) => {
    const high = wordAt(words, row * 2 + 1);
    const low = wordAt(words, row * 2) >>> 0;
    digits.length = 0;
    const shifted = Math.abs(high * TWO_32 + low) * groups.shift;
    if (high >= -EXACT_HIGH && high < EXACT_HIGH && shifted <= Number.MAX_SAFE_INTEGER) {
      for (let rest = shifted; rest > 0; rest = Math.floor(rest / NUMERIC_BASE))
        digits.push(rest % NUMERIC_BASE);
    } else pushDigits(digits, ((BigInt(high) << 32n) | BigInt(low)) * BigInt(groups.shift));
    writeNumeric(output, { digits, isNegative: high < 0, scale, groups: groups.count });
  };
}

/** The same for decimals of 128 bits, the highest byte first. */
function wideNumericWriter(scale: number, values: DecodedArray): WriteValue {
  const groups = fractionGroups(scale);
  const digits: number[] = [];
  return (output, row) => {
    const bytes: unknown = values[row];
    if (!(bytes instanceof Uint8Array))
      throw new TypeError(`row ${row} of a wide decimal column holds no bytes`);
    const unscaled = wideValue(bytes);
    digits.length = 0;
    pushDigits(digits, unscaled * BigInt(groups.shift));
    writeNumeric(output, { digits, isNegative: unscaled < 0n, scale, groups: groups.count });
  };
}

/** How many groups of four digits the fraction takes, and the factor that fills the last group. */
function fractionGroups(scale: number): { readonly count: number; readonly shift: number } {
  const count = Math.ceil(scale / 4);
  return { count, shift: 10 ** (count * 4 - scale) };
}

/** The digits of a number without its sign, the lowest first. */
function pushDigits(digits: number[], value: bigint): void {
  for (let rest = value < 0n ? -value : value; rest > 0n; rest /= BigInt(NUMERIC_BASE))
    digits.push(Number(rest % BigInt(NUMERIC_BASE)));
}

/** Writes a numeric (PostgreSQL, numeric_send): its digits, the lowest first; `groups` of them are the fraction. */
function writeNumeric(
  output: Output,
  value: {
    readonly digits: readonly number[];
    readonly isNegative: boolean;
    readonly scale: number;
    readonly groups: number;
  },
): void {
  const { digits, isNegative, scale, groups } = value;
  const { view, size } = output;
  view.setInt32(size, 8 + digits.length * 2);
  view.setInt16(size + 4, digits.length);
  view.setInt16(size + 6, digits.length - groups - 1);
  view.setUint16(size + 8, isNegative ? NEGATIVE : 0);
  view.setInt16(size + 10, scale);
  let position = size + 12;
  for (let index = digits.length - 1; index >= 0; index--, position += 2)
    view.setInt16(position, at(digits, index));
  output.size = position;
}
