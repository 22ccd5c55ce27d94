import { TerminalError } from "../errors";
import { tombstoneTable, type Fact } from "../model/table";
import { identifier, literal, qualified } from "../sql";
import { BATCHES, DELETIONS, ORPHANS } from "./bookkeeping";
import { list, namesOf, stagingName } from "./dimensions";
import type { TargetTable } from "./target";

/** A fact with its place in the warehouse, and the places of the dimensions that it refers to. */
export interface FactTarget {
  readonly schema: string;
  readonly fact: Fact;
  readonly target: TargetTable;
  /** By the dimension's name in the model. */
  readonly parents: ReadonlyMap<string, TargetTable>;
}

function surrogateKey({ surrogateKey: name, table }: TargetTable): string {
  if (name === undefined) throw new TerminalError(`${table.name} has no surrogate key`);
  return identifier(name);
}

/** The newest version of each row, the deleted ones left out. */
function newestVersions({ schema, fact, target }: FactTarget): string {
  const { into, theirs, theirKey } = namesOf(schema, target);
  const surrogate = surrogateKey(target);
  return (
    `SELECT * FROM (SELECT DISTINCT ON (${theirKey}) ${list([surrogate, ...theirs])} FROM ${into} ` +
    `ORDER BY ${theirKey}, ${surrogate} DESC) AS newest WHERE NOT EXISTS (` +
    `SELECT FROM ${qualified(schema, DELETIONS)} AS d WHERE d.fact = ${literal(fact.name)} AND d.record_id = newest.${surrogate})`
  );
}

/** The view of the newest version of each row that is not deleted. */
export const createCurrentView = (target: FactTarget): string =>
  `CREATE VIEW ${qualified(target.schema, target.fact.currentView)} AS ${newestVersions(target)}`;

/** Appends the staged versions; of a recapture only those that differ from the newest version. */
export function appendVersions(fact: FactTarget, options: { recapture: boolean }): string {
  const { into, theirs, ours, theirKey, ourKey } = namesOf(fact.schema, fact.target);
  const insert = `INSERT INTO ${into} (${list(theirs)}) SELECT ${list(ours, "s")} FROM pg_temp.${stagingName(fact.target)} AS s`;
  if (!options.recapture) return insert;
  return (
    `${insert} LEFT JOIN (${newestVersions(fact)}) AS t ON t.${theirKey} = s.${ourKey} ` +
    `WHERE t.${theirKey} IS NULL OR (${list(theirs, "t")}) IS DISTINCT FROM (${list(ours, "s")})`
  );
}

/** Records up to which version the commit brought the fact. */
export function recordBatch({ schema, fact, target }: FactTarget, commit: number): string {
  const { into } = namesOf(schema, target);
  const last = `SELECT max(${surrogateKey(target)}) FROM ${into}`;
  return `INSERT INTO ${qualified(schema, BATCHES)} (fact, commit, last_record) VALUES (${literal(fact.name)}, ${commit}, (${last}))`;
}

/** Undoes what the commits from `from` on brought the fact, in order: they can then be loaded again. */
export function forgetVersions({ schema, fact, target }: FactTarget, from: number): readonly string[] {
  const { into } = namesOf(schema, target);
  const of = `fact = ${literal(fact.name)}`;
  const [batches, deletions, orphans] = [BATCHES, DELETIONS, ORPHANS].map((name) => qualified(schema, name));
  const before = `SELECT max(last_record) FROM ${batches} WHERE ${of} AND commit < ${from}`;
  return [
    `DELETE FROM ${deletions} WHERE ${of} AND commit >= ${from}`,
    `DELETE FROM ${orphans} WHERE ${of} AND commit >= ${from}`,
    `UPDATE ${orphans} SET healed_by = NULL WHERE ${of} AND healed_by >= ${from}`,
    `UPDATE ${orphans} SET superseded_by = NULL WHERE ${of} AND superseded_by >= ${from}`,
    `DELETE FROM ${into} WHERE ${surrogateKey(target)} > COALESCE((${before}), 0)`,
    `DELETE FROM ${batches} WHERE ${of} AND commit >= ${from}`,
  ];
}

/** Where tombstones are staged: a table of the key alone. */
export function stageTombstones({ fact, target }: FactTarget): TargetTable {
  const { name, columns } = tombstoneTable(fact);
  return {
    ...target,
    table: { ...fact, name, columns },
    columns: new Map([[fact.key, target.columns.get(fact.key) ?? fact.key]]),
  };
}

/** Records the newest version of each staged tombstone as deleted. */
export function recordDeletions(
  { schema, fact, target }: FactTarget,
  options: { staged: TargetTable; commit: number },
): string {
  const { into, theirKey } = namesOf(schema, target);
  const surrogate = surrogateKey(target);
  return (
    `INSERT INTO ${qualified(schema, DELETIONS)} (fact, record_id, commit) ` +
    `SELECT ${literal(fact.name)}, max(f.${surrogate}), ${options.commit} ` +
    `FROM pg_temp.${stagingName(options.staged)} AS s JOIN ${into} AS f ON f.${theirKey} = s.${identifier(fact.key)} ` +
    `GROUP BY f.${theirKey} ON CONFLICT DO NOTHING`
  );
}

