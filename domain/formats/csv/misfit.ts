import { bigint, timestamptz, typeName, type ClockType, type ColumnType } from "../../model/types";
import { quote } from "../../transform/rejection";
import { oddElement } from "../printed/fits";
import { exactParserOf, parserOf } from "./parsers";

const NOT_FINITE = /^(NaN|-?Infinity)$/;
const INFINITE = /^-?infinity$/;
const INFINITE_REMEDY = ": it is infinite; set it to NULL in the source, or declare the column as text";
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
    case "interval":
      return INFINITE.test(value) ? INFINITE_REMEDY : "";
    case "array":
      return elementMisfit(type.element, value);
    case "date":
    case "time":
    case "timestamp":
    case "timestamptz":
      return momentMisfit(type.kind, value);
    default:
      return "";
  }
}

/** Why an element of an array does not fit; empty when the text is not an array. */
function elementMisfit(element: ColumnType, value: string): string {
  const odd = oddElement(element, value);
  if (odd === undefined) return "";
  return `: its element ${quote(odd)} is not a valid ${typeName(element)}${misfit(element, odd)}`;
}

const numberMisfit = (value: string): string =>
  NOT_FINITE.test(value)
    ? ": it is not a finite number; set it to NULL in the source, or declare the column as text"
    : "";

function momentMisfit(kind: ClockType["kind"] | "date", value: string): string {
  if (INFINITE.test(value)) return INFINITE_REMEDY;
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
