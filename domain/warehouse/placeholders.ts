import { identifier, literal, qualified } from "../sql";
import { PLACEHOLDERS } from "./bookkeeping";
import { insertInto } from "./dimensions";
import { shownAs } from "./members";
import {
  isOpen,
  isWaitedFor,
  keyText,
  missingOfStaged,
  missingParents,
  missingText,
  staging,
  type Destination,
  type MissingParent,
} from "./parents";
import { givenValues, list, namesOf } from "./values";

/**
 * Rows that refer to a member of a dimension while their parent is missing. Each is loaded with the member, and the
 * original row is stored as a placeholder. When the parent arrives, the original row is loaded. A row has at most one
 * open placeholder, that of its newest loaded version.
 */

const placeholders = ({ schema }: Destination): string => qualified(schema, PLACEHOLDERS);

const replacedParents = (missing: readonly MissingParent[]): readonly MissingParent[] =>
  missing.filter((reference) => !isWaitedFor(reference));

/** Why a row refers to members: all of its references with missing parents. */
const reasonOf = (of: string, missing: readonly MissingParent[]): string =>
  `concat_ws('; ', ${replacedParents(missing)
    .map(
      (reference) =>
        `CASE WHEN ${reference.refers} AND ${reference.missing} THEN ${missingText(of, reference)} END`,
    )
    .join(", ")})`;

const record = (place: Destination, commit: number, from: string): string =>
  `INSERT INTO ${placeholders(place)} (fact, key, commit, reason, version, shown) ` +
  `SELECT ${literal(place.target.table.name)}, r.key, ${commit}, r.reason, r.version, r.shown FROM ${from} AS r`;

/** Finds out whether any row of the table has a placeholder. Returns one row or none. */
export const findPlaceholder = (place: Destination): string =>
  `SELECT FROM ${placeholders(place)} AS p WHERE ${isOpen(place, "p")} LIMIT 1`;

/**
 * Lets staged rows without parents refer to members, and stores the original rows. Returns the number of rows that
 * newly refer to these members.
 * @param options.again true if staged rows may have equal open placeholders; they are healed when a parent has arrived
 */
export function placeMembers(
  place: Destination,
  { commit, again }: { readonly commit: number; readonly again: boolean },
): string {
  const { target } = place;
  const missing = missingOfStaged(place, "s");
  const any = replacedParents(missing).map((reference) => `(${reference.refers} AND ${reference.missing})`);
  const columns = [...new Set(replacedParents(missing).flatMap((reference) => reference.columns))].map(
    identifier,
  );
  const same = (of: string): string =>
    `${of}.key = p.key AND ${of}.version = p.version AND ${of}.shown = p.shown`;
  const healed =
    `healed AS (UPDATE ${placeholders(place)} AS p SET healed_by = ${commit} WHERE ${isOpen(place, "p")} ` +
    `AND p.key IN (SELECT ${keyText(place, "s")} FROM ${staging(place)} AS s) ` +
    `AND NOT EXISTS (SELECT FROM placed WHERE ${same("placed")})), `;
  return (
    `WITH placed AS MATERIALIZED (SELECT s.ctid AS place, ${keyText(place, "s")} AS key, to_jsonb(s.*) AS version, ` +
    `${shownAs(place, "to_jsonb(s.*)", missing)} AS shown, ${reasonOf("s", missing)} AS reason ` +
    `FROM ${staging(place)} AS s WHERE ${any.join(" OR ")}), ${again ? healed : ""}` +
    `changed AS (UPDATE ${staging(place)} AS s SET ${columns.map((name) => `${name} = v.${name}`).join(", ")} ` +
    `FROM placed, jsonb_populate_record(NULL::${staging({ target })}, placed.shown) AS v WHERE s.ctid = placed.place) ` +
    record(place, commit, "placed") +
    (again
      ? ` WHERE NOT EXISTS (SELECT FROM ${placeholders(place)} AS p WHERE ${isOpen(place, "p")} AND ${same("r")})`
      : "")
  );
}

/** Adds the original rows of a dimension's placeholders to the staging table. */
export const stagePlaceholders = (place: Destination): string =>
  `INSERT INTO ${staging(place)} SELECT v.* FROM ${placeholders(place)} AS p, ` +
  `jsonb_populate_record(NULL::${staging(place)}, p.version) AS v WHERE ${isOpen(place, "p")} ` +
  `AND NOT EXISTS (SELECT FROM ${staging(place)} AS s WHERE ${keyText(place, "s")} = p.key)`;

/**
 * Loads the versions of a fact with placeholders again, if a parent has arrived; parents that are still missing are
 * replaced by members. Needs the staging table's type.
 */
export function healPlaceholders(place: Destination, commit: number): string {
  const { into, theirs } = namesOf(place.schema, place.target);
  const version = (text: string): string => `jsonb_populate_record(NULL::${staging(place)}, ${text}) AS v`;
  const missing = missingParents(place, "v");
  return (
    `WITH known AS MATERIALIZED (SELECT p.placeholder_id, p.key, p.version, p.shown AS before, ` +
    `${shownAs(place, "p.version", missing)} AS shown, ${reasonOf("v", missing)} AS reason ` +
    `FROM ${placeholders(place)} AS p, ${version("p.version")} WHERE ${isOpen(place, "p")}), ` +
    `ready AS (SELECT * FROM known WHERE known.shown <> known.before), ` +
    `healed AS (UPDATE ${placeholders(place)} AS p SET healed_by = ${commit} FROM ready WHERE p.placeholder_id = ready.placeholder_id), ` +
    `placed AS (${record(place, commit, "ready")} WHERE r.shown <> r.version) ` +
    `${insertInto(into, theirs)} SELECT ${list(givenValues(place.target, "v"))} FROM ready, ${version("ready.shown")} ORDER BY ready.placeholder_id`
  );
}

/** The part of `healOrphans` that lets rows refer to members. It reads the healed orphans from a table `ready`. */
export const placeHealed = (place: Destination, commit: number): string =>
  `superseded AS (UPDATE ${placeholders(place)} AS p SET superseded_by = ${commit} FROM ready ` +
  `WHERE ${isOpen(place, "p")} AND p.key = ready.key), ` +
  `placed AS (${record(place, commit, "ready")} WHERE r.shown <> r.version AND NOT EXISTS ` +
  `(SELECT FROM ready AS later WHERE later.key = r.key AND later.orphan_id > r.orphan_id))`;

/** The columns of a waiting version `v` that `placeHealed` needs. `version` is its JSON. */
export function healedColumns(place: Destination, version: string): string {
  const missing = missingParents(place, "v");
  return `${shownAs(place, version, missing)} AS shown, ${reasonOf("v", missing)} AS reason`;
}
