import fc from "fast-check";

/**
 * Valid names of PostgreSQL for schemas, tables and columns that could break generated SQL, keys of S3, or
 * objects of JavaScript.
 */
const NAMES: readonly string[] = [
  "constructor",
  "__proto__",
  "toString",
  "hasOwnProperty",
  "valueOf",
  "length",
  "select",
  "user",
  "order",
  "table",
  "NULL",
  "null",
  "true",
  "7",
  "10",
  "a b",
  " leading and trailing ",
  'with "quotes"',
  "it's",
  "a,b",
  "a.b",
  "a/b",
  "..",
  ".",
  "a\\b",
  "$1",
  "%s",
  "${x}",
  "a;b--",
  "/* x */",
  "line\nbreak",
  "tab\there",
  "ünïcödé",
  "漢字",
  "😀",
  "MixedCase",
  "x".repeat(63),
  "é".repeat(31),
  "key",
  "version",
  "fact",
  "row",
  "name",
  "s",
  "t",
  "o",
  "v",
  "d",
  "p",
  "f",
  "ready",
  "newest",
  "doomed",
  "marble_place",
  "marble_key_0",
  "marble_reason",
  "record_id",
  "commit",
];

/** Names that no column may have. */
const SYSTEM_COLUMNS = new Set(["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"]);

const BYTES = 63;

/** Cuts a name to the length that PostgreSQL keeps. */
function cut(name: string): string {
  let kept = "";
  for (const character of name)
    if (Buffer.byteLength(kept + character) <= BYTES) kept += character;
    else break;
  return kept;
}

/** A name; null for a plain one. */
export type DrawnName = string | null;

const anyName = fc
  .string({ minLength: 1, maxLength: 20, unit: "grapheme" })
  .map((name) => cut(name.replaceAll("\0", "")))
  .filter((name) => name !== "" && !SYSTEM_COLUMNS.has(name));

export const drawnName: fc.Arbitrary<DrawnName> = fc.oneof(
  { weight: 4, arbitrary: fc.constant(null) },
  { weight: 2, arbitrary: fc.constantFrom(...NAMES) },
  { weight: 1, arbitrary: anyName },
);

/** Returns each name at most once. */
export interface NameGiver {
  /** @param plain the name to use when no name was drawn, or the drawn name is taken */
  give(drawn: DrawnName, plain: string): string;
}

/** @param form names of the same form count as one name */
export function nameGiver(
  form: (name: string) => string = (name) => name,
  taken: readonly string[] = [],
): NameGiver {
  const given = new Set(taken.map(form));
  return {
    give: (drawn, plain) => {
      let name = drawn === null || given.has(form(drawn)) ? plain : drawn;
      for (let suffix = 2; given.has(form(name)); suffix++) name = `${plain}x${suffix}`;
      given.add(form(name));
      return name;
    },
  };
}

/** The form in which Marble compares names: `Dim_Items` and `dimitem` are equal. */
export const looseForm = (name: string): string => name.toLowerCase().replaceAll("_", "").replace(/s$/, "");

/** A value in one of this number of draws, null in the others. */
export const oneOf = <T>(draws: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: draws - 1, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
