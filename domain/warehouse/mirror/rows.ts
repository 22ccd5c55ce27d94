import type { CatalogueColumn } from "../../capture/column-changes";
import { identifier } from "../../sql";
import { stagingName, type StagedTable } from "../dimensions";
import type { HeldColumn, HeldTable } from "./held-table";
import { mirrorColumns, mirrorName } from "./mirrored-table";

/**
 * The statements that bring staged rows into the mirror of a table. A staged value that has no exact type is the text
 * that PostgreSQL printed: the warehouse reads it as its own type, so it is the value that it was.
 */
export interface MirrorRows {
  readonly into: string;
  /** Of the table that the rows are staged in. */
  readonly staged: string;
  readonly held: HeldTable;
}

/** What the rows of some columns are staged as. */
export const stagedAs = (table: string, columns: readonly CatalogueColumn[]): StagedTable => ({
  table: { name: mirrorName(table), columns: mirrorColumns(columns) },
});

/** The table that they are staged in. */
export const stagedIn = (of: StagedTable): string => `pg_temp.${stagingName(of)}`;

const stored = ({ name, type }: HeldColumn): string => `CAST(s.${identifier(name)} AS ${type})`;

const columnsIn = ({ columns }: HeldTable): string => columns.map(({ name }) => identifier(name)).join(", ");

/** Has a row of the mirror (`t`) the key of a staged row (`s`)? */
const sameKey = ({ key, columns }: HeldTable): string =>
  key
    .flatMap((name) => columns.filter((column) => column.name === name))
    .map((column) => `t.${identifier(column.name)} = ${stored(column)}`)
    .join(" AND ");

/** The values of a row as texts: not every type can be compared, and `1.0` is not what `1.00` is. */
const texts = ({ columns }: HeldTable, alias: string): string =>
  `ROW(${columns.map(({ name }) => `${alias}.${identifier(name)}`).join(", ")})::text`;

/** Inserts all staged rows. */
export const insertAll = ({ into, staged, held }: MirrorRows): string =>
  `INSERT INTO ${into} (${columnsIn(held)}) SELECT ${held.columns.map(stored).join(", ")} FROM ${staged} AS s`;

/** Inserts the staged rows whose keys the mirror does not have. */
export const insertNew = (rows: MirrorRows): string =>
  `${insertAll(rows)} WHERE NOT EXISTS (SELECT FROM ${rows.into} AS t WHERE ${sameKey(rows.held)})`;

/** Updates the rows that differ from staged ones with their keys. */
export const updateChanged = ({ into, staged, held }: MirrorRows): string =>
  `UPDATE ${into} AS t SET ${held.columns.map((column) => `${identifier(column.name)} = ${stored(column)}`).join(", ")} ` +
  `FROM ${staged} AS s WHERE ${sameKey(held)} AND ${texts(held, "t")} <> ${texts(held, "s")}`;

/** Deletes the rows whose keys are staged. */
export const deleteStaged = ({ into, staged, held }: MirrorRows): string =>
  `DELETE FROM ${into} AS t USING ${staged} AS s WHERE ${sameKey(held)}`;

/** Deletes the rows whose keys are not staged. */
export const deleteOthers = ({ into, staged, held }: MirrorRows): string =>
  `DELETE FROM ${into} AS t WHERE NOT EXISTS (SELECT FROM ${staged} AS s WHERE ${sameKey(held)})`;

/** TRUNCATE would show an empty table to a reader whose snapshot is older. */
export const deleteAll = ({ into }: Pick<MirrorRows, "into">): string => `DELETE FROM ${into}`;

/** A temporary table has no statistics of its own, and a plan without them may take hours. */
export const analyze = ({ staged }: Pick<MirrorRows, "staged">): string => `ANALYZE ${staged}`;
