import { TerminalError } from "./errors";
import type { ColumnShape } from "./columnar/arrow";
import type { Fact } from "./model/table";
import { typeName } from "./model/types";
import { identifier, literal, qualified } from "./sql";
import type { TargetTable } from "./warehouse-target";

/** The statements that load one table, all within the transaction of its commit. */

/** The temporary table that a file is copied into: the model's columns, without constraints. */
export const stagingName = (target: TargetTable): string => identifier(`marble_stage_${target.table.name}`);

/** The types are the model's, not the target's: the binary copy must know them. */
export function createStaging(target: TargetTable): string {
  const columns = Object.entries<ColumnShape>(target.table.columns).map(
    ([name, { type }]) => `${identifier(name)} ${typeName(type)}`,
  );
  return `CREATE TEMPORARY TABLE ${stagingName(target)} (${columns.join(", ")}) ON COMMIT DROP`;
}

export const copyIntoStaging = (target: TargetTable): string =>
  `COPY pg_temp.${stagingName(target)} FROM STDIN (FORMAT binary)`;

interface Names {
  readonly into: string;
  /** Of the target and of the staging table, in the same order. */
  readonly theirs: readonly string[];
  readonly ours: readonly string[];
  readonly theirKey: string;
  readonly ourKey: string;
}

function namesOf(schema: string, target: TargetTable): Names {
  const theirs = [...target.columns.values()].map(identifier);
  const ours = [...target.columns.keys()].map(identifier);
  const ourKey = identifier(target.table.key);
  return {
    into: qualified(schema, target.name),
    theirs,
    ours,
    theirKey: theirs[ours.indexOf(ourKey)] ?? ourKey,
    ourKey,
  };
}

const list = (names: readonly string[], of?: string): string =>
  names.map((name) => (of === undefined ? name : `${of}.${name}`)).join(", ");

/** Inserts new rows of a dimension and updates those that differ. */
export function upsertDimension(
  schema: string,
  target: TargetTable,
  options: { keysRepeat: boolean },
): readonly string[] {
  const { into, theirs, ours, theirKey, ourKey } = namesOf(schema, target);
  // Staging is written in order, so of a key that comes again the row behind is the later.
  const rows = options.keysRepeat
    ? `(SELECT DISTINCT ON (${ourKey}) * FROM pg_temp.${stagingName(target)} ORDER BY ${ourKey}, ctid DESC)`
    : `pg_temp.${stagingName(target)}`;
  const others = theirs.flatMap((name, index) =>
    name === theirKey ? [] : [{ name, our: ours[index] ?? name }],
  );
  const insert = `INSERT INTO ${into} AS t (${list(theirs)}) SELECT ${list(ours, "s")} FROM ${rows} AS s`;
  if (target.keyIsUnique) {
    if (others.length === 0) return [`${insert} ON CONFLICT (${theirKey}) DO NOTHING`];
    const names = others.map(({ name }) => name);
    return [
      `${insert} ON CONFLICT (${theirKey}) DO UPDATE SET ${names.map((name) => `${name} = excluded.${name}`).join(", ")} ` +
        `WHERE (${list(names, "t")}) IS DISTINCT FROM (${list(names, "excluded")})`,
    ];
  }
  const set = others.map(({ name, our }) => `${name} = s.${our}`).join(", ");
  return [
    ...(others.length === 0
      ? []
      : [`UPDATE ${into} AS t SET ${set} FROM ${rows} AS s WHERE t.${theirKey} = s.${ourKey}`]),
    `${insert} WHERE NOT EXISTS (SELECT FROM ${into} AS known WHERE known.${theirKey} = s.${ourKey})`,
  ];
}

/** Days that the calendar has already are left as they are. */
export const insertCalendar = (schema: string, target: TargetTable): string => {
  const { into, theirs, ours, theirKey, ourKey } = namesOf(schema, target);
  return (
    `INSERT INTO ${into} (${list(theirs)}) SELECT ${list(ours, "s")} FROM pg_temp.${stagingName(target)} AS s ` +
    `WHERE NOT EXISTS (SELECT FROM ${into} AS known WHERE known.${theirKey} = s.${ourKey})`
  );
};

/** Appends versions of a fact; of a recapture only those that differ from the newest version. */
export function appendFact(schema: string, target: TargetTable, options: { recapture: boolean }): string {
  const { into, theirs, ours, theirKey, ourKey } = namesOf(schema, target);
  const insert = `INSERT INTO ${into} (${list(theirs)}) SELECT ${list(ours, "s")} FROM pg_temp.${stagingName(target)} AS s`;
  if (!options.recapture) return insert;
  const newest = `(SELECT DISTINCT ON (${theirKey}) * FROM ${into} ORDER BY ${theirKey}, ${identifier(surrogateKey(target))} DESC)`;
  return (
    `${insert} LEFT JOIN ${newest} AS t ON t.${theirKey} = s.${ourKey} ` +
    `WHERE (${list(theirs, "t")}) IS DISTINCT FROM (${list(ours, "s")})`
  );
}

/** The view of the newest version of each row. */
export function createCurrentView(schema: string, fact: Fact, target: TargetTable): string {
  const { into, theirs, theirKey } = namesOf(schema, target);
  const surrogate = identifier(surrogateKey(target));
  return (
    `CREATE VIEW ${qualified(schema, fact.currentView)} AS ` +
    `SELECT DISTINCT ON (${theirKey}) ${list([surrogate, ...theirs])} FROM ${into} ORDER BY ${theirKey}, ${surrogate} DESC`
  );
}

/** The ledger: one row for each loaded commit, written in the transaction of its rows. */
export const LEDGER = "marble_ledger";
export const LEDGER_COLUMNS = ["commit", "lake", "captured_at", "loaded_at", "rows"] as const;

export const createLedger = (schema: string): string => `CREATE TABLE ${qualified(schema, LEDGER)} (
  commit bigint PRIMARY KEY,
  lake uuid NOT NULL,
  captured_at timestamptz NOT NULL,
  loaded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  rows bigint NOT NULL
)`;

/** One loader at a time in a schema; the lock ends with the transaction. */
export const lockLoader = (schema: string): string =>
  `SELECT pg_try_advisory_xact_lock(hashtextextended(${literal(`marble loader ${schema}`)}, 0))::text AS locked`;

function surrogateKey(target: TargetTable): string {
  if (target.surrogateKey === undefined) throw new TerminalError(`${target.name} has no surrogate key`);
  return target.surrogateKey;
}
