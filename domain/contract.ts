import { nameAmong, type SourceColumn, type SourceTable } from "./model/source";
import { typeName, type ColumnType } from "./model/types";

/** The types of PostgreSQL, as `format_type()` prints them, that each kind of column accepts. */
const ACCEPTED: Record<ColumnType["kind"], RegExp> = {
  integer: /^(integer|smallint)$/,
  bigint: /^(bigint|integer|smallint)$/,
  text: /^(text|character varying(\(\d+\))?|character(\(\d+\))?|enum .+|uuid|jsonb?)$/,
  boolean: /^boolean$/,
  date: /^date$/,
  time: /^time(\(\d\))? without time zone$/,
  timestamp: /^timestamp(\(\d\))? without time zone$/,
  timestamptz: /^timestamp(\(\d\))? with time zone$/,
  decimal: /^numeric(\(\d+,\d+\))?$/,
};

/** Without a modifier: `numeric(10,2)` is `numeric`. */
const plainType = (type: string): string => type.replace(/\(.*?\)/, "");

const accepts = ({ type, accepts: more = [] }: SourceColumn, actual: string): boolean =>
  ACCEPTED[type.kind].test(actual) || more.includes(actual) || more.includes(plainType(actual));

/**
 * Compares what the source has with what the model reads.
 * @returns a sentence for each column that is missing or of another type; none when the contract holds
 */
export function contractBreaches(
  contract: SourceTable,
  actual: { readonly columns: readonly { readonly name: string; readonly type: string }[] },
): readonly string[] {
  const types = new Map(actual.columns.map(({ name, type }) => [name, type]));
  return Object.entries<SourceColumn>(contract.columns).flatMap(([name, column]) => {
    const actualName = nameAmong(name, column, (one) => types.has(one));
    const actualType = types.get(actualName ?? "");
    if (actualName === undefined || actualType === undefined)
      return column.absentAsNull === true ? [] : [`column ${name} is missing`];
    return accepts(column, actualType)
      ? []
      : [`column ${actualName} is ${actualType}, not ${typeName(column.type)}`];
  });
}
