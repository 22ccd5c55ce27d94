import type { Data } from "apache-arrow";
import { isValid } from "../formats/columnar/arrow";
import { valueReader, type Value } from "../formats/columnar/read";
import { isWide, type ColumnType } from "../model/types";
import { TWO_32 } from "../formats/int64";

/**
 * The key of a row, of one or several columns. Two keys of one table compare with `<`, and equal keys are one entry of
 * a Map.
 *
 * A single integer, day, time or decimal is a number, and a bigint only when a number would not be exact, because an
 * `integer` may refer to a `bigint`. A single text is itself. Every other key is a string of *parts*, one for each
 * column, which sorts like its columns.
 */
export type RowKey = number | bigint | string;

/** The form of a column's value as a part of a key. Columns that refer to each other have the same form. */
type PartForm = "number" | "wide" | "text";

function formOf(type: ColumnType): PartForm {
  switch (type.kind) {
    case "text":
      return "text";
    case "decimal":
      return isWide(type) ? "wide" : "number";
    default:
      return "number";
  }
}

/** Maps the order of signed numbers to that of unsigned numbers. */
const SIGN = 0x8000;
/** No text of PostgreSQL contains this character. It ends a text, so that a prefix sorts before the longer text. */
const END = "\u0000";

const unit = (bits: bigint, shift: bigint): number => Number((bits >> shift) & 0xffffn);

/** Four UTF-16 code units for 64 bits, the highest first. */
function numberPart(value: number | bigint): string {
  if (typeof value === "bigint") {
    return String.fromCharCode(unit(value, 48n) ^ SIGN, unit(value, 32n), unit(value, 16n), unit(value, 0n));
  }
  const high = Math.floor(value / TWO_32);
  const low = value - high * TWO_32;
  return String.fromCharCode(
    ((high >> 16) & 0xffff) ^ SIGN,
    high & 0xffff,
    Math.floor(low / 0x10000),
    low & 0xffff,
  );
}

/** Eight UTF-16 code units for 128 bits. */
function widePart(value: number | bigint): string {
  const bits = BigInt(value);
  return numberPart(BigInt.asIntN(64, bits >> 64n)) + unsigned64(BigInt.asUintN(64, bits));
}

const unsigned64 = (bits: bigint): string =>
  String.fromCharCode(unit(bits, 48n), unit(bits, 32n), unit(bits, 16n), unit(bits, 0n));

const canonical = (value: Value): number | bigint => {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  return Number(value);
};

function part(form: PartForm, value: RowKey): string {
  if (typeof value === "string") return value + END;
  return form === "wide" ? widePart(value) : numberPart(value);
}

/** Reads the value of a key column as a key of one column. */
function singleReader(type: ColumnType, data: Data): (row: number) => RowKey {
  const read = valueReader(type, data);
  switch (type.kind) {
    case "text":
      return (row) => read(row) as string;
    case "integer":
    case "date":
      return (row) => read(row) as number;
    default:
      return (row) => canonical(read(row));
  }
}

/**
 * Reads the keys of the rows of a batch.
 * @param types the types of the key's columns, in the order of the key
 * @param columns their data
 * @returns the key of a row; undefined when one of its columns is NULL
 */
export function keyReader(
  types: readonly ColumnType[],
  columns: readonly Data[],
): (row: number) => RowKey | undefined {
  const readers = types.map((type, index) => {
    const data = columns[index];
    if (data === undefined) throw new RangeError(`a key of ${types.length} columns needs the data of each`);
    return { data, form: formOf(type), read: singleReader(type, data) };
  });
  const [only] = readers;
  if (only !== undefined && readers.length === 1) {
    const { data, read } = only;
    return data.nullCount === 0 ? read : (row) => (isValid(data, row) ? read(row) : undefined);
  }
  return (row) => {
    let key = "";
    for (const { data, form, read } of readers) {
      if (!isValid(data, row)) return undefined;
      key += part(form, read(row));
    }
    return key;
  };
}

/** The parts of a key as the beginning of a key of more columns: `asParts` of (1) begins that of (1, 'a'). */
export function asParts(types: readonly ColumnType[], key: RowKey): string {
  const [only] = types;
  if (only === undefined || types.length > 1) return String(key);
  return part(formOf(only), key);
}

/** Reads the keys of the rows of a batch as parts, for any number of columns. */
export function partsReader(
  types: readonly ColumnType[],
  columns: readonly Data[],
): (row: number) => string | undefined {
  const read = keyReader(types, columns);
  if (types.length > 1) return read as (row: number) => string | undefined;
  return (row) => {
    const key = read(row);
    return key === undefined ? undefined : asParts(types, key);
  };
}

/** Compares two keys of one table. */
export const compareKeys = (a: RowKey, b: RowKey): number => (a < b ? -1 : a > b ? 1 : 0);

/** The first index in sorted keys whose key is not less than `key`. */
export function lowerBound(keys: readonly RowKey[], key: RowKey, from = 0): number {
  let low = from;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = keys[middle];
    if (at !== undefined && at < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first index in sorted keys whose key is greater than `key`. */
export function upperBound(keys: readonly RowKey[], key: RowKey, from = 0): number {
  const place = lowerBound(keys, key, from);
  return keys[place] === key ? place + 1 : place;
}
