import type { MirrorPart } from "../../log/commit";
import { identifier, literal, qualified } from "../../sql";
import { MIRRORS } from "../bookkeeping";
import { mirrorType } from "./types";

/** A column of a mirrored table, as the warehouse has it. */
export interface HeldColumn {
  readonly name: string;
  /** Its number in the source table, which a rename does not change. */
  readonly number: number | null;
  /** As PostgreSQL writes it. */
  readonly type: string;
  readonly nullable: boolean;
  readonly comment: string | null;
}

/** A mirrored table, as the warehouse has it. */
export interface HeldTable {
  /** Identifies the table of the source: see `MirrorPart`. */
  readonly identity: string;
  readonly comment: string | null;
  readonly key: readonly string[];
  readonly columns: readonly HeldColumn[];
  readonly rows: number;
}

/** The table in the warehouse after a part. */
export const heldAfter = ({ identity, comment, key, columns, total }: MirrorPart): HeldTable => ({
  identity,
  comment: comment ?? null,
  key,
  columns: columns.map((column) => ({
    name: column.name,
    number: column.number ?? null,
    type: mirrorType(column).warehouse,
    // Commits that do not record it may have NULL.
    nullable: column.nullable !== false && !key.includes(column.name),
    comment: column.comment ?? null,
  })),
  // A row without columns cannot be stored.
  rows: columns.length === 0 ? 0 : total,
});

/** Reads the loader's record of the mirrored tables: one row each, with `table` and `held`. */
export const readHeld = (schema: string): string =>
  `SELECT m.source_table AS "table", m.description::text AS held FROM ${qualified(schema, MIRRORS)} AS m`;

/** Removes the record of a mirror that no longer exists. */
export const forgetHeld = (schema: string, table: string): string =>
  `DELETE FROM ${qualified(schema, MIRRORS)} AS m WHERE m.source_table = ${literal(table)}`;

/** Records the present state of a table's mirror. */
export function recordHeld(schema: string, table: string, held: HeldTable): string {
  const values = `${literal(table)}, ${literal(JSON.stringify(held))}::jsonb`;
  return (
    `INSERT INTO ${qualified(schema, MIRRORS)} AS m (source_table, description) VALUES (${values}) ` +
    "ON CONFLICT (source_table) DO UPDATE SET description = EXCLUDED.description"
  );
}

/** The definition of a column for CREATE TABLE and ADD COLUMN. NOT NULL is added when its rows are there. */
export const columnDefinition = ({ name, type }: HeldColumn): string => `${identifier(name)} ${type}`;
