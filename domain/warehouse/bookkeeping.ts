import { literal, qualified } from "../sql";

/**
 * The tables that the loader keeps in the schema of the tables of the model. A prepared warehouse has no columns for
 * this information, so no fact table gets any.
 */

/** One row for each loaded commit, written in the transaction of its rows. */
export const LEDGER = "marble_ledger";

/**
 * The versions that each commit added to each fact: those after the surrogate key of the previous commit, up to
 * `last_record`. A replay from a commit on starts there.
 */
export const BATCHES = "marble_batch";

/** The last versions of deleted facts: `record_id` is the surrogate key. The versions themselves stay. */
export const DELETIONS = "marble_deletion";

/**
 * Rows of facts and dimensions that refer to a missing row of a dimension; `fact` names their table. They are loaded
 * when the row arrives (`healed_by`), unless a later version of the same row was loaded first (`superseded_by`).
 */
export const ORPHANS = "marble_orphan";

/**
 * Rows that refer to a member of a dimension instead of a missing row; `fact` names their table. `version` has the
 * original references, `shown` those in the table. When the missing row arrives, the row is loaded again with it
 * (`healed_by`), unless a later version of the same row was loaded first (`superseded_by`).
 */
export const PLACEHOLDERS = "marble_placeholder";

/** How up to date each source table is, according to the newest loaded commit: see `domain/log/source-status.ts`. */
export const SOURCES = "marble_source";

/** The source tables of each warehouse table. */
export const LINEAGE = "marble_lineage";

/** The mirrored tables, as the warehouse has them: see `HeldTable`. */
export const MIRRORS = "marble_mirror";

/**
 * One row: the newest time for which load knows that the warehouse matches the source, and for how long this counts. The
 * transaction of each commit writes it, and every run of load renews it. While it is old or missing, no table is current.
 * `recovered_at` is when a run last renewed it after it had become too old.
 */
export const FRESHNESS = "marble_freshness";

/** The view for people: whether each warehouse table is up to date, and why not. */
export const TABLES = "marble_table";

interface BookkeepingTable {
  readonly name: string;
  /** The columns that identify the table as Marble's, with their definitions. */
  readonly columns: Readonly<Record<string, string>>;
  readonly constraint?: string;
  /** The columns and the condition of an index. */
  readonly index?: string;
  /** True if it was added after the first warehouses; it is then created when it is missing. */
  readonly isLate?: true;
}

/** Finds waiting rows by their key. Rows that no longer wait stay in the table, and a scan would read them all. */
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
  {
    name: FRESHNESS,
    columns: {
      only_row: "boolean PRIMARY KEY DEFAULT true CHECK (only_row)",
      confirmed_at: "timestamptz NOT NULL",
      max_age: "interval NOT NULL",
      recovered_at: "timestamptz NOT NULL",
    },
    isLate: true,
  },
];

/** Creates one of the loader's tables. */
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

/** Admits one loader at a time to a schema. The lock ends with the transaction. */
export const lockLoader = (schema: string): string =>
  `SELECT pg_try_advisory_xact_lock(hashtextextended(${literal(`marble loader ${schema}`)}, 0))::text AS locked`;
