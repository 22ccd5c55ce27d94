import { TerminalError } from "../errors";
import { REBUILD } from "../remedies";
import { identifier, literal, qualified } from "../sql";
import { stagingName } from "./dimensions";
import { memberRows } from "./members";
import type { Destination } from "./parents";
import type { CatalogueTable, TargetTable } from "./target";
import { list, namesOf, sameKey } from "./values";

/**
 * The history of a dimension: a table with each version of each row, and the period in which the dimension had it.
 * Versions are compared as the dimension stores them, so the history gets a new version exactly when a row of the
 * dimension changes.
 */

/** The columns of a history, after those of the dimension. `commit` is the commit that added the version. */
export const VALIDITY = { from: "valid_from", to: "valid_to", commit: "commit" } as const;

/** A dimension with a history, and its place in the warehouse. */
interface HistoryTarget extends Destination {
  readonly history: string;
}

/** The dimension, if it keeps its history. */
export function historyOf<Place extends Destination>(place: Place): (Place & HistoryTarget) | undefined {
  const { table } = place.target;
  const history = table.kind === "dimension" ? table.history : undefined;
  return history === undefined ? undefined : { ...place, history };
}

const MOMENT = "timestamp with time zone";

/** The newest version of a row has no end. */
const OPEN = `${VALIDITY.to} = 'infinity'`;

const open = (of: string): string => `${of}.${OPEN}`;

const sameRow = (target: TargetTable, one: string, other: string): string =>
  namesOf("", target)
    .theirKeys.map((key) => `${one}.${key} = ${other}.${key}`)
    .join(" AND ");

const record = (target: TargetTable, of: string): string =>
  `CAST(ROW(${list(namesOf("", target).theirs, of)}) AS record)`;

/** Creates an empty history. Its columns have the types of the dimension in the warehouse. */
export function createHistory({ schema, target, history }: HistoryTarget): string {
  const { into, theirs, theirKeys } = namesOf(schema, target);
  const table = qualified(schema, history);
  const { from, to, commit } = VALIDITY;
  return [
    `CREATE TABLE ${table} AS SELECT ${list(theirs, "t")}, CAST(NULL AS timestamptz) AS ${from}, ` +
      `CAST(NULL AS timestamptz) AS ${to}, CAST(NULL AS bigint) AS ${commit} FROM ${into} AS t WITH NO DATA`,
    `ALTER TABLE ${table} ADD PRIMARY KEY (${list([...theirKeys, commit])}), ` +
      `ALTER COLUMN ${from} SET NOT NULL, ALTER COLUMN ${to} SET NOT NULL`,
    `CREATE UNIQUE INDEX ON ${table} (${list(theirKeys)}) WHERE ${OPEN}`,
  ].join(";\n");
}

/**
 * @throws TerminalError with the remedy when an existing table with the name of the history cannot store the versions
 *   of the dimension
 */
export function checkHistory({ target, history }: HistoryTarget, found: CatalogueTable): void {
  const types = new Map(found.columns.map(({ name, type }) => [name, type.declared]));
  const refuse = (what: string): TerminalError =>
    new TerminalError(`the warehouse table ${history} ${what}`, { subject: { table: history } });
  const isOurs =
    types.get(VALIDITY.from) === MOMENT &&
    types.get(VALIDITY.to) === MOMENT &&
    types.get(VALIDITY.commit) === "bigint";
  if (!isOurs)
    throw refuse(
      `has the name of the history of ${target.name}, but is another table: rename it, or give the history another name`,
    );
  for (const [ours, theirs] of target.columns) {
    const [has, wanted = ""] = [types.get(theirs), target.types.get(ours)?.declared];
    if (has === undefined)
      throw refuse(
        `has no column ${theirs}, which ${target.name} has, whose history it is: ` +
          `drop it, and rebuild the warehouse: ${REBUILD}`,
      );
    if (has !== wanted)
      throw refuse(
        `holds ${theirs} as ${has}, but ${target.name}, whose history it is, as ${wanted}: ` +
          `ALTER TABLE ${identifier(history)} ALTER COLUMN ${identifier(theirs)} TYPE ${wanted}`,
      );
  }
}

/**
 * Adds a version for each row of the dimension that differs from its newest version.
 * @param options.at the time of the commit, from which the versions are valid; the first version of a row has no
 *   beginning
 * @param options.staged only the rows with the keys of staged rows; otherwise all
 */
export function recordVersions(
  { schema, target, history }: HistoryTarget,
  options: { readonly commit: number; readonly at: string; readonly staged: boolean },
): readonly string[] {
  const { commit } = options;
  const { into, theirs, theirKeys } = namesOf(schema, target);
  const table = qualified(schema, history);
  const chosen = options.staged
    ? `EXISTS (SELECT FROM pg_temp.${stagingName(target)} AS s WHERE ${sameKey(target, { theirs: "t", ours: "s" })}) AND `
    : "";
  const changed = `FROM ${into} AS t WHERE ${chosen}${sameRow(target, "h", "t")} AND ${open("h")} AND NOT ${record(target, "h")} *= ${record(target, "t")}`;
  const others = theirs.filter((name) => !theirKeys.includes(name));
  const at = `CAST(${literal(options.at)} AS timestamptz)`;
  const previous =
    `SELECT h.${VALIDITY.to} FROM ${table} AS h WHERE ${sameRow(target, "h", "t")} ` +
    `ORDER BY h.${VALIDITY.commit} DESC LIMIT 1`;
  const update = (set: string, which: string): string =>
    `UPDATE ${table} AS h SET ${set} ${changed} AND h.${VALIDITY.commit} ${which}`;
  const replace = update(others.map((name) => `${name} = t.${name}`).join(", "), `= ${commit}`);
  // The clock of the source may go back.
  const end = update(`${VALIDITY.to} = GREATEST(${at}, h.${VALIDITY.from})`, `< ${commit}`);
  return [
    ...(others.length === 0 ? [] : [replace, end]),
    `INSERT INTO ${table} (${list([...theirs, VALIDITY.from, VALIDITY.to, VALIDITY.commit])}) ` +
      `SELECT ${list(theirs, "t")}, COALESCE((${previous}), '-infinity'), 'infinity', ${commit} FROM ${into} AS t ` +
      `WHERE ${chosen}NOT EXISTS (SELECT FROM ${table} AS h WHERE ${sameRow(target, "h", "t")} AND ${open("h")})`,
  ];
}

/** Finds the members of the dimension that its history lacks. */
export function findLackingVersions(place: HistoryTarget): string {
  const { schema, target, history } = place;
  return (
    `SELECT FROM (${memberRows(place)}) AS s (${list(namesOf(schema, target).ours)}) WHERE NOT EXISTS ` +
    `(SELECT FROM ${qualified(schema, history)} AS h WHERE ${sameKey(target, { theirs: "h", ours: "s" })} AND ${open("h")})`
  );
}

/** Undoes what the commits from `from` on added to the history, in order, so that they can be loaded again. */
export function forgetHistory({ schema, target, history }: HistoryTarget, from: number): readonly string[] {
  const table = qualified(schema, history);
  const { to, commit } = VALIDITY;
  return [
    `DELETE FROM ${table} WHERE ${commit} >= ${from}`,
    `UPDATE ${table} AS h SET ${to} = 'infinity' WHERE NOT ${open("h")} AND NOT EXISTS ` +
      `(SELECT FROM ${table} AS later WHERE ${sameRow(target, "later", "h")} AND later.${commit} > h.${commit})`,
  ];
}
