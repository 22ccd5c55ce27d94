import type { CatalogueColumn } from "../../capture/column-changes";
import type { Column } from "../../model/columns";
import type { TableFeed } from "../../model/joined-feeds";
import type { SourceColumns } from "../../model/source";
import type { Dimension } from "../../model/table";
import { mirrorType } from "./types";

/** The part of a source table's description that its mirror shows. */
interface MirrorShape {
  /** The columns of its primary key; empty when it has none. */
  readonly key: readonly string[];
  readonly columns: readonly CatalogueColumn[];
}

/** The name of a mirrored table in the log, in the lake and in reports. No table of a model has such a name. */
export const mirrorName = (table: string): string => `mirror.${table}`;

/** The source table of a mirrored table's name; undefined for any other name. */
export const mirroredTable = (name: string): string | undefined =>
  name.startsWith(mirrorName("")) ? name.slice(mirrorName("").length) : undefined;

/** The lake's name for the keys of a mirrored table's deleted rows. */
export const mirrorTombstoneName = (table: string): string => `mirror-deleted.${table}`;

/** True for the names under which the lake and the log have mirrored tables. */
export const isMirrorName = (name: string): boolean =>
  name.startsWith(mirrorName("")) || name.startsWith(mirrorTombstoneName(""));

/** The columns of a mirrored table in the files of the lake. */
export function mirrorColumns(columns: readonly CatalogueColumn[]): Readonly<Record<string, Column>> {
  return Object.fromEntries(
    columns.map((column) => [
      column.name,
      // No value is refused here, because the warehouse has the constraints of the source.
      { type: mirrorType(column).lake, nullable: true, origin: { kind: "copy", column: column.name } },
    ]),
  );
}

/** Only the columns of the key, in the order of the key. */
export const keyColumnsOf = ({ key, columns }: MirrorShape): readonly CatalogueColumn[] =>
  key.flatMap((name) => columns.filter((column) => column.name === name));

/** The feed from a source table to its mirror, which copies each column. */
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
