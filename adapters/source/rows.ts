import type pg from "pg";
import { to as copyTo, type CopyToStreamQuery } from "pg-copy-streams";
import type { VersionFilter } from "../../domain/capture/capture";
import type { TableDescription } from "../../domain/capture/table-description";
import type { RowKey, Slice } from "../../domain/capture/slice";
import { rowXid, type Snapshot } from "../../domain/capture/snapshot";
import { identifier, literal } from "../../domain/sql";
import { queryRows } from "../postgres/postgres";
import { withSourceErrors, sourceError, TableChangedError } from "./errors";

/** A selection of the rows of a table. */
export interface RowSelection {
  /** Only the row versions that pass the filter; all when undefined. */
  readonly filter: VersionFilter | undefined;
  /** Of those, only the rows up to this key. */
  readonly through?: RowKey | undefined;
  /** In addition, all rows of a slice, however old they are. */
  readonly slice?: Slice | undefined;
}

/** The number of rows of a table, the number that passes the filter, and the transaction ids in the overlap. */
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

/**
 * Selects the row versions of transactions not older than the horizon. Ids are 32 bits and wrap, so ages are compared.
 * Within a transaction all ages have the same reference point. The age of the horizon is computed once.
 */
const notOlder = (horizon: bigint): string =>
  `age(xmin) <= (SELECT age(${literal(rowXid(horizon))}::xid)) AND age(xmin) >= 0`;

function condition(filter: VersionFilter | undefined): string {
  if (filter === undefined) return "true";
  // One literal, because the server would parse each of many.
  const ids = literal(`{${filter.captured.join(",")}}`);
  const captured = filter.captured.length === 0 ? "" : ` AND xmin <> ALL (${ids}::xid[])`;
  const oids = filter.joined.map(literal).join(", ");
  const joined = filter.joined.length === 0 ? "" : ` OR tableoid = ANY (ARRAY[${oids}]::oid[])`;
  return `(${notOlder(filter.since.xmin)}${captured}${joined})`;
}

/** `(key) <comparison> (values)`. The values take the types of the columns. */
export function compareKey({ key: names }: TableDescription, comparison: "<=" | ">", key: RowKey): string {
  return `(${names.map(identifier).join(", ")}) ${comparison} (${key.map(literal).join(", ")})`;
}

function selectionOf(table: TableDescription, { filter, through, slice }: RowSelection): string {
  const versions = condition(filter);
  const bounded = through === undefined ? versions : `(${versions} AND ${compareKey(table, "<=", through)})`;
  if (slice === undefined) return bounded;
  const bounds = [
    ...(slice.after === undefined ? [] : [compareKey(table, ">", slice.after)]),
    ...(slice.through === undefined ? [] : [compareKey(table, "<=", slice.through)]),
  ];
  return bounds.length === 0 ? "true" : `(${bounded} OR (${bounds.join(" AND ")}))`;
}

/**
 * PostgreSQL resolves a table by its current name, not by its name at the snapshot. Another table may have taken the
 * name, and a table that was rewritten since looks empty (PostgreSQL manual, 13.6 "Caveats"). This statement takes a
 * lock, which keeps the table unchanged until the run has ended.
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
 * The place in a table that holds the rows of a filter. New versions go where there is space, mostly at the end. After
 * counting, the capture reads only that part (a TID range scan, from PostgreSQL 14 on) instead of the whole table
 * again. No version moves while the snapshot lasts.
 */
export interface Extent {
  /** The first and the last place. */
  readonly first: string;
  readonly last: string;
  readonly rows: number;
  /** Each place, as the text of an array. Set when a count has found few rows. */
  places?: string;
}

/** Up to this many places are listed one by one. */
const FEW_ROWS = 10_000;

const within = ({ first, last, places }: Extent): string =>
  places === undefined
    ? ` AND ctid >= ${literal(first)}::tid AND ctid <= ${literal(last)}::tid`
    : ` AND ctid = ANY (${literal(places)}::tid[])`;

