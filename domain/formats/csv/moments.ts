import { at } from "../at";
import { digits, type Parse, type ParseExact } from "./values";

/**
 * Decodes dates and times as PostgreSQL prints them with `DateStyle` ISO (PostgreSQL manual, "Date/Time Output"): the
 * year has four or more digits, and ' BC' follows a moment before the year 1.
 */

const DOT = 0x2e;
const MINUS = 0x2d;
const PLUS = 0x2b;
const COLON = 0x3a;
const SPACE = 0x20;
const ZERO = 0x30;
const B = 0x42;
const C = 0x43;

export const DAY_IN_MS = 86_400_000;
/** Exact as a number, like any time of day in microseconds. */
const DAY_IN_US = 86_400_000_000;

const DAYS_IN_MONTH = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Days since 1970-01-01 in the proleptic Gregorian calendar; NaN for a day that does not exist. The year 0 is 1 BC.
 * Algorithm: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
 */
export function daysFromCivil(year: number, month: number, day: number): number {
  const longest = DAYS_IN_MONTH[month] ?? 0;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (day < 1 || day > longest || (month === 2 && day === 29 && !leap) || Number.isNaN(year)) return NaN;
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146097 + dayOfEra - 719468;
}

/** 'YYYY-MM-DD', of the years 1 to 9999, as days since 1970-01-01. */
export const parseDate: Parse = (bytes, start, end) =>
  end - start === 10 ? dayOf(bytes, { start, end, isBeforeChrist: false }) : NaN;

/** Any date except 'infinity' and '-infinity', as days since 1970-01-01: '0044-03-15 BC', '10000-01-01'. */
export function parseAnyDate(bytes: Uint8Array, start: number, end: number): number {
  if (end - start === 10) return parseDate(bytes, start, end);
  const isBeforeChrist = endsWithBc(bytes, start, end);
  return dayOf(bytes, { start, end: isBeforeChrist ? end - 3 : end, isBeforeChrist });
}

/** The day of 'Y…YYYY-MM-DD'. Years of PostgreSQL have seven digits at most. */
function dayOf(bytes: Uint8Array, day: { start: number; end: number; isBeforeChrist: boolean }): number {
  const { start, end } = day;
  const places = end - start - 6;
  if (places < 4 || places > 7 || bytes[end - 6] !== MINUS || bytes[end - 3] !== MINUS) return NaN;
  const year = digits(bytes, start, places);
  if (!(year >= 1)) return NaN;
  return daysFromCivil(
    day.isBeforeChrist ? 1 - year : year,
    digits(bytes, end - 5, 2),
    digits(bytes, end - 2, 2),
  );
}

const endsWithBc = (bytes: Uint8Array, start: number, end: number): boolean =>
  end - start > 3 && bytes[end - 1] === C && bytes[end - 2] === B && bytes[end - 3] === SPACE;

/** The factor that turns a fraction with this many digits into microseconds. */
const MICROSECONDS = [1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];

/** 'HH:MM:SS[.ffffff]' as microseconds of the day. '24:00:00' is refused. */
export function parseTime(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 8 || bytes[start + 2] !== COLON || bytes[start + 5] !== COLON) return NaN;
  const hours = digits(bytes, start, 2);
  const minutes = digits(bytes, start + 3, 2);
  const seconds = digits(bytes, start + 6, 2);
  let fraction = 0;
  if (end > start + 8) {
    const places = end - start - 9;
    if (bytes[start + 8] !== DOT || places < 1 || places > 6) return NaN;
    fraction = digits(bytes, start + 9, places) * at(MICROSECONDS, places);
  }
  return hours > 23 || minutes > 59 || seconds > 59
    ? NaN
    : ((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + fraction;
}

/** Drops the digits of a second after the third. */
const truncate = (microseconds: number): number => microseconds - (microseconds % 1000);

/** A time of day, cut to milliseconds. */
export const parseTruncatedTime: Parse = (bytes, start, end) => truncate(parseTime(bytes, start, end));

/** Within this many days of 1970, a moment in microseconds is exact as a number. */
const EXACT_DAYS = 104_248;

/** Microseconds since 1970-01-01 00:00:00; undefined when 64 bits are too few, that is, after the year 294246. */
function momentOf(day: number, time: number): number | bigint | undefined {
  if (day >= -EXACT_DAYS && day <= EXACT_DAYS) return day * DAY_IN_US + time;
  const moment = BigInt(day) * BigInt(DAY_IN_US) + BigInt(time);
  return moment === BigInt.asIntN(64, moment) ? moment : undefined;
}

/**
 * The decoder of 'YYYY-MM-DD HH:MM:SS[.ffffff]', and any other year, to microseconds since 1970-01-01 00:00:00.
 * @param zoned true for a timestamp with a time zone, printed in UTC with an optional '+00'
 * @param truncated true to cut it to milliseconds
 */
export const momentParser =
  ({ zoned, truncated }: { zoned: boolean; truncated: boolean }): ParseExact =>
  (bytes, start, end) => {
    const isBeforeChrist = endsWithBc(bytes, start, end);
    let stop = isBeforeChrist ? end - 3 : end;
    if (zoned && bytes[stop - 3] === PLUS && bytes[stop - 2] === ZERO && bytes[stop - 1] === ZERO) stop -= 3;
    const space = bytes[start + 10] === SPACE ? start + 10 : bytes.indexOf(SPACE, start);
    if (space < start || space >= stop) return undefined;
    const day = dayOf(bytes, { start, end: space, isBeforeChrist });
    const time = parseTime(bytes, space + 1, stop);
    return Number.isNaN(day) || Number.isNaN(time)
      ? undefined
      : momentOf(day, truncated ? truncate(time) : time);
  };

/** The day of a moment, since 1970-01-01. */
export function dayOfMoment(moment: number | bigint): number {
  if (typeof moment === "bigint") {
    const day = moment / BigInt(DAY_IN_US);
    return Number(day * BigInt(DAY_IN_US) > moment ? day - 1n : day);
  }
  return Math.floor(moment / DAY_IN_US);
}

/** The microseconds of a moment since the beginning of its day. */
export function timeOfMoment(moment: number | bigint): number {
  const day = dayOfMoment(moment);
  return typeof moment === "bigint"
    ? Number(moment - BigInt(day) * BigInt(DAY_IN_US))
    : moment - day * DAY_IN_US;
}
