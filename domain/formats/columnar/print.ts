import type { Data } from "apache-arrow";
import type { ColumnType } from "../../model/types";
import { dayOfMoment, timeOfMoment } from "../csv/moments";
import { printedReal, printedDouble } from "../floats";
import { valueReader } from "./read";

/**
 * Reads a column row by row as the texts that PostgreSQL prints (DateStyle ISO, in UTC). The caller checks validity.
 */
export function printerOf(type: ColumnType, data: Data): (row: number) => string {
  const read = valueReader(type, data);
  switch (type.kind) {
    case "boolean":
      return (row) => (read(row) === true ? "t" : "f");
    case "date":
      return (row) => printedDay(Number(read(row)), "");
    case "time":
      return (row) => printedTime(Number(read(row)));
    case "timestamp":
      return (row) => printedMoment(read(row) as number | bigint, "");
    case "timestamptz":
      return (row) => printedMoment(read(row) as number | bigint, "+00");
    case "decimal":
      return (row) => printedDecimal(read(row) as bigint, type.scale);
    case "real":
      return (row) => printedReal(Number(read(row)));
    case "double":
      return (row) => printedDouble(Number(read(row)));
    default:
      return (row) => String(read(row));
  }
}

const DAYS_IN_ERA = 146_097;
const two = (value: number): string => String(value).padStart(2, "0");

/**
 * A day since 1970-01-01, followed by `rest` and the era. Algorithm: Howard Hinnant, "chrono-Compatible Low-Level Date
 * Algorithms", civil_from_days.
 */
function printedDay(day: number, rest: string): string {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / DAYS_IN_ERA);
  const dayOfEra = shifted - era * DAYS_IN_ERA;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const place = Math.floor((5 * dayOfYear + 2) / 153);
  const dayOfMonth = dayOfYear - Math.floor((153 * place + 2) / 5) + 1;
  const month = place < 10 ? place + 3 : place - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const printed = String(year > 0 ? year : 1 - year).padStart(4, "0");
  return `${printed}-${two(month)}-${two(dayOfMonth)}${rest}${year > 0 ? "" : " BC"}`;
}

/** Microseconds of a day; like PostgreSQL, without trailing zeros of the second. */
function printedTime(microseconds: number): string {
  const seconds = Math.floor(microseconds / 1_000_000);
  const fraction = String(microseconds - seconds * 1_000_000)
    .padStart(6, "0")
    .replace(/0+$/, "");
  const minutes = Math.floor(seconds / 60);
  const whole = `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two(seconds % 60)}`;
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

const printedMoment = (moment: number | bigint, zone: string): string =>
  printedDay(dayOfMoment(moment), ` ${printedTime(timeOfMoment(moment))}${zone}`);

/** An unscaled decimal as text. */
function printedDecimal(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  const point = scale === 0 ? "" : `.${digits.slice(digits.length - scale)}`;
  return `${unscaled < 0n ? "-" : ""}${digits.slice(0, digits.length - scale)}${point}`;
}
