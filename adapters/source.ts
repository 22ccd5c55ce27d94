import type pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import type { SourceState, TableDescription, VersionFilter } from "../domain/capture";
import { messageOf, TerminalError, TransientError } from "../domain/errors";
import { rowXid, type Snapshot } from "../domain/snapshot";
import { identifier, literal, qualified } from "../domain/sql";
import { codeOf, rowsOf, withConnection } from "./postgres";
import type { Credentials } from "./secrets";

/** How many rows a table has, how many of them a filter means, and the transaction ids in the overlap. */
export interface TableCounts {
  readonly total: number;
  readonly captured: number;
  readonly overlap: readonly string[];
}

/** Rows on their way out of the database, as CSV with a header. */
export interface CopyStream extends AsyncIterable<Uint8Array> {
  /** Known when the stream has ended. */
  readonly rows: () => number;
}

/** The source as one transaction sees it: a state that it really had, across all tables. */
export interface SourceSnapshot {
  readonly state: SourceState & { readonly schema: string; readonly server: string };
  tables(): Promise<TableDescription[]>;
  /** One scan of the table. `now` is this transaction's snapshot. */
  count(table: TableDescription, filter: VersionFilter | undefined, now: Snapshot): Promise<TableCounts>;
  /** The rows that the filter means, or all; of all columns, or of some. */
  copy(
    table: TableDescription,
    options: { filter: VersionFilter | undefined; columns?: readonly string[] },
  ): CopyStream;
}

/** The schema tool's own bookkeeping: never ingested. */
const EXCLUDED_TABLES = ["_prisma_migrations"];

/**
 * Everything that a row's text depends on is fixed, so that a value always has the same text.
 * `row_security = off` makes a policy that would hide rows an error.
 */
