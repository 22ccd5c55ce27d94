import { insteadOf } from "./source-types";
import type { ColumnType } from "./types";

/** What a column was in earlier times: the log keeps it as it was, and must stay readable. */
export interface Earlier {
  /** Names that it had, the newest first. */
  readonly formerly?: readonly string[];
  /**
   * Further types that it had or has, as PostgreSQL prints them, without a modifier in parentheses:
   * `text`, `bigint`. A row whose value does not fit the column's own type is rejected; a type of which no
   * value would fit is refused.
   */
  readonly accepts?: readonly string[];
}

/** A column of a source table as the model reads it. */
export interface SourceColumn extends Earlier {
  readonly type: ColumnType;
  readonly nullable: boolean;
  /** There were times when the source did not have it: it is NULL then. */
  readonly absentAsNull?: boolean;
}

/**
 * A source contract: the columns that the model reads of one source table, with the types that it
 * relies on. Columns that the model does not read are not listed; they reach the lake all the same.
 */
export interface SourceTable<Column extends string = string> {
  readonly name: string;
  readonly key: Column;
  readonly columns: Readonly<Record<Column, SourceColumn>>;
}

/** A column that is NOT NULL; the plain type says the same of one that was never otherwise. */
export const required = (type: ColumnType, earlier: Earlier = {}): SourceColumn => ({
  type,
  nullable: false,
  ...earlier,
});

/** A column that may be NULL. */
export const optional = (
  type: ColumnType,
  earlier: Earlier & { readonly absentAsNull?: boolean } = {},
): SourceColumn => ({ type, nullable: true, ...earlier });

/**
 * Declares a source contract; a plain type stands for a column that is NOT NULL.
 * @throws TypeError when a column accepts a type that it cannot be read from
 */
export function sourceTable<Column extends string>(
  name: string,
  contract: { key: NoInfer<Column>; columns: Record<Column, ColumnType | SourceColumn> },
): SourceTable<Column> {
  const columns = Object.fromEntries(
    Object.entries<ColumnType | SourceColumn>(contract.columns).map(([column, declared]) => [
      column,
      "kind" in declared ? { type: declared, nullable: false } : declared,
    ]),
  ) as Record<Column, SourceColumn>;
  for (const [column, { type, accepts = [] }] of Object.entries<SourceColumn>(columns)) {
    for (const accepted of accepts) {
      const instead = insteadOf(type, accepted);
      if (instead !== undefined)
        throw new TypeError(`${name}.${column}, of type ${type.kind}, cannot accept ${accepted}: ${instead}`);
    }
  }
  return { name, key: contract.key, columns };
}

/** The columns of a contract by name, in the order of declaration. */
export const columnNames = (table: SourceTable): readonly string[] => Object.keys(table.columns);

/**
 * What the column is called where these names are: its own name before earlier ones. Undefined where it
 * is not.
 */
export const nameAmong = (
  name: string,
  { formerly = [] }: Earlier,
  has: (name: string) => boolean,
): string | undefined => [name, ...formerly].find(has);
