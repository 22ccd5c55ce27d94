/**
 * Decodes one field from its bytes. Each decoder returns NaN (or undefined) for a text that is no
 * value of the type.
 */

/** A whole number that a value is decoded to; NaN where it is none. */
export type Parse = (bytes: Uint8Array, start: number, end: number) => number;

const MINUS = 0x2d;
const PLUS = 0x2b;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const MAX_INT32 = 2147483647;

/** A whole number that fits 32 bits. */
export function parseInteger(bytes: Uint8Array, start: number, end: number): number {
  let position = start;
  const negative = bytes[position] === MINUS;
  if (negative) position++;
  if (position >= end || end - position > 10) return NaN;
  let value = 0;
  for (; position < end; position++) {
    const byte = bytes[position] ?? 0;
    if (byte < ZERO || byte > NINE) return NaN;
    value = value * 10 + (byte - ZERO);
  }
  if (negative) value = -value;
  return value > MAX_INT32 || value < -MAX_INT32 - 1 ? NaN : value;
}

/** `count` digits as a number. */
function digits(bytes: Uint8Array, start: number, count: number): number {
  let value = 0;
  for (let position = start; position < start + count; position++) {
    const byte = bytes[position] ?? 0;
    if (byte < ZERO || byte > NINE) return NaN;
    value = value * 10 + (byte - ZERO);
  }
  return value;
}

const DAYS_IN_MONTH = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Days since 1970-01-01 in the proleptic Gregorian calendar; NaN for a day that does not exist.
 * Algorithm: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
 */
export function daysFromCivil(year: number, month: number, day: number): number {
  const longest = DAYS_IN_MONTH[month] ?? 0;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (day < 1 || day > longest || (month === 2 && day === 29 && !leap) || !(year >= 1)) return NaN;
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146097 + dayOfEra - 719468;
}

/** 'YYYY-MM-DD' as days since 1970-01-01. */
export function parseDate(bytes: Uint8Array, start: number, end: number): number {
  if (end - start !== 10 || bytes[start + 4] !== MINUS || bytes[start + 7] !== MINUS) return NaN;
  return daysFromCivil(digits(bytes, start, 4), digits(bytes, start + 5, 2), digits(bytes, start + 8, 2));
}

const COLON = 0x3a;
const SPACE = 0x20;

/** 'HH:MM:SS[.fff]' as milliseconds of the day; a finer fraction than milliseconds is no value. */
export function parseTime(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 8 || bytes[start + 2] !== COLON || bytes[start + 5] !== COLON) return NaN;
  const hours = digits(bytes, start, 2);
  const minutes = digits(bytes, start + 3, 2);
  const seconds = digits(bytes, start + 6, 2);
  let milliseconds = 0;
  if (end > start + 8) {
    const places = end - start - 9;
    if (bytes[start + 8] !== DOT || places < 1 || places > 3) return NaN;
    milliseconds = digits(bytes, start + 9, places) * 10 ** (3 - places);
  }
  return hours > 23 || minutes > 59 || seconds > 59
    ? NaN
    : ((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds;
}

export const DAY_IN_MS = 86_400_000;

/** 'YYYY-MM-DD HH:MM:SS[.fff]' (DateStyle ISO) as milliseconds since 1970-01-01 00:00:00. */
export function parseTimestamp(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start + 10] !== SPACE) return NaN;
  return parseDate(bytes, start, start + 10) * DAY_IN_MS + parseTime(bytes, start + 11, end);
}

/** A timestamp with a time zone, as it is printed where that is UTC: '+00' behind it, which may be missing. */
export const inUtc =
  (parse: Parse): Parse =>
  (bytes, start, end) => {
    const zoned = bytes[end - 3] === PLUS && bytes[end - 2] === ZERO && bytes[end - 1] === ZERO;
    return parse(bytes, start, zoned ? end - 3 : end);
  };

/** Leaves out the places of a second behind the third, of six at most. @param size bytes before the point */
export const truncating =
  (parse: Parse, size: number): Parse =>
  (bytes, start, end) => {
    const third = start + size + 4;
    const finer = end - third;
    const cut = finer > 0 && finer <= 3 && !Number.isNaN(digits(bytes, third, finer));
    return parse(bytes, start, cut ? third : end);
  };

/** 't' or 'f', as 1 or 0. */
export function parseBoolean(bytes: Uint8Array, start: number, end: number): number {
  if (end - start !== 1) return NaN;
  if (bytes[start] === 0x74) return 1;
  return bytes[start] === 0x66 ? 0 : NaN;
}

/**
 * A decimal number as its unscaled value: '12.5' with scale 2 is 1250.
 * @returns a number where it is exact, a bigint beyond 15 digits, undefined where it is no number
 *   or has more digits than `precision` and `scale` allow
 */
export function parseDecimal(
  bytes: Uint8Array,
  range: { start: number; end: number; precision: number; scale: number },
): number | bigint | undefined {
  const { end, precision, scale } = range;
  let position = range.start;
  const negative = bytes[position] === MINUS;
  if (negative) position++;
  let high = 0;
  let low = 0;
  let lowDigits = 0;
  let significant = 0;
  let places = -1;
  if (position >= end || (position === end - 1 && bytes[position] === DOT)) return undefined;
  for (; position < end; position++) {
    const byte = bytes[position] ?? 0;
    if (byte === DOT && places < 0) {
      places = 0;
      continue;
    }
    if (byte < ZERO || byte > NINE) return undefined;
    if (places >= 0 && ++places > scale) {
      if (byte !== ZERO) return undefined;
      continue;
    }
    if (significant > 0 || byte !== ZERO) significant++;
    if (significant > precision) return undefined;
    if (significant <= 9) high = high * 10 + (byte - ZERO);
    else {
      low = low * 10 + (byte - ZERO);
      lowDigits++;
    }
  }
  const missing = scale - Math.min(Math.max(places, 0), scale);
  if (significant > 0 && significant + missing > precision) return undefined;
  if (significant + missing <= 15) {
    const value = (high * 10 ** lowDigits + low) * 10 ** missing;
    return negative && value !== 0 ? -value : value;
  }
  const value = (BigInt(high) * 10n ** BigInt(lowDigits) + BigInt(low)) * 10n ** BigInt(missing);
  return negative ? -value : value;
}

/** A whole number that fits 64 bits; a bigint beyond 15 digits, undefined where it is none. */
export function parseBigint(bytes: Uint8Array, start: number, end: number): number | bigint | undefined {
  const value = parseDecimal(bytes, { start, end, precision: 19, scale: 0 });
  return typeof value === "bigint" && value !== BigInt.asIntN(64, value) ? undefined : value;
}
