import type pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import type { SourceState, TableDescription, VersionFilter } from "../domain/capture";
import { messageOf, TerminalError, TransientError } from "../domain/errors";
import type { RowKey, Slice } from "../domain/slice";
import { rowXid, type Snapshot } from "../domain/snapshot";
import { identifier, literal, qualified } from "../domain/sql";
import { codeOf, rowsOf, withConnection } from "./postgres";
import type { Credentials } from "./secrets";
import { catalogueOf, type Catalogue } from "./source-catalogue";

/** Which rows of a table are meant. */
export interface RowSelection {
  /** Those of the versions that it means; all when undefined. */
  readonly filter: VersionFilter | undefined;
  /** Of those, only the ones up to this key. */
  readonly through?: RowKey | undefined;
  /** And all rows of a slice, however old. */
  readonly slice?: Slice | undefined;
}

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
  catalogue(): Promise<Catalogue>;
  /**
   * One scan of the table. `now` is this transaction's snapshot.
   * @throws TransientError when the table was replaced or rewritten since the catalogue was read
   */
  count(table: TableDescription, selection: RowSelection, now: Snapshot): Promise<TableCounts>;
  /** The rows that are selected; of all columns, or of some. */
  copy(table: TableDescription, options: RowSelection & { columns?: readonly string[] }): CopyStream;
  /** What the table takes on disk, in bytes. */
  size(table: TableDescription): Promise<number>;
  /** The key of the n-th row behind a key, in the order of keys; undefined when there are fewer. */
  keyAt(table: TableDescription, after: RowKey | undefined, n: number): Promise<RowKey | undefined>;
}

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
SET LOCAL lc_monetary = 'C';
SET LOCAL search_path = '';
SET LOCAL row_security = off;
SET LOCAL lock_timeout = '30s';
SELECT pg_current_snapshot()::text AS snapshot,
       (SELECT system_identifier::text FROM pg_control_system()) AS "systemIdentifier",
       (SELECT timeline_id::text FROM pg_control_checkpoint()) AS timeline,
       current_database() AS database,
       pg_postmaster_start_time()::text AS "startedAt",
       current_setting('server_version') AS server`;

/** Runs `work` over one snapshot of the source. The connection is closed whatever happens. */
export async function withSourceSnapshot<T>(
  options: { credentials: Credentials; schema: string },
  work: (source: SourceSnapshot) => Promise<T>,
): Promise<T> {
  const { credentials, schema } = options;
  return withConnection("source", credentials, async (client) => {
    const state = await asking("begin a read-only transaction", () => begin(client, schema));
    // A filter is made for one table of one run.
    const extents = new WeakMap<VersionFilter, Extent>();
    const source: SourceSnapshot = {
      state,
      catalogue: () =>
        asking(`list the tables of the schema ${schema}`, () =>
          catalogueOf(client, { schema, user: credentials.user }),
        ),
      count: async (table, selection, now) => {
        const { extent, ...counts } = await asking(`count the rows of ${table.name}`, () =>
          countRows(client, { schema, table, selection, now }),
        );
        if (selection.filter !== undefined && extent !== undefined) extents.set(selection.filter, extent);
        return counts;
      },
      size: (table) => asking(`measure ${table.name}`, () => sizeOf(client, table)),
      keyAt: (table, after, n) =>
        asking(`find a key of ${table.name}`, () => keyAt(client, { schema, table, after, n })),
      copy: (table, given) => {
        // Rows of a slice, however old, stand anywhere.
        const known = given.filter !== undefined && given.slice === undefined;
        const extent = known ? extents.get(given.filter) : undefined;
        return copyRows(client, { schema, table, extent, ...given });
      },
    };
    // A transaction that has only read is ended with its connection.
    return work(source);
  });
}

/**
 * Errors that heal: the connection, a lock, a server that restarts (classes 08, 53, 55, 57, 40), a table or
 * a column that is gone since the catalogue was read (42P01, 42703): the next run sees another catalogue.
 */
const TRANSIENT = /^(08|53|55|57|40)|^42P01$|^42703$|^E[A-Z]+$/;

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
  const { snapshot = "", systemIdentifier = "", timeline = "", database = "" } = row;
  const { server = "", startedAt = "" } = row;
  return { snapshot, systemIdentifier, timeline: Number(timeline), database, schema, server, startedAt };
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
  const oids = filter.joined.map(literal).join(", ");
  const joined = filter.joined.length === 0 ? "" : ` OR tableoid = ANY (ARRAY[${oids}]::oid[])`;
  return `(${notOlder(filter.since.xmin)}${captured}${joined})`;
}

/** `(key) <comparison> (values)`; the values take the types of the columns. */
function compareKey({ key: names }: TableDescription, comparison: "<=" | ">", key: RowKey): string {
  return `(${names.map(identifier).join(", ")}) ${comparison} (${key.map(literal).join(", ")})`;
}

function selected(table: TableDescription, { filter, through, slice }: RowSelection): string {
  const versions = condition(filter);
  const bounded = through === undefined ? versions : `(${versions} AND ${compareKey(table, "<=", through)})`;
  if (slice === undefined) return bounded;
  const bounds = [
    ...(slice.after === undefined ? [] : [compareKey(table, ">", slice.after)]),
    ...(slice.through === undefined ? [] : [compareKey(table, "<=", slice.through)]),
  ];
  return bounds.length === 0 ? "true" : `(${bounded} OR (${bounds.join(" AND ")}))`;
}

/** The root of a storage, and what stands below it: a partitioned table has nothing but its partitions. */
async function sizeOf(client: pg.Client, { storage }: TableDescription): Promise<number> {
  const oids = storage.split(",").map((node) => literal(node.split(":")[0] ?? ""));
  const [row] = await rowsOf<"bytes">(
    client,
    `SELECT COALESCE(sum(pg_table_size(oid)), 0)::text AS bytes FROM unnest(ARRAY[${oids.join(", ")}]::oid[]) AS t (oid)`,
  );
  return Number(row?.bytes ?? 0);
}

async function keyAt(
  client: pg.Client,
  options: { schema: string; table: TableDescription; after: RowKey | undefined; n: number },
): Promise<RowKey | undefined> {
  const { schema, table, after, n } = options;
  const columns = table.key.map(identifier);
  const where = after === undefined ? "" : `WHERE ${compareKey(table, ">", after)}`;
  const [row] = await rowsOf<"key">(
    client,
    `SELECT json_build_array(${columns.map((column) => `${column}::text`).join(", ")})::text AS key
       FROM ${qualified(schema, table.name)} ${where} ORDER BY ${columns.join(", ")} OFFSET ${n - 1} LIMIT 1`,
  );
  return row === undefined ? undefined : (JSON.parse(row.key ?? "[]") as string[]);
}

/**
 * A table is found by its name as it is now, not as it was at the snapshot: another may have taken it,
 * and one that was rewritten since looks empty (PostgreSQL manual, 13.6 "Caveats"). The statement that
 * asks holds a lock, which keeps the table as it is until the run has ended.
 */
function isAsDescribed(name: string, { storage }: TableDescription): string {
  const nodes = storage.split(",").map((node) => node.split(":"));
  const array = (values: readonly (string | undefined)[]): string =>
    `ARRAY[${values.map((value) => literal(value ?? "")).join(", ")}]::oid[]`;
  return `(SELECT to_regclass(${literal(name)})::oid = ${literal(nodes[0]?.[0] ?? "")}::oid AND NOT EXISTS (
    SELECT FROM unnest(${array(nodes.map(([oid]) => oid))}, ${array(nodes.map(([, filenode]) => filenode))}) AS n (oid, filenode)
     WHERE COALESCE(pg_relation_filenode(n.oid), 0) <> n.filenode))::text`;
}

/**
 * From where to where in a table the rows stand that a filter means. New versions stand where there is room,
 * mostly at the end: what is read of them after they were counted is that part (a TID range scan, from
 * PostgreSQL 14 on), not the table again. No version moves as long as the snapshot lasts.
 */
interface Extent {
  readonly first: string;
  readonly last: string;
}

const within = (extent: Extent | undefined): string =>
  extent === undefined
    ? ""
    : ` AND ctid >= ${literal(extent.first)}::tid AND ctid <= ${literal(extent.last)}::tid`;

async function countRows(
  client: pg.Client,
  options: { schema: string; table: TableDescription; selection: RowSelection; now: Snapshot },
): Promise<TableCounts & { readonly extent: Extent | undefined }> {
  const { schema, table, selection, now } = options;
  const { filter, through, slice } = selection;
  const name = qualified(schema, table.name);
  const before = through === undefined ? "true" : compareKey(table, "<=", through);
  // Rows of the slice are captured too: who wrote them is a part of the overlap.
  const last = slice === undefined ? through : slice.through;
  // Without a writer in progress nothing can come twice: there is no overlap to remember.
  const overlap =
    now.xmin < now.xmax
      ? `array_to_json(array_agg(DISTINCT xmin::text) FILTER (WHERE ${notOlder(now.xmin)}))`
      : "NULL";
  const meant = `FILTER (WHERE ${before} AND ${condition(filter)})`;
  const extent = filter === undefined ? "NULL, NULL" : `min(ctid) ${meant}, max(ctid) ${meant}`;
  const sql = `
    SELECT count(*) FILTER (WHERE ${before}) AS total, count(*) ${meant} AS captured,
           array_to_json(ARRAY[${extent}]::text[]) AS extent,
           ${overlap} AS overlap, ${isAsDescribed(name, table)} AS same
      FROM ${name}${last === undefined ? "" : ` WHERE ${compareKey(table, "<=", last)}`}`;
  const [row] = await rowsOf<"total" | "captured" | "extent" | "overlap" | "same">(client, sql);
  if (row?.same !== "true")
    throw new TransientError(`${table.name} was changed while the run looked at it; the next run sees it`, {
      subject: { table: table.name },
    });
  const [first, end] = JSON.parse(row.extent ?? "[]") as (string | null | undefined)[];
  return {
    extent: typeof first === "string" && typeof end === "string" ? { first, last: end } : undefined,
    total: Number(row.total),
    captured: Number(row.captured),
    overlap: JSON.parse(row.overlap ?? "[]") as string[],
  };
}

function copyRows(
  client: pg.Client,
  options: RowSelection & {
    schema: string;
    table: TableDescription;
    extent: Extent | undefined;
    columns?: readonly string[];
  },
): CopyStream {
  const { schema, table, extent, columns: names } = options;
  const columns = (names ?? table.columns.map(({ name }) => name)).map(identifier).join(", ");
  const rows = `${selected(table, options)}${within(extent)}`;
  const query = `SELECT ${columns} FROM ${qualified(schema, table.name)} WHERE ${rows}`;
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
