import { decodeUtf8 } from "../utf8";
import { parseBigint, parseBoolean, parseDecimal, parseInteger, type Parse, type ParseExact } from "./values";

/**
 * Decodes values that another type than the column's printed, if the contract accepts that type: `10.00` is a whole
 * number, `1e+06` one million, `true` a boolean. The decoder of the column's type is tried first.
 */

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d{1,3}))?$/i;

/** A number times 10^`scale`; undefined when the text is not a number, or the product is not whole. */
function scaled(text: string, scale: number): bigint | undefined {
  const [, sign, whole, fraction = "", exponent = "0"] = NUMBER.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const digits = BigInt(whole + fraction);
  const power = Number(exponent) - fraction.length + scale;
  const divisor = 10n ** BigInt(Math.max(-power, 0));
  if (digits % divisor !== 0n) return undefined;
  const value = (digits / divisor) * 10n ** BigInt(Math.max(power, 0));
  return sign === "-" ? -value : value;
}

const textOf = (bytes: Uint8Array, start: number, end: number): string =>
  decodeUtf8(bytes.subarray(start, end));

/** A whole number that fits 32 bits. */
export const readInteger: Parse = (bytes, start, end) => {
  const own = parseInteger(bytes, start, end);
  if (!Number.isNaN(own)) return own;
  const value = scaled(textOf(bytes, start, end), 0);
  return value === undefined || value !== BigInt.asIntN(32, value) ? NaN : Number(value);
};

/** A whole number that fits 64 bits. */
export const readBigint: ParseExact = (bytes, start, end) => {
  const own = parseBigint(bytes, start, end);
  if (own !== undefined) return own;
  const value = scaled(textOf(bytes, start, end), 0);
  return value === undefined || value !== BigInt.asIntN(64, value) ? undefined : value;
};

/** A decimal number of at most `precision` digits with `scale` digits in the fraction, as its unscaled value. */
export const decimalReader = (precision: number, scale: number): ParseExact => {
  const limit = 10n ** BigInt(precision);
  return (bytes, start, end) => {
    const own = parseDecimal(bytes, { start, end, precision, scale });
    if (own !== undefined) return own;
    const value = scaled(textOf(bytes, start, end), scale);
    return value === undefined || value >= limit || value <= -limit ? undefined : value;
  };
};

/** 't' or 'f', 'true' or 'false', as 1 or 0. */
export const readBoolean: Parse = (bytes, start, end) => {
  const own = parseBoolean(bytes, start, end);
  if (!Number.isNaN(own)) return own;
  const text = textOf(bytes, start, end);
  return text === "true" ? 1 : text === "false" ? 0 : NaN;
};
