import type { ColumnType, PrintedType } from "../../model/types";
import { momentParser, parseAnyDate, parseTime } from "../csv/moments";
import { parseBigint, parseBoolean, parseDecimal, parseInteger } from "../csv/values";
import { parseDouble, parseReal } from "../floats";
import { parseBytes } from "../hex";
import { readArray } from "./array";
import { isInterval } from "./interval";
import { isJson, isJsonb } from "./json";

/**
 * True if every supported PostgreSQL reads the text as a value of the type. The text stays as it is, and the warehouse
 * reads it.
 */
export function fitsPrinted(type: PrintedType, text: string): boolean {
  switch (type.kind) {
    case "json":
      return isJson(text);
    case "jsonb":
      return isJsonb(text);
    case "interval":
      return isInterval(text);
    case "array":
      return arrayFits(type.element, text);
  }
}

const encoder = new TextEncoder();

/** True if the text is what PostgreSQL prints of a value of the type. */
function fits(type: ColumnType, text: string): boolean {
  const bytes = encoder.encode(text);
  const end = bytes.length;
  switch (type.kind) {
    case "text":
      return true;
    case "integer":
      return !Number.isNaN(parseInteger(bytes, 0, end));
    case "bigint":
      return !text.includes(".") && parseBigint(bytes, 0, end) !== undefined;
    case "boolean":
      return !Number.isNaN(parseBoolean(bytes, 0, end));
    case "date":
      return !Number.isNaN(parseAnyDate(bytes, 0, end));
    case "time":
      return !Number.isNaN(parseTime(bytes, 0, end));
    case "timestamp":
    case "timestamptz":
      return (
        momentParser({ zoned: type.kind === "timestamptz", truncated: false })(bytes, 0, end) !== undefined
      );
    case "decimal":
      return hasScale(text, type.scale) && parseDecimal(bytes, { start: 0, end, ...type }) !== undefined;
    case "real":
      return isNumberOf(text, parseReal(text));
    case "double":
      return isNumberOf(text, parseDouble(text));
    case "bytea":
      return parseBytes(bytes, 0, end) !== undefined;
    default:
      return fitsPrinted(type, text);
  }
}

/** PostgreSQL prints all digits of the scale. */
const hasScale = (text: string, scale: number): boolean => (text.split(".")[1] ?? "").length === scale;

/** PostgreSQL refuses a number other than 0 that is too small. */
const isNumberOf = (text: string, value: number | undefined): boolean =>
  value !== undefined && (value !== 0 || !/^[^e]*[1-9]/i.test(text));

function arrayFits(element: ColumnType, text: string): boolean {
  let all = true;
  return readArray(text, (one) => (all &&= one === null || fits(element, one))) && all;
}

/** The first element of an array that does not fit; undefined when the text is not an array. */
export function oddElement(element: ColumnType, text: string): string | undefined {
  let odd: string | undefined;
  const isArray = readArray(text, (one) => {
    if (odd === undefined && one !== null && !fits(element, one)) odd = one;
  });
  return isArray ? odd : undefined;
}
