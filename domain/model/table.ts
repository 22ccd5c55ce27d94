import type { Column, MembersInstead, Origin } from "./columns";
import { joinName, pathOf, type Join } from "./join";
import { listOf, type Names, type SourceTable } from "./source";
import type { Member, MemberOf } from "./members";
import type { ColumnType } from "./types";

/**
 * A warehouse table, declared as data. Marble derives from it the Arrow and Parquet schemas, the DDL, the load order
 * and the maintenance of joins.
 */
export type WarehouseTable = Dimension | Fact | Calendar;

/** Which rows of a source table become rows of a warehouse table, and how. */
export interface Feed {
  readonly source: SourceTable;
  /** A boolean column: only rows with true are included. A row that changes to false counts as deleted. */
  readonly where?: Column;
  readonly columns: Readonly<Record<string, Column>>;
}

/** A declared reference to a dimension whose key has several columns. */
export interface CompositeReference extends MembersInstead {
  /** For each column of that key, the column of this table that holds it. */
  readonly columns: Readonly<Record<string, string>>;
  /** The name of the dimension, which may be the table itself. */
  readonly to: string;
}

/** A reference of a table: its columns hold the key of a dimension. */
export interface Reference extends MembersInstead {
  readonly columns: readonly string[];
  /** What each column holds: a column of the dimension's key. Undefined for a reference of one column. */
  readonly parts?: readonly string[];
  readonly to: string;
}

/** The columns of a reference in the order of the dimension's key. */
export const inKeyOrder = ({ columns, parts }: Reference, key: readonly string[]): readonly string[] =>
  parts === undefined ? columns : key.flatMap((part) => columns[parts.indexOf(part)] ?? []);

interface TransformedTable extends Feed {
  readonly name: string;
  readonly description: string;
  /** The columns that identify a row; made from the key of the source table. */
  readonly key: readonly string[];
  /** References that need several columns; those of one column are declared with it. */
  readonly references?: readonly CompositeReference[];
  /** Further source tables whose rows become rows of this table, with the same columns. */
  readonly also?: readonly Feed[];
  /** Declares that no key occurs in two of the source tables. A constant in the key makes this unnecessary. */
  readonly keysAreDisjoint?: boolean;
}

/** Holds the latest version of every row of its source table. */
export interface Dimension extends TransformedTable {
  readonly kind: "dimension";
  /** Rows that the model declares, by name. Other rows refer to them in place of a missing row, or of NULL. */
  readonly members?: Readonly<Record<string, Member>>;
  /** The name of the table that keeps all versions of each row and their periods. By default, no table keeps them. */
  readonly history?: string;
}

/** Holds every version of every row of its source table. */
export interface Fact extends TransformedTable {
  readonly kind: "fact";
  /** A serial column that numbers the versions. The warehouse generates its values. */
  readonly surrogateKey: string;
  /** The view of the latest version of each row, without deleted rows. */
  readonly currentView: string;
}

/** One row for each day, generated instead of captured. */
export interface Calendar {
  readonly kind: "calendar";
  readonly name: string;
  readonly description: string;
  /** One column: the day. */
  readonly key: readonly string[];
  readonly columns: Readonly<Record<string, CalendarColumn>>;
}

/** A column of the calendar, as a function of the day. */
export interface CalendarColumn {
  readonly type: ColumnType;
  readonly nullable: false;
  readonly of: (day: Date) => number | string;
}

/** The declaration of a table. Its key is one or several of its columns. */
type Declared<Table extends WarehouseTable, Name extends string> = Omit<
  Table,
  "kind" | "name" | "key" | "columns" | "also" | "references" | "members"
> & {
  readonly key: Names<NoInfer<Name>>;
  readonly columns: Readonly<Record<Name, Table["columns"][string]>>;
} & (Table extends TransformedTable
    ? {
        readonly also?: readonly (Feed & { readonly columns: Readonly<Record<NoInfer<Name>, Column>> })[];
        readonly references?: readonly (CompositeReference & {
          readonly columns: Readonly<Record<string, NoInfer<Name>>>;
        })[];
      }
    : unknown);

/** @param table.members by name, each with a value for every column that is NOT NULL */
export const dimension = <Columns extends Readonly<Record<string, Column>>>(
  name: string,
  table: Declared<Dimension, NoInfer<keyof Columns & string>> & {
    readonly columns: Columns;
    readonly members?: Readonly<Record<string, MemberOf<NoInfer<Columns>>>>;
  },
): Dimension => ({
  ...table,
  ...mergeFeeds(table),
  kind: "dimension",
  name,
});
export const fact = <Name extends string>(name: string, table: Declared<Fact, Name>): Fact => ({
  ...table,
  ...mergeFeeds(table),
  kind: "fact",
  name,
});
export const calendar = <Name extends string>(name: string, table: Declared<Calendar, Name>): Calendar => ({
  ...table,
  key: listOf(table.key),
  kind: "calendar",
  name,
});

