import { inKeyOrder, keyColumns } from "../model/table";
import { identifier, literal, qualified } from "../sql";
import { ORPHANS, PLACEHOLDERS } from "./bookkeeping";
import { insertInto, stagingName } from "./dimensions";
import { mayReferToMembers } from "./members";
import {
  isOpen,
  isParent,
  isWaitedFor,
  keyText,
  matchParent,
  missingOfStaged,
  missingParents,
  missingText,
  staging,
  type Destination,
  type MissingParent,
} from "./parents";
import { healedColumns, placeHealed } from "./placeholders";
import type { TargetTable } from "./target";
import { givenValues, list, namesOf } from "./values";

/**
 * Rows that refer to a missing row of a dimension: a bad or late row of one table must not stop other rows. They wait
 * in one of the loader's tables, as they were staged, until the missing row or a later version arrives.
 */

/**
 * The staged rows that cannot be loaded: rows without a parent, and rows whose parent in the same table is one of them.
 * Rows that refer to one another in a circle can be loaded together.
 */
function unloadableRows(place: Destination): string {
  const { schema, target } = place;
  const keys = keyColumns(target.table).map(identifier);
  const waitedFor = missingOfStaged(place, "s").filter(isWaitedFor);
  const first = waitedFor.map(({ refers, missing }) => `(${refers} AND ${missing})`);
  const own = waitedFor.filter(({ to }) => to === target.table.name);
  const roots =
    `SELECT s.ctid AS marble_place, ${keys.map((key, index) => `s.${key} AS marble_key_${index}`).join(", ")} ` +
    `FROM ${staging(place)} AS s WHERE ${first.length === 0 ? "false" : first.join(" OR ")}`;
  if (own.length === 0) return `WITH doomed AS MATERIALIZED (${roots})`;
  const { into } = namesOf(schema, target);
  const child = own
    .map(
      (reference) =>
        `(${inKeyOrder(reference, keyColumns(target.table))
          .map((column, index) => `s.${identifier(column)} = d.marble_key_${index}`)
          .join(" AND ")})`,
    )
    .join(" OR ");
  // An earlier version of the parent may be in the table.
  const known = matchParent(
    target,
    "p",
    keys.map((_, index) => `d.marble_key_${index}`),
  );
  return (
    `WITH RECURSIVE doomed AS (${roots} UNION SELECT s.ctid, ${list(keys, "s")} FROM doomed AS d ` +
    `JOIN ${staging(place)} AS s ON ${child} WHERE NOT EXISTS (SELECT FROM ${into} AS p WHERE ${known}))`
  );
}

/** Why a row waits: its first reference whose parent is missing. */
function reasonOf(
  place: Destination,
  of: string,
  unless: (reference: MissingParent) => string = () => "",
): string {
  const cases = missingParents(place, of)
    .filter(isWaitedFor)
    .map((reference) => {
      const { columns, refers, missing } = reference;
      return `WHEN ${refers} AND ${missing}${unless(reference)} THEN ${missingText(of, { columns })}`;
    });
  return cases.length === 0 ? "NULL" : `CASE ${cases.join(" ")} END`;
}

/** The condition that the parent is neither in the same table nor staged with the row. */
const isNotStaged =
  (place: Destination, of: string) =>
  (reference: MissingParent): string =>
    reference.to === place.target.table.name
      ? ` AND NOT EXISTS (SELECT FROM ${staging(place)} AS staged WHERE ${isParent(place, "staged", of, reference)} ` +
        "AND staged.ctid NOT IN (SELECT marble_place FROM doomed))"
      : "";

/**
 * Moves the staged rows without parents from the staging table to the waiting rows, with the reason. Returns the rows
 * that start to wait.
 * @param options.again true if some of them may already wait
 */
export function setOrphansAside(
  place: Destination,
  options: { readonly commit: number; readonly again: boolean },
): string {
  const { schema, target } = place;
  return (
    `${unloadableRows(place)}, checked AS MATERIALIZED (SELECT s.ctid AS marble_place, ${reasonOf(place, "s", isNotStaged(place, "s"))} AS marble_reason ` +
    `FROM ${staging(place)} AS s JOIN doomed ON doomed.marble_place = s.ctid), ` +
    `gone AS (DELETE FROM ${staging(place)} AS s USING checked WHERE s.ctid = checked.marble_place ` +
    `RETURNING ${keyText(place, "s")} AS key, checked.marble_reason AS reason, to_jsonb(s.*) AS version) ` +
    `INSERT INTO ${qualified(schema, ORPHANS)} (fact, key, commit, reason, version) ` +
    `SELECT ${literal(target.table.name)}, gone.key, ${options.commit}, gone.reason, gone.version ` +
    `FROM gone${options.again ? ` WHERE gone.version IS DISTINCT FROM (${newestWaiting(place, "gone.key")})` : ""}`
  );
}

/** A waiting row that is captured again must not wait twice. */
const newestWaiting = (place: Destination, key: string): string =>
  `SELECT w.version FROM ${qualified(place.schema, ORPHANS)} AS w WHERE ${isOpen(place, "w")} AND w.key = ${key} ` +
  "ORDER BY w.orphan_id DESC LIMIT 1";

/**
 * Ends the wait of versions with a staged later version, or a staged tombstone, of the same row.
 * @param options.of the placeholders instead of the waiting rows
 * @param options.staged the staging table; by default that of the table itself
 * @param options.keepSame true if versions that equal the staged row keep waiting
 */
