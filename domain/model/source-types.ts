import type { ColumnType, DecimalType, ElementType } from "./types";

/** The PostgreSQL types of each kind of column, as `format_type()` prints them. */
const OWN: Readonly<Record<ElementType["kind"], RegExp>> = {
  integer: /^(integer|smallint)$/,
  bigint: /^(bigint|integer|smallint)$/,
  text: /^(text|character varying(\(\d+\))?|character(\(\d+\))?|enum [^]+|uuid|jsonb?)$/,
  boolean: /^boolean$/,
  date: /^date$/,
  time: /^time(\(\d\))? without time zone$/,
  timestamp: /^timestamp(\(\d\))? without time zone$/,
  timestamptz: /^timestamp(\(\d\))? with time zone$/,
  decimal: /^numeric(\(\d+,\d+\))?$/,
  real: /^real$/,
  double: /^double precision$/,
  bytea: /^bytea$/,
  json: /^jsonb?$/,
  jsonb: /^jsonb$/,
  interval: /^interval( [a-z ]+)?(\(\d\))?$/,
};

/** The end of the name of an array type. */
export const ARRAY_SUFFIX = /\[\]$/;

const TEXTS = ["text", "character varying", "character"];
const NUMBERS = ["smallint", "integer", "bigint", "numeric", "real", "double precision", ...TEXTS];

/**
 * The types from which each kind can read at least some values, if the contract accepts them. A text reads any type.
 */
const READABLE: Readonly<Record<Exclude<ElementType["kind"], "text">, readonly string[]>> = {
  integer: NUMBERS,
  bigint: NUMBERS,
  decimal: NUMBERS,
  real: NUMBERS,
  double: NUMBERS,
  bytea: [],
  boolean: TEXTS,
  date: TEXTS,
  time: TEXTS,
  timestamp: TEXTS,
  timestamptz: ["timestamp without time zone", ...TEXTS],
  json: TEXTS,
  jsonb: [],
  interval: [],
};

/** True for `char(n)`. PostgreSQL pads its values with insignificant blanks. */
export const isPadded = (type: string): boolean => /^character(\(\d+\))?$/.test(type);

/** The type without its modifier: `numeric(10,2)` becomes `numeric`. */
export const plainType = (type: string): string => type.replace(/\(.*?\)/, "");

function hasDigits({ precision, scale }: DecimalType, actual: string): boolean {
  const [, digits, places] = /^numeric\((\d+),(\d+)\)$/.exec(actual) ?? [];
  return Number(digits) <= precision && Number(places) === scale;
}

/** True if a source column of this type needs no `accepts` in the contract. */
export function isOwnType(type: ColumnType, actual: string): boolean {
  if (type.kind !== "array") return OWN[type.kind].test(actual);
  const element = actual.replace(ARRAY_SUFFIX, "");
  // The texts of an array are kept: with the blanks of `char(n)`, and with all digits of a number.
  if (!ARRAY_SUFFIX.test(actual) || isPadded(element)) return false;
  if (type.element.kind === "decimal") return hasDigits(type.element, element);
  return OWN[type.element.kind].test(element);
}

/** True if two different texts of the accepted type may be read as one value: `7` and `007` are one number. */
export const readsTextsAlike = (type: ColumnType, accepted: string): boolean =>
  type.kind !== "text" && TEXTS.includes(plainType(accepted));

/** Returns what a column may accept instead of a type that it cannot read; undefined when it can. */
export function insteadOf(type: ColumnType, accepted: string): string | undefined {
  if (type.kind === "text" || isOwnType(type, accepted)) return undefined;
  if (type.kind === "array")
    return type.element.kind === "text" && ARRAY_SUFFIX.test(accepted)
      ? undefined
      : "it may accept no other type";
  const readable = READABLE[type.kind];
  if (readable.includes(plainType(accepted))) return undefined;
  const proper = Object.keys(OWN).find((kind) => OWN[kind as ElementType["kind"]].test(accepted));
  const remedy = proper === undefined ? "" : `; declare the column as ${proper} to read it`;
  return `it may accept ${readable.length === 0 ? "no other type" : readable.join(", ")}${remedy}`;
}
