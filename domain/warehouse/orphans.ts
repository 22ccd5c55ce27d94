import type { ColumnShape } from "../formats/columnar/arrow";
import { keyColumns, referencesIn } from "../model/table";
import { identifier, literal, qualified } from "../sql";
import { ORPHANS } from "./bookkeeping";
import { insertInto, stagingName } from "./dimensions";
import type { TargetTable } from "./target";
import { heldValue, list, namesOf, storedValue, theirName } from "./values";

/**
 * Rows that refer to a row which a dimension does not have: a bad or late row of one table stops no other. They wait
 * in a table of the loader's own, each as it was staged, until that row comes, or a later version of the row itself.
 */

/** A table in the warehouse, and the dimensions that it refers to. */
export interface Destination {
  readonly schema: string;
  readonly target: TargetTable;
  /** By the dimension's name in the model. */
  readonly parents: ReadonlyMap<string, TargetTable>;
}

const staging = ({ target }: Pick<Destination, "target">): string => `pg_temp.${stagingName(target)}`;

/** The key of a staged row as one text. */
function keyText({ target }: Pick<Destination, "target">, of: string): string {
  const keys = keyColumns(target.table).map((key) => `${of}.${identifier(key)}`);
  return keys.length === 1 ? `${keys.join("")}::text` : `jsonb_build_array(${keys.join(", ")})::text`;
}

/** Are the rows of this table that wait, of all that wait? `of` is the alias of the loader's table. */
const waiting = ({ target }: Destination, of = "o"): string =>
  `${of}.fact = ${literal(target.table.name)} AND ${of}.healed_by IS NULL AND ${of}.superseded_by IS NULL`;

/** A reference of a table, and the condition that a row has no parent. */
export interface MissingParent {
  readonly columns: readonly string[];
  readonly to: string;
  /** Has a row all the columns of the reference? With a NULL in one it refers to nothing. */
  readonly refers: string;
  /** Does the dimension have no row of that key? */
  readonly missing: string;
}

/**
 * For each reference of a row `of`: the condition that its parent is missing.
 * @param options.inTarget is it a row of the target, not of the staging table?
 */
export function missingParents(
  { schema, target, parents }: Destination,
  of: string,
  { inTarget = false } = {},
): readonly MissingParent[] {
  return referencesIn(target.table).flatMap(({ columns, to }) => {
    const parent = parents.get(to);
    if (parent === undefined) return [];
    const values = columns.map(
      (column) => `${of}.${identifier(inTarget ? theirName(target, column) : column)}`,
    );
    const same = matchParent(parent, "p", values);
    return [
      {
        columns,
        to,
        refers: values.map((value) => `${value} IS NOT NULL`).join(" AND "),
        missing: `NOT EXISTS (SELECT FROM ${namesOf(schema, parent).into} AS p WHERE ${same})`,
      },
    ];
  });
}

/** Is the key of a row of a dimension these values, in the order of its key? */
function matchParent(parent: TargetTable, of: string, values: readonly string[]): string {
  const shapes: Readonly<Record<string, ColumnShape | undefined>> = parent.table.columns;
  return keyColumns(parent.table)
    .map((key, index) => {
      const type = shapes[key]?.type;
      const targetType = parent.types.get(key);
      if (type === undefined || targetType === undefined)
        throw new TypeError(`${parent.table.name} has no column ${key}`);
      const held = heldValue(`${of}.${identifier(theirName(parent, key))}`, type, targetType);
      return `${held} = ${storedValue(values[index] ?? "NULL", type, targetType)}`;
    })
    .join(" AND ");
}

/** A reference to the table itself is missing only when the parent is not staged either. */
const missingOf = (place: Destination, of: string): readonly MissingParent[] =>
  missingParents(place, of).map((reference) =>
    reference.to === place.target.table.name
      ? { ...reference, missing: `${reference.missing} AND ${notStaged(place, of, reference)}` }
      : reference,
  );

/** Does a staged row, `parent`, have the key that a reference of the staged row `child` holds? */
const isParent = (
  { target }: Destination,
  parent: string,
  child: string,
  columns: readonly string[],
): string =>
  keyColumns(target.table)
    .map((key, index) => `${parent}.${identifier(key)} = ${child}.${identifier(columns[index] ?? key)}`)
    .join(" AND ");

