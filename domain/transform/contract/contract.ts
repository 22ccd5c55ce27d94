import { nameAmong, type SourceColumn, type SourceTable } from "../../model/source";
import { isOwnType, isPadded, plainType } from "../../model/source-types";
import { typeName } from "../../model/types";

const accepts = ({ type, accepts: more = [] }: SourceColumn, actual: string): boolean =>
  isOwnType(type, actual) || more.includes(actual) || more.includes(plainType(actual));

/**
 * Compares the columns of the source with those that the model reads.
 * @returns a sentence for each column that is missing or has another type; empty when the contract holds
 */
export function findBreaches(
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

/** The `char(n)` columns of a capture. The blanks after their values are stripped. */
export const paddedColumns = (actual: {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}): readonly string[] => actual.columns.filter(({ type }) => isPadded(type)).map(({ name }) => name);
