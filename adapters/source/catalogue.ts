import type pg from "pg";
import type { TableDescription } from "../../domain/capture/table-description";
import type { CatalogueColumn } from "../../domain/capture/column-changes";
import type { Refusal } from "../../domain/log/commit";
import { TerminalError } from "../../domain/errors";
import { refusalOf, type Relation } from "../../domain/capture/refusal";
import { describeSchemas, nameInLake } from "../../domain/capture/source-schemas";
import { identifier, qualified } from "../../domain/sql";
import { queryRows } from "../postgres/postgres";
import { describeReadable } from "./readable-schemas";
import { TYPES_BELOW } from "./types";

/** The tables of the source schemas that can be ingested, and the relations that cannot be, by name. */
export interface Catalogue {
  readonly tables: readonly TableDescription[];
  readonly refused: Readonly<Record<string, Refusal>>;
}

/** Settings and options may name a wrong schema. */
const NAME_A_SCHEMA =
  "name a schema with marble:sourceSchema and marble:moreSourceSchemas, or with --source-schema of npm run local";

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
SELECT n.nspname AS schema,
       c.relname AS name,
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
 WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
   AND c.relname <> ALL ($2)
 ORDER BY array_position($1::text[], n.nspname::text), c.relname`;

type RelationRow = Record<
  | "schema"
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
 * Lists the relations of the schemas.
 * @throws TerminalError when a schema does not exist or is not accessible, or when the schemas have no readable table
 */
export async function readCatalogue(
  client: pg.Client,
  { schemas, user }: { readonly schemas: readonly string[]; readonly user: string },
): Promise<Catalogue> {
  for (const schema of schemas) await checkSchema(client, { schema, user });
  const rows: RelationRow[] = await queryRows(client, RELATIONS, [schemas, EXCLUDED_TABLES]);
  const tables = new Map<string, TableDescription>();
  const refused = new Map<string, Refusal>();
  const relations = new Map<string, string>();
  for (const row of rows) {
    // The table was dropped after the snapshot was taken.
    if (row.readable === null) continue;
    const [schema, table] = [row.schema ?? "", row.name ?? ""];
    const name = nameInLake({ schema, table }, schemas);
    const relation = qualified(schema, table);
    const other = relations.get(name);
    relations.set(name, relation);
    const refusal =
      other === undefined ? refusalOf(relationOf(row, relation), user) : sameName(name, other, relation);
    if (refusal === undefined) tables.set(name, description(row, { name, relation }));
    else {
      tables.delete(name);
      refused.set(name, refusal);
    }
  }
  if (tables.size === 0) {
    const reasons = [...refused.values()].filter(({ kind }) => kind === "table").map(({ reason }) => reason);
    const why =
      reasons.length === 0
        ? await describeReadable(client, NAME_A_SCHEMA)
        : ` that can be ingested: ${reasons.slice(0, 3).join("; ")}`;
    const has = schemas.length === 1 ? "has" : "have";
    throw new TerminalError(`${describeSchemas(schemas)} of the source ${has} no tables${why}`);
  }
  return { tables: [...tables.values()], refused: Object.fromEntries(refused) };
}

const relationOf = (row: RelationRow, relation: string): Relation => ({
  relation,
  kind: row.kind ?? "",
  readable: row.readable === "true",
  rowSecurity: row.rowSecurity === "true",
  foreignPart: row.foreignPart,
  unlogged: row.unlogged === "true",
});

/** The table `sales.order` of the first schema, and the table `order` of the schema `sales`. */
const sameName = (name: string, one: string, other: string): Refusal => ({
  kind: "table",
  reason: `${one} and ${other} both have the name ${name} in the lake: rename one of them`,
});

const description = (
  { storage, comment, key, unique, columns, naming }: RelationRow,
  names: Pick<TableDescription, "name" | "relation">,
): TableDescription => ({
  ...names,
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
  const [access] = await queryRows<"usage">(
    client,
    "SELECT has_schema_privilege(oid, 'USAGE')::text AS usage FROM pg_namespace WHERE nspname = $1",
    [schema],
  );
  if (access === undefined)
    throw new TerminalError(
      `the source has no schema ${schema}${await describeReadable(client, NAME_A_SCHEMA)}`,
    );
  if (access.usage !== "true") {
    throw new TerminalError(
      `${user} may not use the schema ${schema}: GRANT USAGE ON SCHEMA ${identifier(schema)} TO ${identifier(user)}`,
    );
  }
}