const notStaged = (place: Destination, of: string, { columns }: MissingParent): string =>
  `NOT EXISTS (SELECT FROM ${staging(place)} AS staged WHERE ${isParent(place, "staged", of, columns)})`;

/**
 * The staged rows that cannot be loaded: those without a parent, and those whose parent, in the same table, is one of
 * these. Rows that refer to one another in a circle can be loaded together.
 */
function doomedRows(place: Destination): string {
  const { schema, target } = place;
  const keys = keyColumns(target.table).map(identifier);
  const first = missingOf(place, "s").map(({ refers, missing }) => `(${refers} AND ${missing})`);
  const own = missingParents(place, "s").filter(({ to }) => to === target.table.name);
  const roots =
    `SELECT s.ctid AS marble_place, ${keys.map((key, index) => `s.${key} AS marble_key_${index}`).join(", ")} ` +
    `FROM ${staging(place)} AS s WHERE ${first.length === 0 ? "false" : first.join(" OR ")}`;
  if (own.length === 0) return `WITH doomed AS MATERIALIZED (${roots})`;
  const { into } = namesOf(schema, target);
  const child = own
    .map(
      ({ columns }) =>
        `(${columns.map((column, index) => `s.${identifier(column)} = d.marble_key_${index}`).join(" AND ")})`,
    )
    .join(" OR ");
  // An earlier version of the parent may be there.
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

/** Why a doomed row waits: the first of its references whose parent neither is there nor comes with it. */
function reasonOf(place: Destination, of: string): string {
  const cases = missingParents(place, of).map(({ columns, refers, missing, to }) => {
    const values = columns
      .map((column) => `${literal(`${column} `)} || ${of}.${identifier(column)}::text`)
      .join(` || ${literal(", ")} || `);
    const comes =
      `EXISTS (SELECT FROM ${staging(place)} AS staged WHERE ${isParent(place, "staged", of, columns)} ` +
      "AND staged.ctid NOT IN (SELECT marble_place FROM doomed))";
    const alone = to === place.target.table.name ? ` AND NOT ${comes}` : "";
    return `WHEN ${refers} AND ${missing}${alone} THEN ${values} || ${literal(" is in no dimension")}`;
  });
  return cases.length === 0 ? "NULL" : `CASE ${cases.join(" ")} END`;
}

/**
 * Sets the staged rows aside whose parents are missing, with the reason; they leave the staging table. Returns those
 * that wait from now on.
 * @param options.again may rows be among them that wait already?
 */
export function setOrphansAside(
  place: Destination,
  options: { readonly commit: number; readonly again: boolean },
): string {
  const { schema, target } = place;
  return (
    `${doomedRows(place)}, checked AS MATERIALIZED (SELECT s.ctid AS marble_place, ${reasonOf(place, "s")} AS marble_reason ` +
    `FROM ${staging(place)} AS s JOIN doomed ON doomed.marble_place = s.ctid), ` +
    `gone AS (DELETE FROM ${staging(place)} AS s USING checked WHERE s.ctid = checked.marble_place ` +
    `RETURNING ${keyText(place, "s")} AS key, checked.marble_reason AS reason, to_jsonb(s.*) AS version) ` +
    `INSERT INTO ${qualified(schema, ORPHANS)} (fact, key, commit, reason, version) ` +
    `SELECT ${literal(target.table.name)}, gone.key, ${options.commit}, gone.reason, gone.version ` +
    `FROM gone${options.again ? ` WHERE gone.version IS DISTINCT FROM (${newestWaiting(place, "gone.key")})` : ""}`
  );
}

/** A row captured again that waits already must not wait twice. */
const newestWaiting = (place: Destination, key: string): string =>
  `SELECT w.version FROM ${qualified(place.schema, ORPHANS)} AS w WHERE ${waiting(place, "w")} AND w.key = ${key} ` +
  "ORDER BY w.orphan_id DESC LIMIT 1";

/**
 * Waiting versions give way to a staged later version, or to a tombstone, of the same row.
 * @param options.staged the staging table; by default that of the table itself
 * @param options.keepSame do those that equal the staged row still wait?
 */
export function supersedeOrphans(
  place: Destination,
  options: { readonly commit: number; readonly staged?: TargetTable; readonly keepSame?: boolean },
): string {
  const { commit, staged = place.target, keepSame = false } = options;
  const differs = keepSame ? " AND o.version IS DISTINCT FROM to_jsonb(s.*)" : "";
  return (
    `UPDATE ${qualified(place.schema, ORPHANS)} AS o SET superseded_by = ${commit} ` +
    `FROM pg_temp.${stagingName(staged)} AS s WHERE ${waiting(place)} AND o.key = ${keyText({ target: staged }, "s")}${differs}`
  );
}

/** Does any row of the table wait? One row, or none. */
export const findOrphan = (place: Destination): string =>
  `SELECT FROM ${qualified(place.schema, ORPHANS)} AS o WHERE ${waiting(place)} LIMIT 1`;

/** The rows of a dimension that wait, among those of the staging table: whatever has come since, they are tried again. */
export const stageWaiting = (place: Destination): string =>
  `INSERT INTO ${staging(place)} SELECT v.* FROM ${qualified(place.schema, ORPHANS)} AS o, ` +
  `jsonb_populate_record(NULL::${staging(place)}, o.version) AS v WHERE ${waiting(place)} ` +
  `AND NOT EXISTS (SELECT FROM ${staging(place)} AS s WHERE ${keyText(place, "s")} = o.key)`;

/** Of the rows of a dimension that wait, those of the staging table wait no longer: they are about to be loaded. */
export const recordHealed = (place: Destination, commit: number): string =>
  `UPDATE ${qualified(place.schema, ORPHANS)} AS o SET healed_by = ${commit} FROM ${staging(place)} AS s ` +
  `WHERE ${waiting(place)} AND o.key = ${keyText(place, "s")}`;

/** Loads the waiting versions of a fact whose parents have all come, in their order. Needs the staging table's type. */
export function healOrphans(place: Destination, commit: number): string {
  const { into, theirs, ours } = namesOf(place.schema, place.target);
  const orphans = qualified(place.schema, ORPHANS);
  const version = (of: string): string => `jsonb_populate_record(NULL::${staging(place)}, ${of}.version)`;
  const ready = [
    waiting(place),
    ...missingParents(place, "v").map(({ refers, missing }) => `NOT (${refers} AND ${missing})`),
  ];
  return (
    `WITH ready AS (SELECT o.orphan_id, o.version FROM ${orphans} AS o, ${version("o")} AS v WHERE ${ready.join(" AND ")}), ` +
    `healed AS (UPDATE ${orphans} AS o SET healed_by = ${commit} FROM ready WHERE o.orphan_id = ready.orphan_id) ` +
    `${insertInto(into, theirs)} SELECT ${list(ours, "v")} FROM ready, ${version("ready")} AS v ORDER BY ready.orphan_id`
  );
}

/** A version of a fact that still waits gives way to a later one of the same row that was healed. */
export const supersedeByHealed = (place: Destination, commit: number): string => {
  const orphans = qualified(place.schema, ORPHANS);
  return (
    `UPDATE ${orphans} AS o SET superseded_by = ${commit} FROM ${orphans} AS h WHERE ${waiting(place)} ` +
    `AND h.fact = o.fact AND h.key = o.key AND h.healed_by = ${commit} AND h.orphan_id > o.orphan_id`
  );
};

/** Undoes what the commits from `from` on set aside and healed, in order. */
export function forgetOrphans({ schema, target }: Destination, from: number): readonly string[] {
  const of = `fact = ${literal(target.table.name)}`;
  const orphans = qualified(schema, ORPHANS);
  return [
    `DELETE FROM ${orphans} WHERE ${of} AND commit >= ${from}`,
    `UPDATE ${orphans} SET healed_by = NULL WHERE ${of} AND healed_by >= ${from}`,
    `UPDATE ${orphans} SET superseded_by = NULL WHERE ${of} AND superseded_by >= ${from}`,
  ];
}
