import { byteAt } from "../at";

/**
 * Decodes one field from its bytes. Each decoder returns NaN (or undefined) for a text that is not a value of the type.
 */

/** Decodes a value to a number; NaN when the text does not fit. */
export type Parse = (bytes: Uint8Array, start: number, end: number) => number;

/** Decodes a value to a number, or to a bigint when a number is not exact; undefined when the text does not fit. */
export type ParseExact = (bytes: Uint8Array, start: number, end: number) => number | bigint | undefined;

const MINUS = 0x2d;
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
    const byte = byteAt(bytes, position);
    if (byte < ZERO || byte > NINE) return NaN;
    value = value * 10 + (byte - ZERO);
  }
  if (negative) value = -value;
  return value > MAX_INT32 || value < -MAX_INT32 - 1 ? NaN : value;
}

/** `count` digits as a number; NaN where a byte is not a digit. */
export function digits(bytes: Uint8Array, start: number, count: number): number {
  let value = 0;
  for (let position = start; position < start + count; position++) {
    const byte = byteAt(bytes, position);
    if (byte < ZERO || byte > NINE) return NaN;
    value = value * 10 + (byte - ZERO);
  }
  return value;
}

/** 't' or 'f', as 1 or 0. */
export function parseBoolean(bytes: Uint8Array, start: number, end: number): number {
  if (end - start !== 1) return NaN;
  if (bytes[start] === 0x74) return 1;
  return bytes[start] === 0x66 ? 0 : NaN;
}

/**
 * A decimal number as its unscaled value: '12.5' with scale 2 is 1250.
 * @returns a number when that is exact, a bigint beyond 15 digits, undefined when the text is not a number or has more
 *   digits than `precision` and `scale` allow
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
    const byte = byteAt(bytes, position);
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
  // Two groups of nine digits are each exact as numbers.
  if (significant > 18) {
    const all = [...bytes.subarray(range.start, end)].filter((byte) => byte >= ZERO && byte <= NINE);
    const kept = all.slice(0, places < 0 ? all.length : all.length - Math.max(places - scale, 0));
    const value = BigInt(String.fromCharCode(...kept)) * 10n ** BigInt(missing);
    return negative ? -value : value;
  }
  if (significant + missing <= 15) {
    const value = (high * 10 ** lowDigits + low) * 10 ** missing;
    return negative && value !== 0 ? -value : value;
  }
  const value = (BigInt(high) * 10n ** BigInt(lowDigits) + BigInt(low)) * 10n ** BigInt(missing);
  return negative ? -value : value;
}

/** A whole number that fits 64 bits; a bigint beyond 15 digits, undefined where the text does not fit. */
export function parseBigint(bytes: Uint8Array, start: number, end: number): number | bigint | undefined {
  const value = parseDecimal(bytes, { start, end, precision: 19, scale: 0 });
  return typeof value === "bigint" && value !== BigInt.asIntN(64, value) ? undefined : value;
}
