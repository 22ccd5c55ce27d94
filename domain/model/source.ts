import { insteadOf } from "./source-types";
import type { ColumnType } from "./types";

/** Earlier names and types of a column. The log has rows of that time, and must stay readable. */
export interface Earlier {
  /** Earlier names, the newest first. */
  readonly formerly?: readonly string[];
  /**
   * Further present or earlier types, as PostgreSQL prints them, without a modifier in parentheses: `text`, `bigint`. A
   * row whose value does not fit the column's own type is rejected. A type without any fitting value is refused.
   */
  readonly accepts?: readonly string[];
}

/** A column of a source table as the model reads it. */
export interface SourceColumn<
  Type extends ColumnType = ColumnType,
  Nullable extends boolean = boolean,
> extends Earlier {
  readonly type: Type;
  readonly nullable: Nullable;
  /** True if the source lacked the column at times. Its value is then NULL. */
  readonly absentAsNull?: boolean;
}

/** Columns by name. */
export type SourceColumns = Readonly<Record<string, SourceColumn>>;

/**
 * A source contract: the columns that the model reads of one source table, with their types. Other columns are not
 * listed; they still reach the lake.
 */
export interface SourceTable<Columns extends SourceColumns = SourceColumns, Key extends string = string> {
  readonly name: string;
  /** The columns of its primary key. */
  readonly key: readonly Key[];
  readonly columns: Columns;
}

/** A column that is NOT NULL. The plain type is enough for a column that never changed. */
export const required = <Type extends ColumnType>(
  type: Type,
  earlier: Earlier = {},
): SourceColumn<Type, false> => ({ type, nullable: false, ...earlier });

/** A column that may be NULL. */
export const optional = <Type extends ColumnType>(
  type: Type,
  earlier: Earlier & { readonly absentAsNull?: boolean } = {},
): SourceColumn<Type, true> => ({ type, nullable: true, ...earlier });

/** The declaration of a column. A plain type means a column that is NOT NULL. */
export type DeclaredColumn = ColumnType | SourceColumn;

/** The column of a declaration, as a type. */
export type ColumnOf<Declared extends DeclaredColumn> = Declared extends SourceColumn
  ? Declared
  : Declared extends ColumnType
    ? SourceColumn<Declared, false>
    : never;

type ColumnsFrom<Declared extends Readonly<Record<string, DeclaredColumn>>> = {
  readonly [Name in keyof Declared]: ColumnOf<Declared[Name]>;
};

/** One name, or several in order. */
export type Names<Name extends string> = Name | readonly Name[];

/** The names as a list. */
export const listOf = <Name extends string>(names: Names<Name>): readonly Name[] =>
  typeof names === "string" ? [names] : names;

/**
 * The columns that hold the key of another table: the column alone, or for a key of several columns the column for
 * each, by its name in that key.
 */
export type KeyHolder<Name extends string, Key extends string = string> =
  Name | { readonly [Part in Key]: Name };

/** The column of a declaration. */
export const declaredColumn = (declared: DeclaredColumn): SourceColumn =>
  "kind" in declared ? { type: declared, nullable: false } : declared;

/**
 * Declares a source contract. A plain type means a column that is NOT NULL.
 * @param contract.key the primary key: a column, or several in the order of the key
 * @throws TypeError when a column accepts a type from which it cannot be read
 */
export function sourceTable<
  const Declared extends Readonly<Record<string, DeclaredColumn>>,
  const Key extends NoInfer<keyof Declared & string>,
>(
  name: string,
  contract: { readonly key: Names<Key>; readonly columns: Declared },
): SourceTable<ColumnsFrom<Declared>, Key> {
  const columns = Object.fromEntries(
    Object.entries(contract.columns).map(([column, declared]) => [column, declaredColumn(declared)]),
  );
  for (const [column, { type, accepts = [] }] of Object.entries(columns)) {
    for (const accepted of accepts) {
      const instead = insteadOf(type, accepted);
      if (instead !== undefined)
        throw new TypeError(`${name}.${column}, of type ${type.kind}, cannot accept ${accepted}: ${instead}`);
    }
  }
  return { name, key: listOf(contract.key), columns: columns as ColumnsFrom<Declared> };
}

/** The columns of a contract by name, in the order of declaration. */
export const columnNames = (table: SourceTable): readonly string[] => Object.keys(table.columns);

/** The contract reduced to the columns of the key, in their order: the columns of a tombstone. */
export function keyTable(table: SourceTable): SourceTable {
  const columns = table.key.map((name) => {
    const column = table.columns[name];
    if (column === undefined) throw new TypeError(`${table.name} has no column ${name}`);
    return [name, column] as const;
  });
  return { name: table.name, key: table.key, columns: Object.fromEntries(columns) };
}

/**
 * The name that a column has among these names: the present name has precedence over earlier ones. Undefined when it
 * has none.
 */
export const nameAmong = (
  name: string,
  { formerly = [] }: Earlier,
  has: (name: string) => boolean,
): string | undefined => [name, ...formerly].find(has);
