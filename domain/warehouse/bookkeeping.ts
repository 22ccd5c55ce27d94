import { literal, qualified } from "../sql";

/**
 * What the loader keeps in the schema of the tables of the model. A prepared warehouse has no
 * columns for it, so none of it is kept in columns of the fact tables.
 */

/** One row for each loaded commit, written in the transaction of its rows. */
export const LEDGER = "marble_ledger";

/**
 * Which versions each commit brought to each fact: those up to the surrogate key `last_record`, from behind
 * that of the commit before. A replay from a commit on begins there.
 */
export const BATCHES = "marble_batch";

/** The last versions of deleted facts: `record_id` is the surrogate key. The versions themselves stay. */
export const DELETIONS = "marble_deletion";

/**
 * Rows of facts and dimensions that refer to a row that a dimension does not have; `fact` names their table. They are
 * loaded when it comes (`healed_by`), unless a later version of the same row was first (`superseded_by`).
 */
export const ORPHANS = "marble_orphan";

/**
 * Rows that refer to a member of a dimension in place of a row that it does not have; `fact` names their table.
 * `version` is such a row with its own references, `shown` with those that the table has. When the missing row comes,
 * the row is loaded with it (`healed_by`), unless a later version of the same row was first (`superseded_by`).
 */
export const PLACEHOLDERS = "marble_placeholder";

/** How up to date each source table is, as the newest loaded commit says: see `domain/log/source-status.ts`. */
export const SOURCES = "marble_source";

/** From which source tables the rows of each warehouse table are made. */
export const LINEAGE = "marble_lineage";

/** The mirrored tables, each as the warehouse has it: see `HeldTable`. */
export const MIRRORS = "marble_mirror";

/** The view for people: of each warehouse table whether all that it is made from is current, and why not. */
export const TABLES = "marble_table";

interface BookkeepingTable {
  readonly name: string;
  /** The columns by which the table is known to be ours, and their definitions. */
  readonly columns: Readonly<Record<string, string>>;
  readonly constraint?: string;
  /** The columns of an index, and which rows are in it. */
  readonly index?: string;
  /** Was it added after warehouses existed? Where it is missing, it is created then. */
  readonly isLate?: true;
}

/** Finds the rows that wait by their key: all that once waited stay, and would have to be read. */
const OPEN = "(fact, key) WHERE healed_by IS NULL AND superseded_by IS NULL";

export const BOOKKEEPING: readonly BookkeepingTable[] = [
  {
    name: LEDGER,
    columns: {
      commit: "bigint PRIMARY KEY",
      lake: "uuid NOT NULL",
      model: "integer NOT NULL",
      captured_at: "timestamptz NOT NULL",
      loaded_at: "timestamptz NOT NULL DEFAULT clock_timestamp()",
      rows: "bigint NOT NULL",
    },
  },
  {
    name: BATCHES,
    columns: { fact: "text NOT NULL", commit: "bigint NOT NULL", last_record: "bigint NOT NULL" },
    constraint: "PRIMARY KEY (fact, commit)",
  },
  {
    name: DELETIONS,
    columns: { fact: "text NOT NULL", record_id: "bigint NOT NULL", commit: "bigint NOT NULL" },
    constraint: "PRIMARY KEY (fact, record_id)",
  },
  {
    name: ORPHANS,
    columns: {
      orphan_id: "bigserial PRIMARY KEY",
      fact: "text NOT NULL",
      key: "text NOT NULL",
      commit: "bigint NOT NULL",
      reason: "text NOT NULL",
      version: "jsonb NOT NULL",
      healed_by: "bigint",
      superseded_by: "bigint",
    },
    index: OPEN,
  },
  {
    name: PLACEHOLDERS,
    columns: {
      placeholder_id: "bigserial PRIMARY KEY",
      fact: "text NOT NULL",
      key: "text NOT NULL",
      commit: "bigint NOT NULL",
      reason: "text NOT NULL",
      version: "jsonb NOT NULL",
      shown: "jsonb NOT NULL",
      healed_by: "bigint",
      superseded_by: "bigint",
    },
    index: OPEN,
    isLate: true,
  },
  {
    name: SOURCES,
    columns: {
      source_table: "text PRIMARY KEY",
      state: "text NOT NULL",
      as_of_commit: "bigint",
      as_of: "timestamptz",
      since: "timestamptz NOT NULL",
      reason: "text",
      rejected_rows: "bigint NOT NULL",
    },
    isLate: true,
  },
  {
    name: LINEAGE,
    columns: { warehouse_table: "text NOT NULL", source_table: "text NOT NULL" },
    constraint: "PRIMARY KEY (warehouse_table, source_table)",
    isLate: true,
  },
  {
    name: MIRRORS,
    columns: { source_table: "text PRIMARY KEY", description: "jsonb NOT NULL" },
    isLate: true,
  },
];

/** Creates a table of the loader's own. */
export function createBookkeeping(
  schema: string,
  { name, columns, constraint, index }: BookkeepingTable,
): string {
  const lines = Object.entries(columns).map(([column, definition]) => `"${column}" ${definition}`);
  const all = constraint === undefined ? lines : [...lines, constraint];
  const table = qualified(schema, name);
  const create = `CREATE TABLE ${table} (\n  ${all.join(",\n  ")}\n)`;
  return index === undefined ? create : `${create};\nCREATE INDEX ON ${table} ${index}`;
}

/** One loader at a time in a schema; the lock ends with the transaction. */
export const lockLoader = (schema: string): string =>
  `SELECT pg_try_advisory_xact_lock(hashtextextended(${literal(`marble loader ${schema}`)}, 0))::text AS locked`;
