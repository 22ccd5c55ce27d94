import type { SourceColumn, SourceTable } from "./source";
import { date, text, time, type ColumnType } from "./types";

/** A lookup from the source table's `on` column to the key of another source table. */
export interface Join {
  readonly on: string;
  readonly to: SourceTable;
}

/** Where a warehouse column's value comes from. */
export type Origin =
  | {
      readonly kind: "copy" | "dateOf" | "timeOf" | "parsedDate";
      readonly column: string;
      readonly join?: Join;
    }
  | { readonly kind: "derived"; readonly column: string; readonly derive: Derivation; readonly join?: Join };

/** A pure function of a text. What it throws becomes the reason of the row's rejection. */
export type Derivation = (value: string) => string;

/** A column of a warehouse table; its name is its place in the declaration. */
export interface Column {
  readonly type: ColumnType;
  readonly nullable: boolean;
  readonly origin: Origin;
  /** The dimension whose key this column holds. */
  readonly references?: string;
  /** What stands in the warehouse where the source has NULL and the warehouse may not. */
  readonly whenNull?: string;
}

/** The ways to make warehouse columns from the columns of one source table. */
export interface ColumnsOf<Name extends string> {
  /** As it is. */
  copy(column: Name): Column;
  /** The day of a timestamp; in UTC, of one with a time zone. */
  dateOf(column: Name): Column;
  /** The time of day of a timestamp, in microseconds; in UTC, of one with a time zone. */
  timeOf(column: Name): Column;
  /** The day that a text 'YYYY-MM-DD' names. */
  parsedDate(column: Name): Column;
  /** A text computed from a text. */
  derive(column: Name, derive: Derivation): Column;
}

/** In the place of a column that the contract does not have: `modelProblems` names it. */
const UNKNOWN: SourceColumn = { type: text, nullable: true };

/** Columns made from a source table, or from the one that a column of it refers to (`joined`). */
export function columnsOf<Name extends string>(table: SourceTable<Name>, join?: Join): ColumnsOf<Name> {
  const via = join === undefined ? {} : { join };
  const columns: Readonly<Partial<Record<Name, SourceColumn>>> = table.columns;
  const read = (column: Name): SourceColumn => columns[column] ?? UNKNOWN;
  const nullable = (column: Name): boolean => read(column).nullable;
  return {
    copy: (column) => ({
      type: read(column).type,
      nullable: nullable(column),
      origin: { kind: "copy", column, ...via },
    }),
    dateOf: (column) => ({
      type: date,
      nullable: nullable(column),
      origin: { kind: "dateOf", column, ...via },
    }),
    timeOf: (column) => ({
      type: time,
      nullable: nullable(column),
      origin: { kind: "timeOf", column, ...via },
    }),
    parsedDate: (column) => ({
      type: date,
      nullable: nullable(column),
      origin: { kind: "parsedDate", column, ...via },
    }),
    derive: (column, derive) => ({
      type: text,
      nullable: nullable(column),
      origin: { kind: "derived", column, derive, ...via },
    }),
  };
}

/** Columns of the row of `to` whose key stands in `table.on`, which is NOT NULL. */
export const joined = <From extends string, To extends string>(
  _table: SourceTable<From>,
  on: From,
  to: SourceTable<To>,
): ColumnsOf<To> => columnsOf(to, { on, to });

/** The column is a foreign key to a dimension. */
export const references = (dimension: string, column: Column): Column => ({
  ...column,
  references: dimension,
});

/** NULL in the source becomes this text in a warehouse column that is NOT NULL: a contract decision. */
export const whenNull = (value: string, column: Column): Column => ({
  ...column,
  nullable: false,
  whenNull: value,
});