/**
 * For each reference of a row `of`: the column, and the condition that its parent is missing.
 * @param nameOf what a column is called there; by default as in the model
 */
export function missingParents(
  { schema, fact, parents }: FactTarget,
  of: string,
  nameOf: (column: string) => string = (column) => column,
): readonly { column: string; missing: string }[] {
  return Object.entries(fact.columns).flatMap(([column, { references }]) => {
    const parent = references === undefined ? undefined : parents.get(references);
    if (parent === undefined) return [];
    const { into, theirKey } = namesOf(schema, parent);
    const value = `${of}.${identifier(nameOf(column))}`;
    return [
      {
        column,
        missing: `${value} IS NOT NULL AND NOT EXISTS (SELECT FROM ${into} AS p WHERE p.${theirKey} = ${value})`,
      },
    ];
  });
}

/** Puts the staged versions aside whose parents are missing, with the reason; they leave the staging table. */
export function setOrphansAside(
  fact: FactTarget,
  options: { readonly commit: number; readonly recapture: boolean },
): string {
  const { commit, recapture } = options;
  const reasons = missingParents(fact, "s").map(
    ({ column, missing }) =>
      `WHEN ${missing} THEN ${literal(`${column} `)} || s.${identifier(column)} || ${literal(" is in no dimension")}`,
  );
  const reason = reasons.length === 0 ? "NULL" : `CASE ${reasons.join(" ")} END`;
  const staging = `pg_temp.${stagingName(fact.target)}`;
  return (
    `WITH orphans AS (SELECT * FROM (SELECT s.ctid AS place, s, ${reason} AS reason FROM ${staging} AS s) AS checked WHERE reason IS NOT NULL), ` +
    `gone AS (DELETE FROM ${staging} AS g USING orphans AS o WHERE g.ctid = o.place) ` +
    `INSERT INTO ${qualified(fact.schema, ORPHANS)} (fact, key, commit, reason, version) ` +
    `SELECT ${literal(fact.fact.name)}, (o.s).${identifier(fact.fact.key)}::text, ${commit}, o.reason, to_jsonb(o.s) ` +
    `FROM orphans AS o${recapture ? ` WHERE ${differsFromWaiting(fact)}` : ""}`
  );
}

const waiting = (fact: FactTarget, of = "o"): string =>
  `${of}.fact = ${literal(fact.fact.name)} AND ${of}.healed_by IS NULL AND ${of}.superseded_by IS NULL`;

/** A version captured again that waits already must not wait twice. */
const differsFromWaiting = (fact: FactTarget): string =>
  `to_jsonb(o.s) IS DISTINCT FROM (SELECT w.version FROM ${qualified(fact.schema, ORPHANS)} AS w ` +
  `WHERE ${waiting(fact, "w")} AND w.key = (o.s).${identifier(fact.fact.key)}::text ORDER BY w.orphan_id DESC LIMIT 1)`;

/** Waiting versions give way to a staged later version, or to a tombstone, of the same row. */
export const supersedeOrphans = (
  fact: FactTarget,
  options: { staged: TargetTable; commit: number },
): string =>
  `UPDATE ${qualified(fact.schema, ORPHANS)} AS o SET superseded_by = ${options.commit} ` +
  `FROM pg_temp.${stagingName(options.staged)} AS s WHERE ${waiting(fact)} AND o.key = s.${identifier(fact.fact.key)}::text`;

/** Does any version of the fact wait? One row, or none. */
export const findOrphan = (fact: FactTarget): string =>
  `SELECT FROM ${qualified(fact.schema, ORPHANS)} AS o WHERE ${waiting(fact)} LIMIT 1`;

/** Loads the waiting versions whose parents have all come, in their order. Needs the staging table's type. */
export function healOrphans(fact: FactTarget, commit: number): string {
  const { into, theirs, ours } = namesOf(fact.schema, fact.target);
  const orphans = qualified(fact.schema, ORPHANS);
  const ready = [waiting(fact), ...missingParents(fact, "v").map(({ missing }) => `NOT (${missing})`)];
  return (
    `WITH ready AS (SELECT o.orphan_id, v.* FROM ${orphans} AS o, ` +
    `jsonb_populate_record(NULL::pg_temp.${stagingName(fact.target)}, o.version) AS v ` +
    `WHERE ${ready.join(" AND ")}), ` +
    `healed AS (UPDATE ${orphans} AS o SET healed_by = ${commit} FROM ready WHERE o.orphan_id = ready.orphan_id) ` +
    `INSERT INTO ${into} (${list(theirs)}) SELECT ${list(ours)} FROM ready ORDER BY orphan_id`
  );
}

/** A version that still waits gives way to a later one of the same row that was healed. */
export const supersedeByHealed = (fact: FactTarget, commit: number): string => {
  const orphans = qualified(fact.schema, ORPHANS);
  return (
    `UPDATE ${orphans} AS o SET superseded_by = ${commit} FROM ${orphans} AS h WHERE ${waiting(fact)} ` +
    `AND h.fact = o.fact AND h.key = o.key AND h.healed_by = ${commit} AND h.orphan_id > o.orphan_id`
  );
};