/** Merges the columns of all feeds. A column may be NULL if it may be NULL in any feed. */
function mergeFeeds({
  key,
  columns,
  also,
}: {
  readonly key: Names<string>;
  readonly columns: Feed["columns"];
  readonly also?: readonly Feed[];
}): { readonly key: readonly string[]; readonly columns: Feed["columns"]; readonly also?: readonly Feed[] } {
  if (also === undefined) return { key: listOf(key), columns };
  const names = Object.keys(columns);
  const nullable = new Set(
    names.filter((name) => [{ columns }, ...also].some((feed) => feed.columns[name]?.nullable === true)),
  );
  const inOrder = (of: Feed["columns"]): Feed["columns"] => {
    const known = [...new Set([...names, ...Object.keys(of)])].flatMap((name) => {
      const column = of[name];
      return column === undefined ? [] : [[name, { ...column, nullable: nullable.has(name) }] as const];
    });
    return Object.fromEntries(known);
  };
  return {
    key: listOf(key),
    columns: inOrder(columns),
    also: also.map((feed) => ({ ...feed, columns: inOrder(feed.columns) })),
  };
}

/** The feeds of a table. Their index identifies them. */
export const feedsOf = ({ source, where, columns, also = [] }: Dimension | Fact): readonly Feed[] => [
  { source, columns, ...(where !== undefined && { where }) },
  ...also,
];

/** The origins of a feed's values in a row, including the inputs of functions. */
function readsOf(feed: Feed): Origin[] {
  const origins = (columns: readonly Column[]): Origin[] =>
    columns.flatMap(({ origin }) =>
      origin.kind === "computed" ? origins(Object.values(origin.inputs)) : [origin],
    );
  return origins([...Object.values(feed.columns), ...(feed.where === undefined ? [] : [feed.where])]);
}

/** The joins that a feed's columns need, each once, in the order of their dependencies. */
export function joinsOfFeed(feed: Feed): readonly Join[] {
  const joins = new Map<string, Join>();
  for (const origin of readsOf(feed))
    if ("join" in origin) for (const join of pathOf(origin.join)) joins.set(joinName(join), join);
  return [...joins.values()];
}

/** The source tables of a feed: its own, and the joined ones. */
export const sourcesOf = (feed: Feed): readonly SourceTable[] => [
  ...new Set([feed.source, ...joinsOfFeed(feed).map(({ to }) => to)]),
];

/** The columns that together identify a row of the table, in the order of its key. */
export const keyColumns = ({ key }: Pick<WarehouseTable, "key">): readonly string[] => key;

/** The references of a table: those of one column in the order of its columns, then those of several. */
export function referencesIn(table: WarehouseTable): readonly Reference[] {
  if (table.kind === "calendar") return [];
  const single = Object.entries(table.columns).flatMap(([column, { references: to, otherwise }]) =>
    to === undefined ? [] : [{ columns: [column], to, ...otherwise }],
  );
  const composite = (table.references ?? []).map(({ columns, ...reference }) => ({
    ...reference,
    columns: Object.values(columns),
    parts: Object.keys(columns),
  }));
  return [...single, ...composite];
}

/** The dimensions to which a table refers, each once. */
export const referencesOf = (table: WarehouseTable): readonly string[] => [
  ...new Set(referencesIn(table).map(({ to }) => to)),
];

/** True if a row of the table may refer to another row of the same table. */
export const refersToItself = (table: WarehouseTable): boolean => referencesOf(table).includes(table.name);

/** The name of a fact's tombstones in the lake. */
export const tombstoneName = (fact: Pick<Fact, "name">): string => `${fact.name}_deleted`;

/** The columns of a fact's tombstone files: its key. */
export function tombstoneTable(fact: Fact): {
  readonly name: string;
  readonly columns: Readonly<Record<string, Column>>;
} {
  const columns = fact.key.map((name) => {
    const column = fact.columns[name];
    if (column === undefined) throw new TypeError(`${fact.name} has no column ${name}`);
    return [name, column] as const;
  });
  return { name: tombstoneName(fact), columns: Object.fromEntries(columns) };
}
