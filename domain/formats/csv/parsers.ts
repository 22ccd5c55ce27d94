import { bigint, timestamptz, type ClockType, type ColumnType, type Kind } from "../../model/types";
import { parseDouble, parseReal } from "../floats";
import { decodeUtf8 } from "../utf8";
import { momentParser, parseAnyDate, parseTime, parseTruncatedTime } from "./moments";
import { decimalReader, readBigint, readBoolean, readInteger } from "./other-numbers";
import type { Parse, ParseExact } from "./values";

const PARSERS: Partial<Record<Kind, Parse>> = {
  integer: readInteger,
  boolean: readBoolean,
  date: parseAnyDate,
  time: parseTime,
};

/** The decoder of a type whose values are exact as numbers; undefined for any other type. */
export const parserOf = (type: ColumnType): Parse | undefined =>
  type.kind === "time" && type.truncated === true ? parseTruncatedTime : PARSERS[type.kind];

/** The decoder of a type some of whose values are not exact as numbers; undefined for any other type. */
export function exactParserOf(type: ColumnType): ParseExact | undefined {
  switch (type.kind) {
    case "bigint":
      return readBigint;
    case "timestamp":
    case "timestamptz":
      return momentParser({ zoned: type.kind === "timestamptz", truncated: type.truncated === true });
    case "decimal":
      return decimalReader(type.precision, type.scale);
    case "real":
      return (bytes, start, end) => parseReal(decodeUtf8(bytes.subarray(start, end)));
    case "double":
      return (bytes, start, end) => parseDouble(decodeUtf8(bytes.subarray(start, end)));
    default:
      return undefined;
  }
}

const NOT_FINITE = /^(NaN|-?Infinity)$/;
const INFINITE = /^-?infinity$/;
const MIDNIGHT = /(^| )24:00:00(\.0+)?([+-]|$)/;
const ZONE = /:\d\d(\.\d+)?[+-]\d\d(:\d\d){0,2}( BC)?$/;
const FINER = /:\d\d\.\d{7,}/;
const YEAR = /^(\d{6,})-/;

/** Why a value does not fit a type, with the remedy, as the end of a sentence; empty when the value explains itself. */
export function misfit(type: ColumnType, value: string): string {
  switch (type.kind) {
    case "integer":
      return fits(bigint, value) ? ": it needs 64 bits; declare the column as bigint" : numberMisfit(value);
    case "bigint":
    case "decimal":
      return numberMisfit(value);
    case "date":
    case "time":
    case "timestamp":
    case "timestamptz":
      return momentMisfit(type.kind, value);
    default:
      return "";
  }
}

const numberMisfit = (value: string): string =>
  NOT_FINITE.test(value)
    ? ": it is not a finite number; set it to NULL in the source, or declare the column as text"
    : "";

function momentMisfit(kind: ClockType["kind"] | "date", value: string): string {
  if (INFINITE.test(value))
    return ": it is infinite; set it to NULL in the source, or declare the column as text";
  if (MIDNIGHT.test(value))
    return ": a time of day must be before 24:00:00; set it to 00:00:00 in the source, or declare the column as text";
  if (FINER.test(value))
    return ": it has more than six digits after the second; round it in the source, or declare the column as text";
  if (kind === "timestamp" && fits(timestamptz, value))
    return ": it has a time zone; declare the column as timestamptz";
  if (ZONE.test(value)) return ": its time zone is not UTC; declare the column as text";
  return YEAR.test(value)
    ? ": it is after the year 294246; set it to NULL in the source, or declare the column as text"
    : "";
}

function fits(type: ColumnType, text: string): boolean {
  const bytes = new TextEncoder().encode(text);
  const value = (parserOf(type) ?? exactParserOf(type))?.(bytes, 0, bytes.length);
  return value !== undefined && !Number.isNaN(value);
}
