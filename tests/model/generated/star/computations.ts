import type Big from "big.js";
import { optional, type DeclaredColumn } from "../../../../domain/model/source";
import { boolean, decimal, integer, text, type ColumnType, type Kind } from "../../../../domain/model/types";

/** Marks a value that cannot be computed; its row is rejected. */
export const FAILS = "\u0001fails";

/** A value, as the function of a model receives it. */
type Value = number | bigint | string | boolean | Big | null;

/** A function of several columns, once for the model and once over the printed texts of PostgreSQL. */
export interface Computation {
  readonly name: string;
  /** The kinds of its inputs; empty for all kinds. */
  readonly takes: readonly (readonly Kind[])[];
  readonly result: (first: ColumnType) => DeclaredColumn;
  readonly nullable: boolean;
  readonly compute: (values: readonly Value[]) => unknown;
  readonly expected: (texts: readonly (string | null)[], first: ColumnType) => string | null;
}

const ANY: readonly Kind[] = [
  "integer",
  "bigint",
  "text",
  "boolean",
  "date",
  "time",
  "timestamp",
  "timestamptz",
  "decimal",
  "json",
  "jsonb",
  "interval",
  "array",
];
const PRINTED: readonly Kind[] = [
  "integer",
  "bigint",
  "text",
  "date",
  "time",
  "timestamp",
  "timestamptz",
  "json",
  "jsonb",
  "interval",
  "array",
];
const MAX_INT32 = 2_147_483_647n;

/** The exact number in a text with this number of decimal places. */
const unscaled = (printed: string): bigint => BigInt(printed.replace(".", ""));
const placesOf = (printed: string): number => printed.split(".")[1]?.length ?? 0;

/** Rounds half away from zero. */
function rounded(value: bigint, from: number, to: number): bigint {
  if (from <= to) return value * 10n ** BigInt(to - from);
  const divisor = 10n ** BigInt(from - to);
  const half = value < 0n ? -divisor / 2n : divisor / 2n;
  return (value + half) / divisor;
}

function printedNumber(value: bigint, places: number): string {
  const digits = String(value < 0n ? -value : value).padStart(places + 1, "0");
  return `${value < 0n ? "-" : ""}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

export const COMPUTATIONS: readonly Computation[] = [
  {
    name: "same",
    takes: [ANY],
    result: (first) => optional(first),
    nullable: true,
    compute: ([value]) => value,
    expected: ([printed = null]) => printed,
  },
  {
    name: "pair",
    takes: [PRINTED, PRINTED],
    result: () => text,
    nullable: false,
    compute: ([one, other]) => `${String(one ?? "∅")}/${String(other ?? "∅")}`,
    expected: ([one, other]) => `${one ?? "∅"}/${other ?? "∅"}`,
  },
  {
    name: "amount",
    takes: [["decimal"], ["integer"]],
    result: () => optional(decimal(14, 2)),
    nullable: true,
    compute: ([price, units]) =>
      price === null || units === null ? null : (price as Big).times(units as number).times("0.125"),
    expected: ([price = null, units = null]) => {
      if (price === null || units === null) return null;
      const value = rounded(unscaled(price) * BigInt(units) * 125n, placesOf(price) + 3, 2);
      return value >= 10n ** 14n || value <= -(10n ** 14n) ? FAILS : printedNumber(value, 2);
    },
  },
  {
    name: "choice",
    takes: [ANY],
    result: () => text,
    nullable: false,
    compute: ([value]) => (value === null ? "none" : "some"),
    expected: ([printed]) => (printed === null ? "none" : "some"),
  },
  {
    name: "throwsOnFives",
    takes: [["integer"]],
    result: () => optional(integer),
    nullable: true,
    compute: ([value]) => {
      if (value !== null && Number(value) % 5 === 0)
        throw new Error(`${String(value)} is a multiple of five`);
      return value;
    },
    expected: ([printed = null]) => (printed !== null && BigInt(printed) % 5n === 0n ? FAILS : printed),
  },
  {
    name: "sum",
    takes: [["integer"], ["integer"]],
    result: () => optional(integer),
    nullable: true,
    compute: ([one, other]) => (one === null || other === null ? null : Number(one) + Number(other)),
    expected: ([one = null, other = null]) => {
      if (one === null || other === null) return null;
      const sum = BigInt(one) + BigInt(other);
      return sum > MAX_INT32 || sum < -MAX_INT32 - 1n ? FAILS : String(sum);
    },
  },
  {
    name: "isOdd",
    takes: [["integer", "bigint"]],
    result: () => optional(boolean),
    nullable: true,
    compute: ([value]) => (value === null ? null : BigInt(value as number | bigint) % 2n !== 0n),
    expected: ([printed = null]) => (printed === null ? null : String(BigInt(printed) % 2n !== 0n)),
  },
];
