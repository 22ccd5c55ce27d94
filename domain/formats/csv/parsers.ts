import { bigint, timestamptz, truncated, type ColumnType, type Kind } from "../../model/types";
import {
  inUtc,
  parseBigint,
  parseBoolean,
  parseDate,
  parseDecimal,
  parseInteger,
  parseTime,
  parseTimestamp,
  truncating,
  type Parse,
} from "./values";

const PARSERS: Partial<Record<Kind, Parse>> = {
  integer: parseInteger,
  boolean: parseBoolean,
  date: parseDate,
  time: parseTime,
  timestamp: parseTimestamp,
  timestamptz: inUtc(parseTimestamp),
};

const truncatedTime = truncating(parseTime, "HH:MM:SS".length);
const truncatedTimestamp = truncating(parseTimestamp, "YYYY-MM-DD HH:MM:SS".length);
const TRUNCATING: Partial<Record<Kind, Parse>> = {
  time: truncatedTime,
  timestamp: truncatedTimestamp,
  timestamptz: inUtc(truncatedTimestamp),
};

/** What decodes the values of a column; undefined for a type whose values are no numbers. */
export const parserOf = (type: ColumnType): Parse | undefined =>
  ("truncated" in type ? TRUNCATING : PARSERS)[type.kind];

type ParseExact = (bytes: Uint8Array, start: number, end: number) => number | bigint | undefined;

/** What decodes the values of a column that a number cannot hold, all of them; undefined for any other type. */
export function exactParserOf(type: ColumnType): ParseExact | undefined {
  if (type.kind === "bigint") return parseBigint;
  if (type.kind !== "decimal") return undefined;
  const { precision, scale } = type;
  return (bytes, start, end) => parseDecimal(bytes, { start, end, precision, scale });
}

const WHOLE = /^-?\d+$/;
const INFINITE = /^-?infinity$/;
const ZONE = /:\d\d(\.\d+)?[+-]\d\d(:\d\d){0,2}$/;

/** Why a value is none of a type, and what to do, as the end of a sentence; empty where its text says enough. */
export function misfit(type: ColumnType, value: string): string {
  switch (type.kind) {
    case "integer":
      return WHOLE.test(value) && fits(bigint, value)
        ? ": it needs 64 bits; declare the column as bigint"
        : "";
    case "date":
    case "time":
    case "timestamp":
    case "timestamptz":
      if (INFINITE.test(value))
        return ": it is infinite; set it to NULL in the source, or declare the column as text";
      if (type.kind !== "date" && fits(truncated(type), value))
        return `: it is finer than a millisecond; declare the column as truncated(${type.kind}) to leave out what is finer`;
      if (type.kind === "timestamp" && fits(truncated(timestamptz), value))
        return ": it has a time zone; declare the column as timestamptz";
      return ZONE.test(value) ? ": its time zone is not UTC; declare the column as text" : "";
    default:
      return "";
  }
}

function fits(type: ColumnType, text: string): boolean {
  const bytes = new TextEncoder().encode(text);
  const value = (parserOf(type) ?? exactParserOf(type))?.(bytes, 0, bytes.length);
  return value !== undefined && !Number.isNaN(value);
}
