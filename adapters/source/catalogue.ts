import type pg from "pg";
import type { TableDescription } from "../../domain/capture/capture";
import type { CatalogueColumn } from "../../domain/capture/column-changes";
import type { Refusal } from "../../domain/log/commit";
import { TerminalError } from "../../domain/errors";
import { refusalOf } from "../../domain/capture/refusal";
import { identifier } from "../../domain/sql";
import { rowsOf } from "../postgres/postgres";

/** What a schema of the source has: tables to ingest, and relations that cannot be, by name. */
export interface Catalogue {
  readonly tables: readonly TableDescription[];
  readonly refused: Readonly<Record<string, Refusal>>;
}

/** The schema tool's own bookkeeping: never ingested. */
const EXCLUDED_TABLES = ["_prisma_migrations"];

/** What stands below a table: its partitions, or what inherits from it, at any depth. */
const BELOW = `
WITH RECURSIVE below AS (
    SELECT inhrelid FROM pg_inherits WHERE inhparent = c.oid
     UNION
    SELECT i.inhrelid FROM pg_inherits i JOIN below b ON i.inhparent = b.inhrelid)
SELECT string_agg(',' || p.oid || ':' || p.relfilenode, '' ORDER BY p.oid) AS storage,
       min(p.relname::text) FILTER (WHERE p.relkind = 'f') AS foreign_part,
       COALESCE(bool_or(p.relpersistence = 'u'), false) AS unlogged
  FROM below JOIN pg_class p ON p.oid = below.inhrelid`;

/** What domains are made of, to the end: a domain may be over another, and only the last has a modifier. */
const DOMAINS = `
    SELECT oid, typbasetype AS base, typtypmod AS modifier FROM pg_type WHERE typtype = 'd'
     UNION ALL
    SELECT d.oid, t.typbasetype, t.typtypmod FROM domains d JOIN pg_type t ON t.oid = d.base AND t.typtype = 'd'`;

/**
 * A domain counts as its base type. The primary key of a table that others inherit from says nothing of
 * their rows (PostgreSQL manual, 5.11.1 "Caveats"): it then has none. The columns that a key only
 * includes are no part of it.
 */
const RELATIONS = `
WITH RECURSIVE domains AS (${DOMAINS})
SELECT c.relname AS name,
       c.relkind::text AS kind,
       c.oid || ':' || c.relfilenode || COALESCE(b.storage, '') AS storage,
       has_table_privilege(c.oid, 'SELECT')::text AS readable,
       row_security_active(c.oid)::text AS "rowSecurity",
       b.foreign_part AS "foreignPart",
       (pg_is_in_recovery() AND (c.relpersistence = 'u' OR b.unlogged))::text AS unlogged,
       COALESCE((SELECT json_agg(a.attname ORDER BY k.position)
          FROM pg_index i
          CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(attnum, position)
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
         WHERE i.indrelid = c.oid AND i.indisprimary AND k.position <= i.indnkeyatts
           AND (c.relkind = 'p' OR b.storage IS NULL)), '[]')::text AS key,
       COALESCE((SELECT json_agg(json_strip_nulls(json_build_object(
                   'name', a.attname,
                   'type', CASE WHEN t.typtype = 'e' THEN 'enum ' ELSE '' END ||
                           format_type(t.oid, COALESCE(d.modifier, a.atttypmod)),
                   'number', a.attnum,
                   'labels', (SELECT json_agg(e.enumlabel ORDER BY e.oid) FROM pg_enum e
                               WHERE e.enumtypid IN (t.oid, t.typelem)))) ORDER BY a.attnum)
          FROM pg_attribute a
          LEFT JOIN domains d ON d.oid = a.atttypid
          JOIN pg_type t ON t.oid = COALESCE(d.base, a.atttypid) AND (d.base IS NULL OR t.typtype <> 'd')
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '[]')::text AS columns
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  CROSS JOIN LATERAL (${BELOW}) AS b
 WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
   AND c.relname <> ALL ($2)
 ORDER BY c.relname`;

type RelationRow = Record<
  "name" | "kind" | "storage" | "readable" | "rowSecurity" | "foreignPart" | "unlogged" | "key" | "columns",
  string | null
>;

/**
 * Lists what a schema has.
 * @throws TerminalError when the schema is not there, may not be used, or has no table that may be read
 */
export async function catalogueOf(
  client: pg.Client,
  options: { schema: string; user: string },
): Promise<Catalogue> {
  const { schema } = options;
  await checkSchema(client, options);
  const relations: RelationRow[] = await rowsOf(client, RELATIONS, [schema, EXCLUDED_TABLES]);
  const tables: TableDescription[] = [];
  const refused: [string, Refusal][] = [];
  for (const row of relations) {
    // Dropped since the snapshot was taken.
    if (row.readable === null) continue;
    const relation = {
      name: row.name ?? "",
      kind: row.kind ?? "",
      readable: row.readable === "true",
      rowSecurity: row.rowSecurity === "true",
      foreignPart: row.foreignPart,
      unlogged: row.unlogged === "true",
    };
    const refusal = refusalOf(relation, options);
    if (refusal === undefined) tables.push(description(row));
    else refused.push([keptName(relation.name), refusal]);
  }
  if (tables.length === 0) {
    const reasons = refused.filter(([, { kind }]) => kind === "table").map(([, { reason }]) => reason);
    const why = reasons.length === 0 ? "" : ` that can be ingested: ${reasons.slice(0, 3).join("; ")}`;
    throw new TerminalError(`the schema ${schema} of the source has no tables${why}`);
  }
  return { tables, refused: Object.fromEntries(refused) };
}

/** No object of JavaScript can be relied on to keep a property of this name. */
const keptName = (name: string): string => (name === "__proto__" ? identifier(name) : name);

const description = ({ name, storage, key, columns }: RelationRow): TableDescription => ({
  name: name ?? "",
  storage: storage ?? "",
  key: JSON.parse(key ?? "[]") as string[],
  columns: JSON.parse(columns ?? "[]") as CatalogueColumn[],
});

async function checkSchema(
  client: pg.Client,
  { schema, user }: { schema: string; user: string },
): Promise<void> {
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
}
