import type { Join } from "./join";
import type { KeyHolder, SourceColumn, SourceColumns, SourceTable } from "./source";
import { date, text, time, type ColumnType, type Kind, type PlainType, type ClockType } from "./types";
import type { Literal, LiteralOf } from "./values";

/** The origin of a warehouse column's value. */
export type Origin = ReadOrigin | ConstantOrigin | ComputedOrigin;

/** A value from one column of a source table: the table's own, or a joined one. */
export type ReadOrigin = {
  readonly column: string;
  /** The source table whose row has the value, or from whose row the join starts. A mirror does not say it. */
  readonly from?: string;
  readonly join?: Join;
} & (
  | { readonly kind: "copy" | "parsedDate" }
  | {
      readonly kind: "dateOf" | "timeOf";
      /** An IANA name; UTC when absent. */
      readonly timeZone?: string;
    }
  | { readonly kind: "derived"; readonly derive: Derivation }
);

/** The same value in every row. */
export interface ConstantOrigin {
  readonly kind: "constant";
  readonly value: Literal;
}

/** A value computed by a function of several columns. */
export interface ComputedOrigin {
  readonly kind: "computed";
  readonly inputs: Readonly<Record<string, Column>>;
  readonly compute: (row: never) => unknown;
}

/** A pure function of a text. An error that it throws becomes the reason of the row's rejection. */
export type Derivation = (value: string) => string;

/** A column of a warehouse table. The declaration gives it its name. */
export interface Column<Type extends ColumnType = ColumnType, Nullable extends boolean = boolean> {
  readonly type: Type;
  readonly nullable: Nullable;
  readonly origin: Origin;
  /** The dimension whose key this column holds. */
  readonly references?: string;
  /** The members of that dimension to which the column refers in place of a missing row, or of NULL. */
  readonly otherwise?: MembersInstead;
  /** The value that replaces NULL in a warehouse column that is NOT NULL. */
  readonly whenNull?: Literal;
}

/** Names of declared members of a dimension, to which a row refers instead of a row of the source. */
export interface MembersInstead {
  /** The member while the row with that key is missing; without it, the referring row waits. */
  readonly whenMissing?: string;
  /** The member when a column of the reference is NULL; without it, the reference stays NULL. */
  readonly whenNull?: string;
}

type DateType = PlainType<"date">;
type TimeType = ClockType<"time">;
type TextType = PlainType<"text">;

/** The names of the columns of some kinds. */
type NamesOf<Columns extends SourceColumns, Kinds extends Kind> = {
  readonly [Name in keyof Columns]: [Extract<Columns[Name]["type"]["kind"], Kinds>] extends [never]
    ? never
    : Name;
}[keyof Columns] &
  string;

type Nullable<Column extends SourceColumn, Left extends boolean> = Left extends true
  ? true
  : Column["nullable"];

/** The time zone in which a moment is read. */
export interface InTimeZone {
  /** An IANA name, such as `Europe/London`; UTC by default. */
  readonly timeZone: string;
}

/**
 * The functions that make warehouse columns from the columns of one source table.
 * @typeParam Left true if the row may be missing, so that every column may be NULL
 */
export interface ColumnsOf<Columns extends SourceColumns, Left extends boolean = false> {
  /** The value unchanged. */
  copy<Name extends keyof Columns & string>(
    column: Name,
  ): Column<Columns[Name]["type"], Nullable<Columns[Name], Left>>;
  /** The day of a timestamp. A timestamp with a time zone is read in UTC, or in a named zone. */
  dateOf<Name extends NamesOf<Columns, "timestamp" | "timestamptz">>(
    column: Name,
  ): Column<DateType, Nullable<Columns[Name], Left>>;
  dateOf<Name extends NamesOf<Columns, "timestamptz">>(
    column: Name,
    options: InTimeZone,
  ): Column<DateType, Nullable<Columns[Name], Left>>;
  /**
   * The time of day of a timestamp, in microseconds. A timestamp with a time zone is read in UTC, or in a named zone.
   */
  timeOf<Name extends NamesOf<Columns, "timestamp" | "timestamptz">>(
    column: Name,
  ): Column<TimeType, Nullable<Columns[Name], Left>>;
  timeOf<Name extends NamesOf<Columns, "timestamptz">>(
    column: Name,
    options: InTimeZone,
  ): Column<TimeType, Nullable<Columns[Name], Left>>;
  /** The day in a text 'YYYY-MM-DD'. */
  parsedDate<Name extends NamesOf<Columns, "text">>(
    column: Name,
  ): Column<DateType, Nullable<Columns[Name], Left>>;
  /** A text computed from a text. */
  derive<Name extends NamesOf<Columns, "text">>(
    column: Name,
    derive: Derivation,
  ): Column<TextType, Nullable<Columns[Name], Left>>;
  /**
   * Columns of the row of `to` with the key in `on`. A row with NULL in `on` is left out, as in SQL. A row whose
   * partner is missing is rejected, and recomputed when the partner arrives.
   * @param on for a key of several columns, the column for each: `{ isbn: "isbn", number: "edition" }`
   */
  innerJoin<To extends SourceColumns, Key extends string>(
    on: KeyHolder<keyof Columns & string, NoInfer<Key>>,
    to: SourceTable<To, Key>,
  ): ColumnsOf<To>;
  /** The same, but its columns are NULL when that row does not exist. */
  leftJoin<To extends SourceColumns, Key extends string>(
    on: KeyHolder<keyof Columns & string, NoInfer<Key>>,
    to: SourceTable<To, Key>,
  ): ColumnsOf<To, true>;
}

