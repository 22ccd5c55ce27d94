import type { CatalogueColumn } from "../../capture/column-changes";
import type { Column } from "../../model/columns";
import type { TableFeed } from "../../model/joined-feeds";
import type { SourceColumns } from "../../model/source";
import type { Dimension } from "../../model/table";
import { mirrorType } from "./types";

/** What the catalogue says of a source table, as far as its mirror shows it. */
export interface MirrorShape {
  /** The columns of its primary key; empty when it has none. */
  readonly key: readonly string[];
  readonly columns: readonly CatalogueColumn[];
}

/** What a mirrored table is called in the log, in the lake and in reports. No table of a model has such a name. */
export const mirrorName = (table: string): string => `mirror.${table}`;

/** The table of the source that a mirrored table is called by; undefined for the name of another. */
export const mirroredTable = (name: string): string | undefined =>
  name.startsWith(mirrorName("")) ? name.slice(mirrorName("").length) : undefined;

/** What the lake calls the keys of the deleted rows of a mirrored table. */
export const mirrorTombstoneName = (table: string): string => `mirror-deleted.${table}`;

/** The columns of a mirrored table, as they are in the files of the lake. */
export function mirrorColumns(columns: readonly CatalogueColumn[]): Readonly<Record<string, Column>> {
  return Object.fromEntries(
    columns.map((column) => [
      column.name,
      // A value is never refused here: the warehouse has the constraints of the source.
      { type: mirrorType(column).lake, nullable: true, origin: { kind: "copy", column: column.name } },
    ]),
  );
}

/** The columns of the key alone, in the order of the key. */
export const keyColumnsOf = ({ key, columns }: MirrorShape): readonly CatalogueColumn[] =>
  key.flatMap((name) => columns.filter((column) => column.name === name));

/** How rows of a source table become rows of its mirror: each column is copied. */
export function mirrorFeed(table: string, { key, columns }: MirrorShape): TableFeed {
  const made = mirrorColumns(columns);
  const read: SourceColumns = Object.fromEntries(
    Object.entries(made).map(([name, { type }]) => [name, { type, nullable: true }]),
  );
  const source = { name: table, key, columns: read };
  const dimension: Dimension = {
    kind: "dimension",
    name: mirrorName(table),
    description: `The present rows of ${table}.`,
    source,
    key,
    columns: made,
  };
  return { table: dimension, feed: { source, columns: made }, index: 0 };
}
