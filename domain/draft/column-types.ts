import { plainType } from "../model/source-types";
import type { DraftColumn } from "./catalogue";

/** How a contract declares a column. */
export interface DraftType {
  /** The expression, such as `decimal(10, 2)`. */
  readonly code: string;
  /** The names that the expression imports from `types.ts`. */
  readonly uses: readonly string[];
  /** Further types that the column accepts, if it is read as a text. */
  readonly accepts?: string;
  /** True if a key can be made of the type. */
  readonly isKey: boolean;
  readonly kind: string;
  /** A decision that a person has to make. */
  readonly note?: string;
}

const simple = (kind: string, isKey = true): DraftType => ({ code: kind, uses: [kind], isKey, kind });

/** Types that correspond to one kind of a contract; see `domain/model/source-types.ts`. */
const KINDS: readonly (readonly [RegExp, DraftType])[] = [
  [/^(integer|smallint)$/, simple("integer")],
  [/^bigint$/, simple("bigint")],
  [/^(text|character varying|character|enum .+|uuid|jsonb?)$/, simple("text")],
  [/^boolean$/, simple("boolean")],
  [/^date$/, simple("date")],
  [/^time without time zone$/, simple("time", false)],
  [/^timestamp without time zone$/, simple("timestamp")],
  [/^timestamp with time zone$/, simple("timestamptz")],
  [/^real$/, simple("real", false)],
  [/^double precision$/, simple("double", false)],
  [/^bytea$/, simple("bytea", false)],
];

/** Search vectors repeat the content of other columns. */
const LEFT_OUT = /^(tsvector|tsquery)$/;

const MOST_DIGITS = 38;

/** How a contract reads a column; undefined for a column that it should leave out. */
export function draftType({ name, type }: DraftColumn): DraftType | undefined {
  const plain = plainType(type);
  if (LEFT_OUT.test(plain)) return undefined;
  const digits = /^numeric\((\d+),(\d+)\)$/.exec(type);
  if (digits !== null && Number(digits[1]) <= MOST_DIGITS && Number(digits[2]) <= Number(digits[1])) {
    const code = `decimal(${digits[1] ?? ""}, ${digits[2] ?? ""})`;
    return { code, uses: ["decimal"], isKey: true, kind: "decimal" };
  }
  const known = KINDS.find(([pattern]) => pattern.test(plain));
  if (known !== undefined) return known[1];
  const note =
    plain === "numeric"
      ? `Decide how many digits ${name} has: decimal(18, 2) rejects a row with more. Until then it is a text.`
      : `${name} is ${type}: it is read as the text that PostgreSQL prints.`;
  return { code: "text", uses: ["text"], accepts: plain, isKey: true, kind: "text", note };
}
