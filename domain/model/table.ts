import type { Column, Join } from "./columns";
import type { SourceTable } from "./source";
import type { ColumnType } from "./types";

/**
 * A warehouse table, declared as data. The Arrow and Parquet schemas, the DDL, the load order and
 * the maintenance of joins follow from it.
 */
export type WarehouseTable = Dimension | Fact | Calendar;

/** Holds the latest version of every row of its source table. */
export interface Dimension {
  readonly kind: "dimension";
  readonly name: string;
  readonly description: string;
  readonly source: SourceTable;
  /** The column that identifies a row; made from the key of the source table. */
  readonly key: string;
  readonly columns: Readonly<Record<string, Column>>;
}

/** Holds every version of every row of its source table. */
export interface Fact {
  readonly kind: "fact";
  readonly name: string;
  readonly description: string;
  readonly source: SourceTable;
  readonly key: string;
  /** A serial column that numbers the versions; the warehouse gives its values. */
  readonly surrogateKey: string;
  /** The view of the latest version of each row, without the deleted. */
  readonly currentView: string;
  readonly columns: Readonly<Record<string, Column>>;
}

/** One row a day; made, not captured. */
export interface Calendar {
  readonly kind: "calendar";
  readonly name: string;
  readonly description: string;
  readonly key: string;
  readonly columns: Readonly<Record<string, CalendarColumn>>;
}

/** A column of the calendar, as a function of the day. */
export interface CalendarColumn {
  readonly type: ColumnType;
  readonly nullable: false;
  readonly of: (day: Date) => number | string;
}

/** A table as it is declared; its key is one of its columns. */
type Declared<Table extends WarehouseTable, Name extends string> = Omit<
  Table,
  "kind" | "name" | "key" | "columns"
> & {
  readonly key: NoInfer<Name>;
  readonly columns: Readonly<Record<Name, Table["columns"][string]>>;
};

export const dimension = <Name extends string>(
  name: string,
  table: Declared<Dimension, Name>,
): Dimension => ({
  kind: "dimension",
  name,
  ...table,
});
export const fact = <Name extends string>(name: string, table: Declared<Fact, Name>): Fact => ({
  kind: "fact",
  name,
  ...table,
});
export const calendar = <Name extends string>(name: string, table: Declared<Calendar, Name>): Calendar => ({
  kind: "calendar",
  name,
  ...table,
});

/** The lookups that a table's columns need, one for each joined source table and column. */
export function joinsOf(table: Dimension | Fact): readonly Join[] {
  const joins = new Map<string, Join>();
  for (const { origin } of Object.values(table.columns)) {
    if (origin.join !== undefined) joins.set(joinName(origin.join), origin.join);
  }
  return [...joins.values()];
}

/** Identifies a lookup within a table. */
export const joinName = (join: Join): string => `${join.on} → ${join.to.name}`;

/** The columns that together identify a row of the table, in the order of its key. */
export const keyColumns = ({ key }: Pick<WarehouseTable, "key">): readonly string[] => [key];

/** A reference of a table: its columns hold the key of a dimension, in the order of that key. */
export interface Reference {
  readonly columns: readonly string[];
  /** The name of the dimension, which may be the table itself. */
  readonly to: string;
}

/** The references of a table, in the order of its columns. */
export function referencesIn(table: WarehouseTable): readonly Reference[] {
  if (table.kind === "calendar") return [];
  return Object.entries(table.columns).flatMap(([column, { references: to }]) =>
    to === undefined ? [] : [{ columns: [column], to }],
  );
}

/** The dimensions that a table refers to, each once. */
export const referencesOf = (table: WarehouseTable): readonly string[] => [
  ...new Set(referencesIn(table).map(({ to }) => to)),
];

/** Does a row of the table refer to another row of the same table? */
export const refersToItself = (table: WarehouseTable): boolean => referencesOf(table).includes(table.name);

/** What the lake calls the tombstones of a fact table. */
export const tombstoneName = (fact: Pick<Fact, "name">): string => `${fact.name}_deleted`;

/** The columns of a fact's tombstone files: its key. */
export function tombstoneTable(fact: Fact): {
  readonly name: string;
  readonly columns: Readonly<Record<string, Column>>;
} {
  const key = fact.columns[fact.key];
  if (key === undefined) throw new TypeError(`${fact.name} has no column ${fact.key}`);
  return { name: tombstoneName(fact), columns: { [fact.key]: key } };
}