/** The origin of a value without the way to its row. */
type OwnOrigin = ReadOrigin extends infer Origin
  ? Origin extends ReadOrigin
    ? Omit<Origin, "from" | "join">
    : never
  : never;

/** Placeholder for a column that the contract lacks; `modelProblems` reports it. */
const UNKNOWN: SourceColumn = { type: text, nullable: true };

/** Columns made from a source table. */
export const columnsOf = <Columns extends SourceColumns>(table: SourceTable<Columns>): ColumnsOf<Columns> =>
  // The types come from the contract; the code looks them up by name.
  columnsVia(table, { from: table.name }) as ColumnsOf<SourceColumns> as unknown as ColumnsOf<Columns>;

/** @param path the table with which the way to the row begins, and the join that leads to it */
function columnsVia(
  table: SourceTable,
  path: { readonly from: string; readonly join?: Join },
): ColumnsOf<SourceColumns, boolean> {
  const columns: Readonly<Partial<SourceColumns>> = table.columns;
  const makeColumn = (type: ColumnType | undefined, origin: OwnOrigin): Column => {
    const read = Object.hasOwn(columns, origin.column) ? (columns[origin.column] ?? UNKNOWN) : UNKNOWN;
    return {
      type: type ?? read.type,
      nullable: read.nullable || path.join?.kind === "left",
      origin: { ...origin, ...path },
    };
  };
  const joinTo = (
    kind: Join["kind"],
    holder: KeyHolder<string>,
    to: SourceTable,
  ): ColumnsOf<SourceColumns, boolean> => {
    const on =
      typeof holder === "string"
        ? [holder]
        : to.key.flatMap((part) => (Object.hasOwn(holder, part) ? (holder[part] ?? []) : []));
    const unknownParts =
      typeof holder === "string" ? [] : Object.keys(holder).filter((part) => !to.key.includes(part));
    const join = {
      kind,
      on,
      ...(unknownParts.length > 0 && { unknownParts }),
      to,
      ...(path.join !== undefined && { via: path.join }),
    };
    return columnsVia(to, { from: path.from, join });
  };
  const methods = {
    copy: (column: string) => makeColumn(undefined, { kind: "copy", column }),
    dateOf: (column: string, zone?: InTimeZone) => makeColumn(date, { kind: "dateOf", column, ...zone }),
    timeOf: (column: string, zone?: InTimeZone) => makeColumn(time, { kind: "timeOf", column, ...zone }),
    parsedDate: (column: string) => makeColumn(date, { kind: "parsedDate", column }),
    derive: (column: string, derive: Derivation) => makeColumn(text, { kind: "derived", column, derive }),
    innerJoin: (on: KeyHolder<string>, to: SourceTable) => joinTo("inner", on, to),
    leftJoin: (on: KeyHolder<string>, to: SourceTable) => joinTo("left", on, to),
  };
  return methods as unknown as ColumnsOf<SourceColumns, boolean>;
}

/** Columns of the row of `to` with the key in `table.on`; short for `columnsOf(table).innerJoin(on, to)`. */
export const joined = <From extends SourceColumns, To extends SourceColumns, Key extends string>(
  table: SourceTable<From>,
  on: KeyHolder<NoInfer<keyof From & string>, NoInfer<Key>>,
  to: SourceTable<To, Key>,
): ColumnsOf<To> => columnsOf(table).innerJoin(on, to);

/** A column with the same value in every row. It distinguishes rows of several source tables. */
export const constant = <Type extends ColumnType>(
  type: Type,
  value: NoInfer<LiteralOf<Type>>,
): Column<Type, false> => ({ type, nullable: false, origin: { kind: "constant", value } });

/**
 * Makes the column a foreign key to a dimension. A row whose parent is missing waits for it.
 * @param otherwise members of the dimension to refer to instead, so that the row does not wait
 */
export const references = <Of extends Column>(
  dimension: string,
  column: Of,
  otherwise?: MembersInstead,
): Of => ({
  ...column,
  references: dimension,
  ...(otherwise !== undefined && { otherwise }),
});

/** Replaces NULL from the source by this value in a warehouse column that is NOT NULL, as the contract decides. */
export const whenNull = <Type extends ColumnType>(
  value: NoInfer<LiteralOf<Type>>,
  column: Column<Type>,
): Column<Type, false> => ({ ...column, nullable: false, whenNull: value });
