import type { ColumnType, Kind } from "../../model/types";
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