export function supersedeOrphans(
  place: Destination,
  options: {
    readonly commit: number;
    readonly of?: typeof PLACEHOLDERS;
    readonly staged?: TargetTable;
    readonly keepSame?: boolean;
  },
): string {
  const { commit, of = ORPHANS, staged = place.target, keepSame = false } = options;
  const differs = keepSame ? " AND o.version IS DISTINCT FROM to_jsonb(s.*)" : "";
  return (
    `UPDATE ${qualified(place.schema, of)} AS o SET superseded_by = ${commit} ` +
    `FROM pg_temp.${stagingName(staged)} AS s WHERE ${isOpen(place, "o")} AND o.key = ${keyText({ target: staged }, "s")}${differs}`
  );
}

/**
 * Corrects the reasons of the waiting rows, because one of several missing rows may have arrived. Needs the staging
 * table's type.
 */
export const renewReasons = (place: Destination): string =>
  `UPDATE ${qualified(place.schema, ORPHANS)} AS o SET reason = r.reason FROM ` +
  `(SELECT w.orphan_id, ${reasonOf(place, "v")} AS reason FROM ${qualified(place.schema, ORPHANS)} AS w, ` +
  `jsonb_populate_record(NULL::${staging(place)}, w.version) AS v WHERE ${isOpen(place, "w")}) AS r ` +
  "WHERE o.orphan_id = r.orphan_id AND o.reason <> r.reason";

/** Finds out whether any row of the table waits. Returns one row or none. */
export const findOrphan = (place: Destination): string =>
  `SELECT FROM ${qualified(place.schema, ORPHANS)} AS o WHERE ${isOpen(place, "o")} LIMIT 1`;

/** Adds the waiting rows of a dimension to the staging table, to try them again. */
export const stageWaiting = (place: Destination): string =>
  `INSERT INTO ${staging(place)} SELECT v.* FROM ${qualified(place.schema, ORPHANS)} AS o, ` +
  `jsonb_populate_record(NULL::${staging(place)}, o.version) AS v WHERE ${isOpen(place, "o")} ` +
  `AND NOT EXISTS (SELECT FROM ${staging(place)} AS s WHERE ${keyText(place, "s")} = o.key)`;

/** Ends the wait of a dimension's rows in the staging table, because they are about to be loaded. */
export const recordHealed = (place: Destination, commit: number): string =>
  `UPDATE ${qualified(place.schema, ORPHANS)} AS o SET healed_by = ${commit} FROM ${staging(place)} AS s ` +
  `WHERE ${isOpen(place, "o")} AND o.key = ${keyText(place, "s")}`;

/**
 * Loads the waiting versions of a fact whose parents have all arrived, in order. Parents with a member may still be
 * missing. Needs the staging table's type.
 */
export function healOrphans(place: Destination, commit: number): string {
  const { into, theirs } = namesOf(place.schema, place.target);
  const orphans = qualified(place.schema, ORPHANS);
  const version = (text: string): string => `jsonb_populate_record(NULL::${staging(place)}, ${text})`;
  const waitedFor = missingParents(place, "v").filter(isWaitedFor);
  const ready = [
    isOpen(place, "o"),
    ...waitedFor.map(({ refers, missing }) => `NOT (${refers} AND ${missing})`),
  ];
  const members = mayReferToMembers(place.target);
  const columns = ["o.orphan_id", "o.key", "o.version"];
  if (members) columns.push(healedColumns(place, "o.version"));
  return (
    `WITH ready AS (SELECT ${list(columns)} FROM ${orphans} AS o, ${version("o.version")} AS v WHERE ${ready.join(" AND ")}), ` +
    `healed AS (UPDATE ${orphans} AS o SET healed_by = ${commit} FROM ready WHERE o.orphan_id = ready.orphan_id)` +
    `${members ? `, ${placeHealed(place, commit)}` : ""} ` +
    `${insertInto(into, theirs)} SELECT ${list(givenValues(place.target, "v"))} FROM ready, ` +
    `${version(members ? "ready.shown" : "ready.version")} AS v ORDER BY ready.orphan_id`
  );
}

/** Ends the wait of a fact's version when a later version of the same row was loaded. */
export const supersedeByHealed = (place: Destination, commit: number): string => {
  const orphans = qualified(place.schema, ORPHANS);
  return (
    `UPDATE ${orphans} AS o SET superseded_by = ${commit} FROM ${orphans} AS h WHERE ${isOpen(place, "o")} ` +
    `AND h.fact = o.fact AND h.key = o.key AND h.healed_by = ${commit} AND h.orphan_id > o.orphan_id`
  );
};

/** Undoes the waits and loads of the commits from `from` on, in order. */
export function forgetOrphans({ schema, target }: Destination, from: number): readonly string[] {
  const of = `fact = ${literal(target.table.name)}`;
  return [ORPHANS, PLACEHOLDERS].flatMap((name) => {
    const rows = qualified(schema, name);
    return [
      `DELETE FROM ${rows} WHERE ${of} AND commit >= ${from}`,
      `UPDATE ${rows} SET healed_by = NULL WHERE ${of} AND healed_by >= ${from}`,
      `UPDATE ${rows} SET superseded_by = NULL WHERE ${of} AND superseded_by >= ${from}`,
    ];
  });
}
