import type pg from "pg";
import type { SourceState, VersionFilter } from "../../domain/capture/capture";
import type { NamesInTexts, TableDescription } from "../../domain/capture/table-description";
import { TransientError } from "../../domain/errors";
import type { RowKey } from "../../domain/capture/slice";
import type { Snapshot } from "../../domain/capture/snapshot";
import { describeSchemas } from "../../domain/capture/source-schemas";
import { identifier } from "../../domain/sql";
import { queryRows, SAME_TEXT, withConnection } from "../postgres/postgres";
import type { Credentials } from "../aws/secrets";
import { readCatalogue, type Catalogue } from "./catalogue";
import { withSourceErrors } from "./errors";
import { readNamesInTexts } from "./names";
import {
  compareKey,
  copyRows,
  countRows,
  type CopyStream,
  type Extent,
  type RowSelection,
  type TableCounts,
} from "./rows";

/** The source as one transaction sees it: one real state across all tables. */
export interface SourceSnapshot {
  readonly state: SourceState & { readonly moreSchemas?: readonly string[]; readonly server: string };
  catalogue(): Promise<Catalogue>;
  /**
   * Counts rows in one scan of the table. `now` is this transaction's snapshot.
   * @throws TransientError when the table was replaced or rewritten after the catalogue was read
   */
  count(table: TableDescription, selection: RowSelection, now: Snapshot): Promise<TableCounts>;
  /**
   * Releases all locks, also after a failed statement. The transaction keeps its snapshot. Nothing is undone, because
   * nothing was written.
   */
  release(): Promise<void>;
  /** Copies the selected rows, with all columns or some. */
  copy(table: TableDescription, options: RowSelection & { columns?: readonly string[] }): CopyStream;
  /** Reads the names that texts of some types may contain. `before` is the result of the previous capture. */
  names(types: readonly string[], before: string | undefined): Promise<NamesInTexts>;
  /** The size of each table on disk, in bytes, by name. */
  sizes(tables: readonly TableDescription[]): Promise<ReadonlyMap<string, number>>;
  /** The key of the n-th row after a key, in key order; undefined when there are fewer rows. */
  keyAt(table: TableDescription, after: RowKey | undefined, n: number): Promise<RowKey | undefined>;
}

/**
 * A run pauses within its transaction while it reads keys from the lake or writes files to it. Disable every timeout
 * that would end the session in a pause, whatever set it: the role, the database or the server. PostgreSQL 17 adds one.
 */
const NO_TIME_LIMIT = `SELECT set_config(name, '0', true) FROM pg_settings
 WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout')`;

/** `row_security = off` turns a policy that would hide rows into an error. */
const BEGIN = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
${SAME_TEXT};
SET LOCAL search_path = '';
SET LOCAL row_security = off;
SET LOCAL lock_timeout = '10s';
${NO_TIME_LIMIT};
SELECT pg_current_snapshot()::text AS snapshot,
       (SELECT system_identifier::text FROM pg_control_system()) AS "systemIdentifier",
       (SELECT timeline_id::text FROM pg_control_checkpoint()) AS timeline,
       current_database() AS database,
       pg_postmaster_start_time()::text AS "startedAt",
       current_setting('server_version') AS server;
SAVEPOINT snapshot`;

/**
 * Runs `work` on one snapshot of the source, and always closes the connection.
 * @param options.schemas the schemas to read; tables of the first have plain names
 */
export async function withSourceSnapshot<T>(
  options: { credentials: Credentials; schemas: readonly string[] },
  work: (source: SourceSnapshot) => Promise<T>,
): Promise<T> {
  const { credentials, schemas } = options;
  return withConnection("source", credentials, async (client) => {
    const state = await withSourceErrors("begin a read-only transaction", () => begin(client, schemas));
    // A filter belongs to one table of one run.
    const extents = new WeakMap<VersionFilter, Extent>();
    const source: SourceSnapshot = {
      state,
      catalogue: () =>
        withSourceErrors(`list the tables of ${describeSchemas(schemas)}`, () =>
          readCatalogue(client, { schemas, user: credentials.user }),
        ),
      count: async (table, selection, now) => {
        const { extent, ...counts } = await withSourceErrors(`count the rows of ${table.name}`, () =>
          countRows(client, { table, selection, now }),
        );
        if (selection.filter !== undefined && extent !== undefined) extents.set(selection.filter, extent);
        return counts;
      },
      names: (types, before) =>
        withSourceErrors("read the names of the objects in its rows", () =>
          readNamesInTexts(client, types, before),
        ),
      sizes: (tables) => withSourceErrors("measure its tables", () => readSizes(client, tables)),
      keyAt: (table, after, n) =>
        withSourceErrors(`find a key of ${table.name}`, () => keyAt(client, { table, after, n })),
      release: () =>
        withSourceErrors("give its locks back", async () => {
          await client.query("ROLLBACK TO SAVEPOINT snapshot");
        }),
      copy: (table, given) => {
        // Rows of a slice can be anywhere, however old they are.
        const known = given.filter !== undefined && given.slice === undefined;
        const extent = known ? extents.get(given.filter) : undefined;
        return copyRows(client, { table, extent, ...given });
      },
    };
    // A transaction that has only read ends with its connection.
    return work(source);
  });
}

async function begin(
  client: pg.Client,
  [schema = "", ...moreSchemas]: readonly string[],
): Promise<SourceSnapshot["state"]> {
  // Several statements in one round trip give one result each.
  const results = (await client.query(BEGIN)) as unknown as pg.QueryResult<Record<string, string>>[];
  const row = results.at(-2)?.rows[0];
  if (row === undefined) throw new TransientError("the source did not report its snapshot");
  const { snapshot = "", systemIdentifier = "", timeline = "", database = "" } = row;
  const { server = "", startedAt = "" } = row;
  return {
    snapshot,
    systemIdentifier,
    timeline: Number(timeline),
    database,
    schema,
    ...(moreSchemas.length > 0 && { moreSchemas }),
    server,
    startedAt,
  };
}

/** The root of a storage and the storages below it. A partitioned table stores nothing outside its partitions. */
async function readSizes(
  client: pg.Client,
  tables: readonly TableDescription[],
): Promise<ReadonlyMap<string, number>> {
  const nodes = tables.flatMap(({ name, storage }) =>
    storage.split(",").map((node) => ({ name, oid: node.split(":")[0] ?? "" })),
  );
  if (nodes.length === 0) return new Map();
  const rows = await queryRows<"name" | "bytes">(
    client,
    `SELECT name, COALESCE(sum(pg_table_size(oid)), 0)::text AS bytes
       FROM unnest($1::text[], $2::oid[]) AS node (name, oid) GROUP BY name`,
    [nodes.map(({ name }) => name), nodes.map(({ oid }) => oid)],
  );
  return new Map(rows.map(({ name, bytes }) => [name ?? "", Number(bytes)]));
}

async function keyAt(
  client: pg.Client,
  options: { table: TableDescription; after: RowKey | undefined; n: number },
): Promise<RowKey | undefined> {
  const { table, after, n } = options;
  const columns = table.key.map(identifier);
  const where = after === undefined ? "" : `WHERE ${compareKey(table, ">", after)}`;
  const [row] = await queryRows<"key">(
    client,
    `SELECT json_build_array(${columns.map((column) => `${column}::text`).join(", ")})::text AS key
       FROM ${table.relation} ${where} ORDER BY ${columns.join(", ")} OFFSET ${n - 1} LIMIT 1`,
  );
  return row === undefined ? undefined : (JSON.parse(row.key ?? "[]") as string[]);
}
