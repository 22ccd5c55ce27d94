import type { CatalogueColumn } from "../../capture/column-changes";
import { identifier } from "../../sql";
import { stagingName, type StagedTable } from "../dimensions";
import type { HeldColumn, HeldTable } from "./held-table";
import { mirrorColumns, mirrorName } from "./mirrored-table";

/**
 * The statements that bring staged rows into the mirror of a table. A staged value without an exact type is the text
 * that PostgreSQL printed. The warehouse reads it with its own type, so the value is the same.
 */
export interface MirrorRows {
  readonly into: string;
  /** The name of the staged table. */
  readonly staged: string;
  readonly held: HeldTable;
}

/** The staging table for rows of some columns. */
export const stagedAs = (table: string, columns: readonly CatalogueColumn[]): StagedTable => ({
  table: { name: mirrorName(table), columns: mirrorColumns(columns) },
});

/** The table that they are staged in. */
export const stagedIn = (of: StagedTable): string => `pg_temp.${stagingName(of)}`;

const stored = ({ name, type }: HeldColumn): string => `CAST(s.${identifier(name)} AS ${type})`;

const columnsIn = ({ columns }: HeldTable): string => columns.map(({ name }) => identifier(name)).join(", ");

/** The condition that a row of the mirror (`t`) has the key of a staged row (`s`). */
const sameKey = ({ key, columns }: HeldTable): string =>
  key
    .flatMap((name) => columns.filter((column) => column.name === name))
    .map((column) => `t.${identifier(column.name)} = ${stored(column)}`)
    .join(" AND ");

/** The values of a row as texts, because not every type can be compared, and `1.0` differs from `1.00`. */
const texts = ({ columns }: HeldTable, alias: string): string =>
  `ROW(${columns.map(({ name }) => `${alias}.${identifier(name)}`).join(", ")})::text`;

/** Inserts all staged rows. */
export const insertAll = ({ into, staged, held }: MirrorRows): string =>
  `INSERT INTO ${into} (${columnsIn(held)}) SELECT ${held.columns.map(stored).join(", ")} FROM ${staged} AS s`;

/** Inserts the staged rows whose keys the mirror lacks. */
export const insertNew = (rows: MirrorRows): string =>
  `${insertAll(rows)} WHERE NOT EXISTS (SELECT FROM ${rows.into} AS t WHERE ${sameKey(rows.held)})`;

/** Updates the rows that differ from staged rows with the same keys. */
export const updateChanged = ({ into, staged, held }: MirrorRows): string =>
  `UPDATE ${into} AS t SET ${held.columns.map((column) => `${identifier(column.name)} = ${stored(column)}`).join(", ")} ` +
  `FROM ${staged} AS s WHERE ${sameKey(held)} AND ${texts(held, "t")} <> ${texts(held, "s")}`;

/** Deletes the rows whose keys are staged. */
export const deleteStaged = ({ into, staged, held }: MirrorRows): string =>
  `DELETE FROM ${into} AS t USING ${staged} AS s WHERE ${sameKey(held)}`;

/** Deletes the rows whose keys are not staged. */
export const deleteOthers = ({ into, staged, held }: MirrorRows): string =>
  `DELETE FROM ${into} AS t WHERE NOT EXISTS (SELECT FROM ${staged} AS s WHERE ${sameKey(held)})`;

/** Deletes all rows. TRUNCATE would show an empty table to a reader with an older snapshot. */
export const deleteAll = ({ into }: Pick<MirrorRows, "into">): string => `DELETE FROM ${into}`;

/** PostgreSQL collects no statistics of a temporary table, and a plan without them may take hours. */
export const analyze = ({ staged }: Pick<MirrorRows, "staged">): string => `ANALYZE ${staged}`;
