import { ARRAY_SUFFIX, isPadded, plainType } from "../model/source-types";
import { MOST_DIGITS } from "../model/types";
import type { DraftColumn, DraftTable } from "./catalogue";

/** How a contract declares a column. */
interface DraftType {
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
  [/^(text|character varying|character|enum .+|uuid)$/, simple("text")],
  [/^boolean$/, simple("boolean")],
  [/^date$/, simple("date")],
  [/^time without time zone$/, simple("time", false)],
  [/^timestamp without time zone$/, simple("timestamp")],
  [/^timestamp with time zone$/, simple("timestamptz")],
  [/^real$/, simple("real", false)],
  [/^double precision$/, simple("double", false)],
  [/^bytea$/, simple("bytea", false)],
];

/** Types that no key can have, unless it is read as a text. */
const PRINTED = /^(jsonb?|interval)/;

/** Search vectors repeat the content of other columns. */
const LEFT_OUT = /^(tsvector|tsquery)$/;

/** How a contract reads a column of a table; undefined for a column that it should leave out. */
export const draftTypeIn = ({ key, foreignKeys }: DraftTable, column: DraftColumn): DraftType | undefined =>
  [key, ...foreignKeys.map(({ columns }) => columns)].some((columns) => columns.includes(column.name))
    ? draftKeyType(column)
    : draftType(column);

/** How a contract reads a column of a key; undefined for a column that it should leave out. */
export function draftKeyType(column: DraftColumn): DraftType | undefined {
  const type = draftType(column);
  if (type === undefined || !(PRINTED.test(column.type) || ARRAY_SUFFIX.test(column.type))) return type;
  return asText(
    column,
    `${column.name} is ${column.type}: in a key, it is read as the text that PostgreSQL prints.`,
  );
}

function draftType(column: DraftColumn): DraftType | undefined {
  const { name, type } = column;
  const plain = plainType(type);
  if (LEFT_OUT.test(plain)) return undefined;
  const found = plainDraftType(type) ?? arrayType(type);
  if (found !== undefined) return found;
  return asText(
    column,
    plain === "numeric"
      ? `Decide how many digits ${name} has: decimal(18, 2) rejects a row with more. Until then it is a text.`
      : `${name} is ${type}: it is read as the text that PostgreSQL prints.`,
  );
}

function plainDraftType(type: string): DraftType | undefined {
  const digits = /^numeric\((\d+),(\d+)\)$/.exec(type);
  if (digits !== null && Number(digits[1]) <= MOST_DIGITS && Number(digits[2]) <= Number(digits[1])) {
    const code = `decimal(${digits[1] ?? ""}, ${digits[2] ?? ""})`;
    return { code, uses: ["decimal"], isKey: true, kind: "decimal" };
  }
  const printed = PRINTED.exec(type)?.[1];
  if (printed !== undefined && !ARRAY_SUFFIX.test(type)) return simple(printed, false);
  return KINDS.find(([pattern]) => pattern.test(plainType(type)))?.[1];
}

/** An array of a type that a contract reads as it is. The blanks of `char(n)` would be kept in an array. */
function arrayType(type: string): DraftType | undefined {
  const element = type.replace(ARRAY_SUFFIX, "");
  if (!ARRAY_SUFFIX.test(type) || isPadded(element) || element.startsWith("enum ")) return undefined;
  const inner = plainDraftType(element);
  return (
    inner && { code: `arrayOf(${inner.code})`, uses: ["arrayOf", ...inner.uses], isKey: false, kind: "array" }
  );
}

const asText = ({ type }: DraftColumn, note: string): DraftType => ({
  code: "text",
  uses: ["text"],
  accepts: plainType(type),
  isKey: true,
  kind: "text",
  note,
});
