import type { ColumnShape } from "../formats/columnar/arrow";
import { keyColumns, referencesIn, refersToItself } from "../model/table";
import { derivedName, identifier, literal } from "../sql";
import type { TargetTable } from "./target";
import { differs, givenValue, givenValues, list, namesOf, sameKey, stagedType, theirName } from "./values";

/** The statements that load one table, all within the transaction of its commit. */

/** A table whose rows are staged: its name and columns in the log. */
export interface StagedTable {
  readonly table: { readonly name: string; readonly columns: Readonly<Record<string, ColumnShape>> };
}

/** The temporary table for the rows of a file: the model's columns, without constraints. */
export const stagingName = (target: StagedTable): string =>
  identifier(derivedName("marble_stage_", target.table.name, ""));

/** The types are those of the model, because the binary COPY requires them; printed values are texts. */
export function createStaging(target: StagedTable): string {
  const columns = Object.entries(target.table.columns).map(
    ([name, { type }]) => `${identifier(name)} ${stagedType(type)}`,
  );
  return `CREATE TEMPORARY TABLE ${stagingName(target)} (${columns.join(", ")}) ON COMMIT DROP`;
}

export const copyIntoStaging = (target: StagedTable): string =>
  `COPY pg_temp.${stagingName(target)} FROM STDIN (FORMAT binary)`;

/** Stores the staged values of a column with the target's type, in a separate table. */
export const storeColumn = (schema: string, target: TargetTable, column: string): readonly string[] => {
  const theirs = identifier(theirName(target, column));
  return [
    `CREATE TEMPORARY TABLE marble_probe ON COMMIT DROP AS SELECT ${theirs} FROM ${namesOf(schema, target).into} LIMIT 0`,
    `INSERT INTO pg_temp.marble_probe SELECT ${givenValue(target, column, "s")} FROM pg_temp.${stagingName(target)} AS s`,
  ];
};

/**
 * Finds a staged row whose value the target refuses, by storing the values one by one. The last statement returns its
 * key, `staff_id 7`, as `key`.
 */
export function findRefusedRow(schema: string, target: TargetTable, column: string): readonly string[] {
  const [create = ""] = storeColumn(schema, target, column);
  const staged = `pg_temp.${stagingName(target)}`;
  const keys = keyColumns(target.table).map((key) => `${literal(`${key} `)} || s.${identifier(key)}::text`);
  const row = `FROM ${staged} AS s WHERE s.ctid = place`;
  const search = `DECLARE place tid; BEGIN FOR place IN SELECT s.ctid FROM ${staged} AS s LOOP
    BEGIN INSERT INTO pg_temp.marble_probe SELECT ${givenValue(target, column, "s")} ${row};
    EXCEPTION WHEN OTHERS THEN INSERT INTO pg_temp.marble_refused SELECT concat_ws(', ', ${keys.join(", ")}) ${row}; EXIT; END;
    END LOOP; END`;
  return [
    create,
    "CREATE TEMPORARY TABLE marble_refused (key text) ON COMMIT DROP",
    `DO ${literal(search)}`,
    "SELECT key FROM pg_temp.marble_refused",
  ];
}

/** Drops the staging table, because a table may be staged several times in a commit. */
export const dropStaging = (name: string): string => `DROP TABLE pg_temp.${name}`;

/** OVERRIDING SYSTEM VALUE also accepts values for a column that is GENERATED ALWAYS AS IDENTITY. */
export const insertInto = (into: string, columns: readonly string[]): string =>
  `INSERT INTO ${into} (${list(columns)}) OVERRIDING SYSTEM VALUE`;

/** Inserts all staged rows. */
export function insertStaged(schema: string, target: TargetTable): string {
  const { into, theirs } = namesOf(schema, target);
  return `${insertInto(into, theirs)} SELECT ${list(givenValues(target, "s"))} FROM pg_temp.${stagingName(target)} AS s`;
}

/**
 * Indexes the staging table for the lookup of parents in it. Otherwise a chain of waiting rows would take as many
 * scans.
 */
export const indexReferences = (target: TargetTable): readonly string[] =>
  referencesIn(target.table)
    .filter(({ to }) => to === target.table.name)
    .map(
      ({ columns }) => `CREATE INDEX ON pg_temp.${stagingName(target)} (${list(columns.map(identifier))})`,
    );

/**
 * Inserts new rows of a dimension and updates rows that differ from the stored values. Rows may refer to rows of the
 * same dimension.
 */
export function upsertDimension(schema: string, target: TargetTable): readonly string[] {
  const { into } = namesOf(schema, target);
  const rows = `pg_temp.${stagingName(target)}`;
  const keys = keyColumns(target.table);
  const others = [...target.columns.keys()].filter((name) => !keys.includes(name));
  const set = others
    .map((name) => `${identifier(theirName(target, name))} = ${givenValue(target, name, "s")}`)
    .join(", ");
  const known = sameKey(target, { theirs: "t", ours: "s" });
  const insert = `${insertStaged(schema, target)} WHERE NOT EXISTS (SELECT FROM ${into} AS t WHERE ${known})`;
  if (others.length === 0) return [insert];
  const update =
    `UPDATE ${into} AS t SET ${set} FROM ${rows} AS s ` +
    `WHERE ${known} AND ${differs(target, { theirs: "t", ours: "s" }, others)}`;
  // A known row may refer to a new one, so insert first in that case. Otherwise update first, so that inserted rows
  // need no comparison.
  return refersToItself(target.table) ? [insert, update] : [update, insert];
}

/** Leaves existing days of the calendar unchanged. */
export const insertCalendar = (schema: string, target: TargetTable): string => {
  const { into } = namesOf(schema, target);
  return (
    `${insertStaged(schema, target)} ` +
    `WHERE NOT EXISTS (SELECT FROM ${into} AS t WHERE ${sameKey(target, { theirs: "t", ours: "s" })})`
  );
};
