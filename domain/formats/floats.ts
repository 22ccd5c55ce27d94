/**
 * Floating-point numbers as PostgreSQL prints and reads them with `extra_float_digits` 1 (PostgreSQL manual,
 * "Floating-Point Types"): the fewest digits that give back the same number.
 */

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const NOT_FINITE: Readonly<Record<string, number>> = {
  NaN,
  Infinity,
  "-Infinity": -Infinity,
};

/** A number of 64 bits; undefined when the text is not a number, or too large. */
export function parseDouble(text: string): number | undefined {
  if (Object.hasOwn(NOT_FINITE, text)) return NOT_FINITE[text];
  if (!NUMBER.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** A number of 32 bits; undefined when the text is not a number, or too large. */
export function parseReal(text: string): number | undefined {
  const value = parseDouble(text);
  return value === undefined ? undefined : toReal(value);
}

/** The nearest number of 32 bits; undefined when a finite number is too large. */
export function toReal(value: number): number | undefined {
  const near = Math.fround(value);
  return Number.isFinite(near) || !Number.isFinite(value) ? near : undefined;
}

export function printedDouble(value: number): string {
  const size = Math.abs(value);
  let exponential = size.toExponential();
  while (Number.isFinite(size) && isHalfway(exponential, size))
    exponential = size.toExponential(digitsOf(exponential));
  return printed(value, { exponential, widest: 15 });
}

/** The digits of a number as `toExponential` writes it. */
const digitsOf = (exponential: string): number => exponential.replace(/e.*|\./g, "").length;

/**
 * True if a text lies halfway between two adjacent numbers of 64 bits. PostgreSQL then prints one more digit. Below
 * 2^53, such a text has more digits than any printed text.
 */
function isHalfway(exponential: string, size: number): boolean {
  if (size < 2 ** 53) return false;
  const [mantissa = "", power = "0"] = exponential.split("e");
  const digits = mantissa.replace(".", "");
  const text = BigInt(digits) * 10n ** BigInt(Math.max(Number(power) - digits.length + 1, 0));
  const next = BigInt(size) + 2n * (text - BigInt(size));
  return text !== BigInt(size) && BigInt(Number(next)) === next;
}

/** @param value a number of 32 bits */
export function printedReal(value: number): string {
  const size = Math.abs(value);
  let digits = 0;
  let exponential = size.toExponential(digits);
  while (Number.isFinite(size) && !isNearest(Number(exponential), size))
    exponential = size.toExponential(++digits);
  return printed(value, { exponential: roundedToEven(size, exponential, digits), widest: 6 });
}

/**
 * True if a number is nearer to one 32-bit number than to any other. PostgreSQL prints no text halfway between two of
 * them.
 */
function isNearest(value: number, size: number): boolean {
  const next = size + 2 * (value - size);
  return Math.fround(value) === size && (value === size || Math.fround(next) !== next);
}

/** Rounds half of the last digit to the even digit, like PostgreSQL; `toExponential` rounds it up. */
function roundedToEven(size: number, exponential: string, digits: number): string {
  if (digits === 0 || !/[13579]e/.test(exponential)) return exponential;
  const [mantissa = "", power = ""] = size.toExponential(60).split("e");
  if (!/^50*$/.test(mantissa.slice(digits + 2))) return exponential;
  const lower = `${mantissa.slice(0, digits + 2)}e${power}`;
  return isNearest(Number(lower), size) ? lower : exponential;
}

/** Prints a number from the digits of `toExponential`; with an exponent when that is `widest` or more. */
function printed(value: number, size: { readonly exponential: string; readonly widest: number }): string {
  if (!Number.isFinite(value)) return String(value);
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const [mantissa = "", power = "0"] = size.exponential.split("e");
  const exponent = Number(power);
  const digits = mantissa.replace(".", "");
  if (exponent < -4 || exponent >= size.widest) {
    const places = String(Math.abs(exponent)).padStart(2, "0");
    return `${sign}${mantissa}e${exponent < 0 ? "-" : "+"}${places}`;
  }
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  const fraction = digits.slice(exponent + 1);
  return `${sign}${whole}${fraction === "" ? "" : `.${fraction}`}`;
}
