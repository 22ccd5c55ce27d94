import type pg from "pg";
import type { TableDescription } from "../../domain/capture/table-description";
import type { CatalogueColumn } from "../../domain/capture/column-changes";
import type { Refusal } from "../../domain/log/commit";
import { TerminalError } from "../../domain/errors";
import { refusalOf } from "../../domain/capture/refusal";
import { identifier } from "../../domain/sql";
import { rowsOf } from "../postgres/postgres";
import { TYPES_BELOW } from "./types";

/** The tables of a source schema that can be ingested, and the relations that cannot be, by name. */
export interface Catalogue {
  readonly tables: readonly TableDescription[];
  readonly refused: Readonly<Record<string, Refusal>>;
}

/** Bookkeeping of the schema migration tool, never ingested. */
const EXCLUDED_TABLES = ["_prisma_migrations"];

/** The partitions of a table, or the tables that inherit from it, at any depth. */
const BELOW = `
WITH RECURSIVE below AS (
    SELECT inhrelid FROM pg_inherits WHERE inhparent = c.oid
     UNION
    SELECT i.inhrelid FROM pg_inherits i JOIN below b ON i.inhparent = b.inhrelid)
SELECT string_agg(',' || p.oid || ':' || p.relfilenode, '' ORDER BY p.oid) AS storage,
       min(p.relname::text) FILTER (WHERE p.relkind = 'f') AS foreign_part,
       COALESCE(bool_or(p.relpersistence = 'u'), false) AS unlogged
  FROM below JOIN pg_class p ON p.oid = below.inhrelid`;

/**
 * A column that has NULL in no row. NOT NULL of a table applies to its partitions, but not to tables that inherit from
 * it.
 */
const HAS_NO_NULL = `(a.attnotnull AND (c.relkind = 'p' OR b.storage IS NULL) AND NOT EXISTS (
    SELECT FROM pg_constraint n WHERE n.conrelid = a.attrelid AND n.contype = 'n' AND NOT n.convalidated
       AND a.attnum = ANY (n.conkey)))`;

/** The names of the key columns of an index `i`, without the columns that it only includes. */
const KEY_COLUMNS = `
SELECT json_agg(k.name ORDER BY k.position) AS names
  FROM (SELECT a.attname AS name, k.position
          FROM unnest(i.indkey) WITH ORDINALITY AS k(attnum, position)
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
         WHERE k.position <= i.indnkeyatts) AS k`;

/**
 * A domain counts as its base type. The key of a table does not cover the rows of tables that inherit from it
 * (PostgreSQL manual, 5.11.1 "Caveats"), so such a table has no key. A partial index, an index on an expression, and an
 * unfinished index are no keys either.
 */
const RELATIONS = `
WITH RECURSIVE ${TYPES_BELOW}
SELECT c.relname AS name,
       c.relkind::text AS kind,
       c.oid || ':' || c.relfilenode || COALESCE(b.storage, '') AS storage,
       obj_description(c.oid, 'pg_class') AS comment,
       has_table_privilege(c.oid, 'SELECT')::text AS readable,
       row_security_active(c.oid)::text AS "rowSecurity",
       b.foreign_part AS "foreignPart",
       (pg_is_in_recovery() AND (c.relpersistence = 'u' OR b.unlogged))::text AS unlogged,
       COALESCE(keys.key, '[]')::text AS key,
       COALESCE(keys."unique", '[]')::text AS "unique",
       COALESCE((SELECT json_agg(json_strip_nulls(json_build_object(
                   'name', a.attname,
                   'type', COALESCE(t.type, format_type(a.atttypid, a.atttypmod)),
                   'number', a.attnum,
                   'labels', t.labels,
                   'attributes', t.attributes,
                   'generated', CASE WHEN a.attgenerated = 'v' THEN (SELECT pg_get_expr(e.adbin, e.adrelid)
                                       FROM pg_attrdef e WHERE e.adrelid = a.attrelid AND e.adnum = a.attnum) END,
                   'nullable', NOT (${HAS_NO_NULL} OR COALESCE(t.required, false)),
                   'comment', col_description(a.attrelid, a.attnum))) ORDER BY a.attnum)
          FROM pg_attribute a
          LEFT JOIN described t ON t.root = a.atttypid
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '[]')::text AS columns,
       (SELECT json_agg(DISTINCT kind.name)::text
          FROM pg_attribute a
          JOIN described t ON t.root = a.atttypid
          CROSS JOIN LATERAL json_array_elements_text(t.naming) AS kind(name)
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS naming
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  CROSS JOIN LATERAL (${BELOW}) AS b
  CROSS JOIN LATERAL (
    SELECT json_agg(names) FILTER (WHERE i.indisprimary) -> 0 AS key,
           json_agg(names ORDER BY i.indexrelid) FILTER (WHERE NOT i.indisprimary) AS "unique"
      FROM pg_index i
      CROSS JOIN LATERAL (${KEY_COLUMNS}) AS names_of(names)
     WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
       AND (c.relkind = 'p' OR b.storage IS NULL)) AS keys
 WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
   AND c.relname <> ALL ($2)
 ORDER BY c.relname`;

type RelationRow = Record<
  | "name"
  | "kind"
  | "storage"
  | "comment"
  | "readable"
  | "rowSecurity"
  | "foreignPart"
  | "unlogged"
  | "key"
  | "unique"
  | "columns"
  | "naming",
  string | null
>;

/**
 * Lists the relations of a schema.
 * @throws TerminalError when the schema does not exist, is not accessible, or has no readable table
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
    // The table was dropped after the snapshot was taken.
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
    else refused.push([relation.name, refusal]);
  }
  if (tables.length === 0) {
    const reasons = refused.filter(([, { kind }]) => kind === "table").map(([, { reason }]) => reason);
    const why = reasons.length === 0 ? "" : ` that can be ingested: ${reasons.slice(0, 3).join("; ")}`;
    throw new TerminalError(`the schema ${schema} of the source has no tables${why}`);
  }
  return { tables, refused: Object.fromEntries(refused) };
}

const description = ({
  name,
  storage,
  comment,
  key,
  unique,
  columns,
  naming,
}: RelationRow): TableDescription => ({
  name: name ?? "",
  storage: storage ?? "",
  ...(comment !== null && { comment }),
  key: JSON.parse(key ?? "[]") as string[],
  unique: JSON.parse(unique ?? "[]") as string[][],
  columns: JSON.parse(columns ?? "[]") as CatalogueColumn[],
  ...(naming !== null && { naming: JSON.parse(naming) as string[] }),
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
