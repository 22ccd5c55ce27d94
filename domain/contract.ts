import type { TableCapture } from "./commit";
import type { SourceTable } from "./model/source";
import { typeName, type ColumnType } from "./model/types";

/** The types of PostgreSQL, as `format_type()` prints them, that each kind of column accepts. */
const ACCEPTED: Record<ColumnType["kind"], RegExp> = {
  integer: /^(integer|smallint)$/,
  text: /^(text|character varying(\(\d+\))?|character(\(\d+\))?|enum .+)$/,
  boolean: /^boolean$/,
  date: /^date$/,
  time: /^time(\(\d\))? without time zone$/,
  timestamp: /^timestamp(\(\d\))? without time zone$/,
  decimal: /^numeric(\(\d+,\d+\))?$/,
};

/**
 * Compares what the source has with what the model reads.
 * @returns a sentence for each column that is missing or of another type; none when the contract holds
 */
export function contractBreaches(
  contract: SourceTable,
  actual: Pick<TableCapture, "columns">,
): readonly string[] {
  const types = new Map(actual.columns.map(({ name, type }) => [name, type]));
  return Object.entries(contract.columns).flatMap(([name, { type }]) => {
    const actualType = types.get(name);
    if (actualType === undefined) return [`column ${name} is missing`];
    return ACCEPTED[type.kind].test(actualType)
      ? []
      : [`column ${name} is ${actualType}, not ${typeName(type)}`];
  });
}