const BEGIN = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL datestyle = 'ISO, YMD';
SET LOCAL intervalstyle = 'iso_8601';
SET LOCAL timezone = 'UTC';
SET LOCAL bytea_output = 'hex';
SET LOCAL extra_float_digits = 1;
SET LOCAL row_security = off;
SET LOCAL lock_timeout = '30s';
SELECT pg_current_snapshot()::text AS snapshot,
       (SELECT system_identifier::text FROM pg_control_system()) AS "systemIdentifier",
       (SELECT timeline_id::text FROM pg_control_checkpoint()) AS timeline,
       current_database() AS database,
       current_setting('server_version') AS server`;

/** Runs `work` over one snapshot of the source. The connection is closed whatever happens. */
export async function withSourceSnapshot<T>(
  options: { credentials: Credentials; schema: string },
  work: (source: SourceSnapshot) => Promise<T>,
): Promise<T> {
  const { credentials, schema } = options;
  return withConnection("source", credentials, async (client) => {
    const state = await asking("begin a read-only transaction", () => begin(client, schema));
    const source: SourceSnapshot = {
      state,
      tables: () =>
        asking(`list the tables of the schema ${schema}`, () =>
          tablesOf(client, { schema, user: credentials.user }),
        ),
      count: (table, filter, now) =>
        asking(`count the rows of ${table.name}`, () =>
          countRows(client, qualified(schema, table.name), { filter, now }),
        ),
      copy: (table, given) => copyRows(client, { schema, table, ...given }),
    };
    // A transaction that has only read is ended with its connection.
    return work(source);
  });
}

/** Errors that heal: the connection, a lock, a server that restarts (classes 08, 53, 55, 57). */
const TRANSIENT = /^(08|53|55|57|40)|^E[A-Z]+$/;

async function asking<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw sourceError(what, error);
  }
}

function sourceError(what: string, error: unknown): Error {
  if (error instanceof TerminalError || error instanceof TransientError) return error;
  const code = codeOf(error);
  const message = `the source could not ${what}: ${messageOf(error)}`;
  if (code === "" || TRANSIENT.test(code)) return new TransientError(message, { cause: error });
  return new TerminalError(message, { cause: error });
}

async function begin(client: pg.Client, schema: string): Promise<SourceSnapshot["state"]> {
  // Several statements in one round trip give one result each.
  const results = (await client.query(BEGIN)) as unknown as pg.QueryResult<Record<string, string>>[];
  const row = results.at(-1)?.rows[0];
  if (row === undefined) throw new TransientError("the source did not say which snapshot it gave");
  const { snapshot = "", systemIdentifier = "", timeline = "", database = "", server = "" } = row;
  return { snapshot, systemIdentifier, timeline: Number(timeline), database, schema, server };
}

/** Tables and partitioned tables, with columns and primary keys; a domain counts as its base type. */
const TABLES = `
SELECT c.relname AS name,
       c.oid || ':' || c.relfilenode AS storage,
       has_table_privilege(c.oid, 'SELECT')::text AS readable,
       COALESCE((SELECT json_agg(a.attname ORDER BY k.position)
          FROM pg_index i
          CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(attnum, position)
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
         WHERE i.indrelid = c.oid AND i.indisprimary), '[]')::text AS key,
       COALESCE((SELECT json_agg(json_build_object('name', a.attname, 'type',
                   CASE WHEN t.typtype = 'e' THEN 'enum ' ELSE '' END ||
                   CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod)
                        ELSE format_type(a.atttypid, a.atttypmod) END) ORDER BY a.attnum)
          FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '[]')::text AS columns
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> ALL ($2)
 ORDER BY c.relname`;

async function tablesOf(
  client: pg.Client,
  options: { schema: string; user: string },
): Promise<TableDescription[]> {
  const { schema, user } = options;
  const [access] = await rowsOf<"usage">(
    client,
    "SELECT has_schema_privilege(oid, 'USAGE')::text AS usage FROM pg_namespace WHERE nspname = $1",
    [schema],
  );
  if (access === undefined)
    throw new TerminalError(`the source has no schema ${schema}; set marble:sourceSchema to one that exists`);
  if (access.usage !== "true") {
    throw new TerminalError(
      `${user} may not use the schema ${schema}: GRANT USAGE ON SCHEMA ${identifier(schema)} TO ${identifier(user)}`,
    );
  }
  const rows = await rowsOf<"name" | "storage" | "readable" | "key" | "columns">(client, TABLES, [
    schema,
    EXCLUDED_TABLES,
  ]);
  const hidden = rows
    .filter(({ readable }) => readable !== "true")
    .map(({ name }) => qualified(schema, name ?? ""));
  if (hidden.length > 0) {
    throw new TerminalError(
      `${user} may not read ${hidden.join(", ")}: GRANT SELECT ON ${hidden.join(", ")} TO ${identifier(user)}`,
    );
  }
  if (rows.length === 0) throw new TerminalError(`the schema ${schema} of the source has no tables`);
  return rows.map(({ name, storage, key, columns }) => ({
    name: name ?? "",
    storage: storage ?? "",
    key: JSON.parse(key ?? "[]") as string[],
    columns: JSON.parse(columns ?? "[]") as { name: string; type: string }[],
  }));
}

/**
 * The row versions of transactions not older than the horizon. Ids are 32 bits and wrap, so ages are
 * compared; within a transaction all ages have the same point of reference.
 */
const notOlder = (horizon: bigint): string => `age(xmin) BETWEEN 0 AND age(${literal(rowXid(horizon))}::xid)`;

function condition(filter: VersionFilter | undefined): string {
  if (filter === undefined) return "true";
  const ids = filter.captured.map(literal).join(", ");
  const captured = filter.captured.length === 0 ? "" : ` AND xmin <> ALL (ARRAY[${ids}]::xid[])`;
  return `${notOlder(filter.since.xmin)}${captured}`;
}

async function countRows(
  client: pg.Client,
  table: string,
  options: { filter: VersionFilter | undefined; now: Snapshot },
): Promise<TableCounts> {
  const { filter, now } = options;
  // Without a writer in progress nothing can come twice: there is no overlap to remember.
  const overlap =
    now.xmin < now.xmax
      ? `array_to_json(array_agg(DISTINCT xmin::text) FILTER (WHERE ${notOlder(now.xmin)}))`
      : "NULL";
  const sql = `SELECT count(*) AS total, count(*) FILTER (WHERE ${condition(filter)}) AS captured, ${overlap} AS overlap FROM ${table}`;
  const [row] = await rowsOf<"total" | "captured" | "overlap">(client, sql);
  return {
    total: Number(row?.total ?? 0),
    captured: Number(row?.captured ?? 0),
    overlap: JSON.parse(row?.overlap ?? "[]") as string[],
  };
}

function copyRows(
  client: pg.Client,
  options: {
    schema: string;
    table: TableDescription;
    filter: VersionFilter | undefined;
    columns?: readonly string[];
  },
): CopyStream {
  const { schema, table, filter, columns: names } = options;
  const columns = (names ?? table.columns.map(({ name }) => name)).map(identifier).join(", ");
  const query = `SELECT ${columns} FROM ${qualified(schema, table.name)} WHERE ${condition(filter)}`;
  const stream = client.query(copyTo(`COPY (${query}) TO STDOUT (FORMAT csv, HEADER)`));
  return {
    rows: () => stream.rowCount,
    async *[Symbol.asyncIterator]() {
      try {
        for await (const chunk of stream) yield chunk as Uint8Array;
      } catch (error) {
        throw sourceError(`copy ${table.name}`, error);
      }
    },
  };
}
