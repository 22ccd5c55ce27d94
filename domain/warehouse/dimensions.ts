import type { ColumnShape } from "../formats/columnar/arrow";
import { keyColumns, referencesIn, refersToItself } from "../model/table";
import { typeName } from "../model/types";
import { derivedName, identifier, literal } from "../sql";
import type { TargetTable } from "./target";
import { differs, list, namesOf, sameKey, theirName } from "./values";

/** The statements that load one table, all within the transaction of its commit. */

/** A table whose rows are staged: its name and columns in the log. */
export interface StagedTable {
  readonly table: { readonly name: string; readonly columns: Readonly<Record<string, ColumnShape>> };
}

/** The temporary table that a file is copied into: the model's columns, without constraints. */
export const stagingName = (target: StagedTable): string =>
  identifier(derivedName("marble_stage_", target.table.name, ""));

/** The types are the model's, not the target's: the binary copy must know them. */
export function createStaging(target: StagedTable): string {
  const columns = Object.entries(target.table.columns).map(
    ([name, { type }]) => `${identifier(name)} ${typeName(type)}`,
  );
  return `CREATE TEMPORARY TABLE ${stagingName(target)} (${columns.join(", ")}) ON COMMIT DROP`;
}

export const copyIntoStaging = (target: StagedTable): string =>
  `COPY pg_temp.${stagingName(target)} FROM STDIN (FORMAT binary)`;

/** Stores the staged values of a column as the target would, in a separate table. */
export const storeColumn = (schema: string, target: TargetTable, column: string): readonly string[] => {
  const theirs = identifier(theirName(target, column));
  return [
    `CREATE TEMPORARY TABLE marble_probe ON COMMIT DROP AS SELECT ${theirs} FROM ${namesOf(schema, target).into} LIMIT 0`,
    `INSERT INTO pg_temp.marble_probe SELECT s.${identifier(column)} FROM pg_temp.${stagingName(target)} AS s`,
  ];
};

/**
 * Finds a staged row whose value of a column the target does not take: stores the values one by one. The last statement
 * gives its key, `staff_id 7`, as `key`.
 */
export function findRefusedRow(schema: string, target: TargetTable, column: string): readonly string[] {
  const [create = ""] = storeColumn(schema, target, column);
  const staged = `pg_temp.${stagingName(target)}`;
  const keys = keyColumns(target.table).map((key) => `${literal(`${key} `)} || s.${identifier(key)}::text`);
  const row = `FROM ${staged} AS s WHERE s.ctid = place`;
  const search = `DECLARE place tid; BEGIN FOR place IN SELECT s.ctid FROM ${staged} AS s LOOP
    BEGIN INSERT INTO pg_temp.marble_probe SELECT s.${identifier(column)} ${row};
    EXCEPTION WHEN OTHERS THEN INSERT INTO pg_temp.marble_refused SELECT concat_ws(', ', ${keys.join(", ")}) ${row}; EXIT; END;
    END LOOP; END`;
  return [
    create,
    "CREATE TEMPORARY TABLE marble_refused (key text) ON COMMIT DROP",
    `DO ${literal(search)}`,
    "SELECT key FROM pg_temp.marble_refused",
  ];
}

/** A table may be staged several times in a commit. */
export const dropStaging = (name: string): string => `DROP TABLE pg_temp.${name}`;

/** Accepts values also for a column that generates its values, GENERATED ALWAYS AS IDENTITY. */
export const insertInto = (into: string, columns: readonly string[]): string =>
  `INSERT INTO ${into} (${list(columns)}) OVERRIDING SYSTEM VALUE`;

/** Inserts all staged rows. */
export function insertStaged(schema: string, target: TargetTable): string {
  const { into, theirs, ours } = namesOf(schema, target);
  return `${insertInto(into, theirs)} SELECT ${list(ours, "s")} FROM pg_temp.${stagingName(target)} AS s`;
}

/**
 * Looks up the parents of staged rows in the staging table itself. A chain of rows that all wait would take
 * as many scans otherwise.
 */
export const indexReferences = (target: TargetTable): readonly string[] =>
  referencesIn(target.table)
    .filter(({ to }) => to === target.table.name)
    .map(
      ({ columns }) => `CREATE INDEX ON pg_temp.${stagingName(target)} (${list(columns.map(identifier))})`,
    );

/**
 * Inserts new rows of a dimension and updates those that differ from what it would hold. Rows may refer to rows of
 * the same dimension.
 */
export function upsertDimension(schema: string, target: TargetTable): readonly string[] {
  const { into } = namesOf(schema, target);
  const rows = `pg_temp.${stagingName(target)}`;
  const keys = keyColumns(target.table);
  const others = [...target.columns.keys()].filter((name) => !keys.includes(name));
  const set = others
    .map((name) => `${identifier(theirName(target, name))} = s.${identifier(name)}`)
    .join(", ");
  const known = sameKey(target, { theirs: "t", ours: "s" });
  const insert = `${insertStaged(schema, target)} WHERE NOT EXISTS (SELECT FROM ${into} AS t WHERE ${known})`;
  if (others.length === 0) return [insert];
  const update =
    `UPDATE ${into} AS t SET ${set} FROM ${rows} AS s ` +
    `WHERE ${known} AND ${differs(target, { theirs: "t", ours: "s" }, others)}`;
  // A known row may refer to a new one. Otherwise the update comes first: it need not compare what was just inserted.
  return refersToItself(target.table) ? [insert, update] : [update, insert];
}

/** Days that the calendar has already are left as they are. */
export const insertCalendar = (schema: string, target: TargetTable): string => {
  const { into } = namesOf(schema, target);
  return (
    `${insertStaged(schema, target)} ` +
    `WHERE NOT EXISTS (SELECT FROM ${into} AS t WHERE ${sameKey(target, { theirs: "t", ours: "s" })})`
  );
};