/** Counts the rows in a single scan. */
export async function countRows(
  client: pg.Client,
  options: { table: TableDescription; selection: RowSelection; now: Snapshot },
): Promise<TableCounts & { readonly extent: Extent | undefined }> {
  const { table, selection, now } = options;
  const { filter, through, slice } = selection;
  const name = table.relation;
  const before = through === undefined ? "true" : compareKey(table, "<=", through);
  // Rows of the slice are captured too, so their writers are part of the overlap.
  const last = slice === undefined ? through : slice.through;
  // Without a writer in progress no row can arrive twice, so the overlap is empty.
  const writer = now.xmin < now.xmax ? `CASE WHEN ${notOlder(now.xmin)} THEN xmin END` : "NULL::xid";
  const place =
    filter === undefined ? "NULL::tid" : `CASE WHEN ${before} AND ${condition(filter)} THEN ctid END`;
  // OFFSET keeps the planner from evaluating the expressions again for every aggregate.
  const sql = `
    SELECT count(*) FILTER (WHERE known) AS total, count(place) AS captured,
           array_to_json(ARRAY[min(place), max(place)]::text[]) AS extent,
           array_to_json(array_agg(DISTINCT writer::text) FILTER (WHERE writer IS NOT NULL)) AS overlap,
           ${isAsDescribed(name, table)} AS same
      FROM (SELECT ${before} AS known, ${place} AS place, ${writer} AS writer
              FROM ${name}${last === undefined ? "" : ` WHERE ${compareKey(table, "<=", last)}`} OFFSET 0) AS version`;
  const [row] = await queryRows<"total" | "captured" | "extent" | "overlap" | "same">(client, sql);
  if (row?.same !== "true")
    throw new TableChangedError(`${table.name} changed while the run read it; the next run captures it`, {
      subject: { table: table.name },
    });
  const total = Number(row.total);
  const captured = filter === undefined ? total : Number(row.captured);
  const [first, end] = JSON.parse(row.extent ?? "[]") as (string | null | undefined)[];
  return {
    extent:
      typeof first === "string" && typeof end === "string" ? { first, last: end, rows: captured } : undefined,
    total,
    captured,
    overlap: JSON.parse(row.overlap ?? "[]") as string[],
  };
}

/** @param options.extent the place of the rows, if it is known */
export function copyRows(
  client: pg.Client,
  options: RowSelection & {
    table: TableDescription;
    extent: Extent | undefined;
    columns?: readonly string[];
  },
): CopyStream {
  const { table, extent, columns: names } = options;
  const columns = (names ?? table.columns.map(({ name }) => name)).map(identifier).join(", ");
  const rows = `FROM ${table.relation} WHERE ${selectionOf(table, options)}`;
  let stream: CopyToStreamQuery | undefined;
  return {
    rows: () => stream?.rowCount ?? 0,
    async *[Symbol.asyncIterator]() {
      if (extent !== undefined && extent.rows <= FEW_ROWS)
        extent.places ??= await withSourceErrors(`find the rows of ${table.name}`, () =>
          findPlaces(client, rows, extent),
        );
      const query = `SELECT ${columns} ${rows}${extent === undefined ? "" : within(extent)}`;
      try {
        stream = client.query(copyTo(`COPY (${query}) TO STDOUT (FORMAT csv, HEADER)`));
        for await (const chunk of stream) yield chunk as Uint8Array;
      } catch (error) {
        throw sourceError(`copy ${table.name}`, error);
      }
    },
  };
}

async function findPlaces(client: pg.Client, rows: string, extent: Extent): Promise<string> {
  const sql = `SELECT COALESCE(array_agg(ctid), '{}')::text AS places ${rows}${within(extent)}`;
  const [row] = await queryRows<"places">(client, sql);
  return row?.places ?? "{}";
}
