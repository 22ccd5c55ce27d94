import type { ColumnType, Kind } from "./types";

/** The PostgreSQL types of each kind of column, as `format_type()` prints them. */
const OWN: Readonly<Record<Kind, RegExp>> = {
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
};

const TEXTS = ["text", "character varying", "character"];
const NUMBERS = ["smallint", "integer", "bigint", "numeric", "real", "double precision", ...TEXTS];

/**
 * The types from which each kind can read at least some values, if the contract accepts them. A text reads any type.
 */
const READABLE: Readonly<Record<Exclude<Kind, "text">, readonly string[]>> = {
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
};

/** True for `char(n)`. PostgreSQL pads its values with insignificant blanks. */
export const isPadded = (type: string): boolean => /^character(\(\d+\))?$/.test(type);

/** The type without its modifier: `numeric(10,2)` becomes `numeric`. */
export const plainType = (type: string): string => type.replace(/\(.*?\)/, "");

/** True if a source column of this type needs no `accepts` in the contract. */
export const isOwnType = ({ kind }: ColumnType, actual: string): boolean => OWN[kind].test(actual);

/** Returns what a column may accept instead of a type that it cannot read; undefined when it can. */
export function insteadOf(type: ColumnType, accepted: string): string | undefined {
  const { kind } = type;
  if (kind === "text" || isOwnType(type, accepted) || READABLE[kind].includes(plainType(accepted)))
    return undefined;
  const proper = Object.keys(OWN).find((other) => OWN[other as Kind].test(accepted));
  const remedy = proper === undefined ? "" : `; declare the column as ${proper} to read it`;
  const readable = READABLE[kind].length === 0 ? "no other type" : READABLE[kind].join(", ");
  return `it may accept ${readable}${remedy}`;
}
