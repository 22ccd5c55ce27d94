import type { ColumnType } from "./types";

/** A column of a source table as the model reads it. */
export interface SourceColumn {
  readonly type: ColumnType;
  readonly nullable: boolean;
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

/** A column that may be NULL. */
export const optional = (type: ColumnType): SourceColumn => ({ type, nullable: true });

/** Declares a source contract; a plain type stands for a column that is NOT NULL. */
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
  return { name, key: contract.key, columns };
}

/** The columns of a contract by name, in the order of declaration. */
export const columnNames = (table: SourceTable): readonly string[] => Object.keys(table.columns);
