import { TerminalError } from "../errors";
import { keyColumns, tombstoneTable, type Fact } from "../model/table";
import { identifier, literal, qualified } from "../sql";
import { BATCHES, DELETIONS } from "./bookkeeping";
import { forgetOrphans } from "./orphans";
import type { Destination } from "./parents";
import { insertStaged, stagingName } from "./dimensions";
import type { TargetTable } from "./target";
import { differs, list, namesOf, sameKey } from "./values";

/** A fact in the warehouse, and the dimensions to which it refers. */
export interface FactTarget extends Destination {
  readonly fact: Fact;
}

function surrogateKey({ surrogateKey: name, table }: TargetTable): string {
  if (name === undefined) throw new TerminalError(`${table.name} has no surrogate key`);
  return identifier(name);
}

/** The condition that a version `of` the fact is not recorded as deleted. */
const isNotDeleted = ({ schema, fact, target }: FactTarget, of: string): string =>
  `NOT EXISTS (SELECT FROM ${qualified(schema, DELETIONS)} AS d ` +
  `WHERE d.fact = ${literal(fact.name)} AND d.record_id = ${of}.${surrogateKey(target)})`;

/**
 * The newest version of each row, without deleted rows.
 * @param until the surrogate key of the last version that counts; all by default
 */
function newestVersions(fact: FactTarget, until?: number): string {
  const { into, theirs, theirKeys } = namesOf(fact.schema, fact.target);
  const surrogate = surrogateKey(fact.target);
  const earlier = until === undefined ? "" : `WHERE ${surrogate} <= ${until} `;
  return (
    `SELECT * FROM (SELECT DISTINCT ON (${list(theirKeys)}) ${list([surrogate, ...theirs])} FROM ${into} ` +
    `${earlier}ORDER BY ${list(theirKeys)}, ${surrogate} DESC) AS newest WHERE ${isNotDeleted(fact, "newest")}`
  );
}

/** The view of the newest version of each row that is not deleted. */
export const createCurrentView = (target: FactTarget): string =>
  `CREATE VIEW ${qualified(target.schema, target.fact.currentView)} AS ${newestVersions(target)}`;

/** Appends the staged versions; for a recapture only those that differ from the newest version. */
export function appendVersions(fact: FactTarget, options: { recapture: boolean }): string {
  const { target } = fact;
  const insert = insertStaged(fact.schema, target);
  if (!options.recapture) return insert;
  const aliases = { theirs: "t", ours: "s" };
  return (
    `${insert} LEFT JOIN (${newestVersions(fact)}) AS t ON ${sameKey(target, aliases)} ` +
    `WHERE t.${surrogateKey(target)} IS NULL OR ${differs(target, aliases)}`
  );
}

/** One row with one column, `last`: the surrogate key of the last version. */
export const findLastVersion = ({ schema, target }: FactTarget): string =>
  `SELECT COALESCE(max(${surrogateKey(target)}), 0)::text AS last FROM ${namesOf(schema, target).into}`;

/**
 * Removes the versions after `last` that equal the previous version. If a trigger changes the rows of a recapture, the
 * stored values are known only after the insert.
 */
export function removeRepeated(fact: FactTarget, last: number): string {
  const { into, theirs, theirKeys } = namesOf(fact.schema, fact.target);
  const same = theirKeys.map((key) => `t.${key} = f.${key}`).join(" AND ");
  return (
    `DELETE FROM ${into} AS f USING (${newestVersions(fact, last)}) AS t WHERE f.${surrogateKey(fact.target)} > ${last} ` +
    `AND ${same} AND CAST(ROW(${list(theirs, "t")}) AS record) *= CAST(ROW(${list(theirs, "f")}) AS record)`
  );
}

/** Records the last version that the commit added to the fact. */
export function recordBatch({ schema, fact, target }: FactTarget, commit: number): string {
  const { into } = namesOf(schema, target);
  const last = `SELECT max(${surrogateKey(target)}) FROM ${into}`;
  return `INSERT INTO ${qualified(schema, BATCHES)} (fact, commit, last_record) VALUES (${literal(fact.name)}, ${commit}, (${last}))`;
}

/** Undoes what the commits from `from` on added to the fact, in order, so that they can be loaded again. */
export function forgetVersions(fact: FactTarget, from: number): readonly string[] {
  const { schema, target } = fact;
  const { into } = namesOf(schema, target);
  const of = `fact = ${literal(fact.fact.name)}`;
  const [batches, deletions] = [BATCHES, DELETIONS].map((name) => qualified(schema, name));
  const before = `SELECT max(last_record) FROM ${batches} WHERE ${of} AND commit < ${from}`;
  return [
    `DELETE FROM ${deletions} WHERE ${of} AND commit >= ${from}`,
    ...forgetOrphans(fact, from),
    `DELETE FROM ${into} WHERE ${surrogateKey(target)} > COALESCE((${before}), 0)`,
    `DELETE FROM ${batches} WHERE ${of} AND commit >= ${from}`,
  ];
}

/** The staging table of tombstones, with only the key. */
export function stageTombstones({ fact, target }: FactTarget): TargetTable {
  const { name, columns } = tombstoneTable(fact);
  const keys = new Set(keyColumns(fact));
  return {
    ...target,
    table: { ...fact, name, columns },
    columns: new Map([...target.columns].filter(([column]) => keys.has(column))),
    types: new Map([...target.types].filter(([column]) => keys.has(column))),
  };
}

/** Records the newest version of each staged tombstone as deleted. */
export function recordDeletions(
  { schema, fact, target }: FactTarget,
  options: { staged: TargetTable; commit: number },
): string {
  const { into, theirKeys } = namesOf(schema, target);
  return (
    `INSERT INTO ${qualified(schema, DELETIONS)} (fact, record_id, commit) ` +
    `SELECT ${literal(fact.name)}, max(f.${surrogateKey(target)}), ${options.commit} ` +
    `FROM pg_temp.${stagingName(options.staged)} AS s JOIN ${into} AS f ON ${sameKey(target, { theirs: "f", ours: "s" })} ` +
    `GROUP BY ${list(theirKeys, "f")} ON CONFLICT DO NOTHING`
  );
}
