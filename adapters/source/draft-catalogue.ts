import type pg from "pg";
import type { DraftColumn, DraftTable, ForeignKey } from "../../domain/draft/catalogue";
import { describeSchemas, nameInLake } from "../../domain/capture/source-schemas";
import { TerminalError } from "../../domain/errors";
import { queryRows } from "../postgres/postgres";
import { describeReadable } from "./readable-schemas";

/**
 * The readable tables of some schemas, with keys and foreign keys. A domain counts as its base type. Partitions are not
 * listed. A table from which others inherit has no key, as for ingest.
 */
const TABLES = `
WITH RECURSIVE domains AS (
    SELECT oid, typbasetype AS base, typtypmod AS modifier FROM pg_type WHERE typtype = 'd'
     UNION ALL
    SELECT d.oid, t.typbasetype, t.typtypmod FROM domains d JOIN pg_type t ON t.oid = d.base AND t.typtype = 'd')
SELECT n.nspname AS schema,
       c.relname AS name,
       obj_description(c.oid, 'pg_class') AS comment,
       COALESCE((SELECT json_agg(json_build_object(
                   'name', a.attname,
                   'nullable', NOT a.attnotnull,
                   'type', CASE WHEN t.typtype = 'e' THEN 'enum ' ELSE '' END ||
                           format_type(t.oid, COALESCE(d.modifier, a.atttypmod))) ORDER BY a.attnum)
          FROM pg_attribute a
          LEFT JOIN domains d ON d.oid = a.atttypid
          JOIN pg_type t ON t.oid = COALESCE(d.base, a.atttypid) AND (d.base IS NULL OR t.typtype <> 'd')
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '[]')::text AS columns,
       COALESCE((SELECT json_agg(a.attname ORDER BY k.position)
          FROM pg_constraint p
          CROSS JOIN LATERAL unnest(p.conkey) WITH ORDINALITY AS k(attnum, position)
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
         WHERE p.conrelid = c.oid AND p.contype = 'p'
           AND (c.relkind = 'p' OR NOT EXISTS (SELECT FROM pg_inherits WHERE inhparent = c.oid))), '[]')::text AS key,
       COALESCE((SELECT json_agg(json_build_object(
                   'schema', m.nspname,
                   'table', r.relname,
                   'columns', (SELECT json_agg(a.attname ORDER BY k.position)
                                 FROM unnest(f.conkey) WITH ORDINALITY AS k(attnum, position)
                                 JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.attnum),
                   'toColumns', (SELECT json_agg(a.attname ORDER BY k.position)
                                   FROM unnest(f.confkey) WITH ORDINALITY AS k(attnum, position)
                                   JOIN pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.attnum))
                 ORDER BY f.conname)
          FROM pg_constraint f
          JOIN pg_class r ON r.oid = f.confrelid
          JOIN pg_namespace m ON m.oid = r.relnamespace
         WHERE f.conrelid = c.oid AND f.contype = 'f' AND f.conparentid = 0), '[]')::text AS "foreignKeys"
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p') AND NOT c.relispartition
   AND has_table_privilege(c.oid, 'SELECT')
 ORDER BY array_position($1::text[], n.nspname::text), c.relname`;

/** A foreign key, with the place of the other table. */
type FoundKey = Omit<ForeignKey, "to"> & { readonly schema: string; readonly table: string };

/**
 * Describes the tables of some schemas, to draft a model from them.
 * @param schemas the schemas to read, in order
 * @throws TerminalError when the role may read no table of the schemas
 */
export async function describeForDraft(
  client: pg.Client,
  schemas: readonly string[],
): Promise<readonly DraftTable[]> {
  // Types have the names that ingest sees.
  await client.query("SET search_path = ''");
  const rows = await queryRows<"schema" | "name" | "comment" | "columns" | "key" | "foreignKeys">(
    client,
    TABLES,
    [schemas],
  );
  if (rows.length === 0)
    throw new TerminalError(
      `${describeSchemas(schemas)} ${schemas.length === 1 ? "has" : "have"} no table that this role may read` +
        (await describeReadable(client, "name a schema with --schema, or grant SELECT")),
    );
  return rows.map(({ schema, name, comment, columns, key, foreignKeys }) => ({
    name: nameInLake({ schema: schema ?? "", table: name ?? "" }, schemas),
    columns: JSON.parse(columns ?? "[]") as DraftColumn[],
    key: JSON.parse(key ?? "[]") as string[],
    foreignKeys: (JSON.parse(foreignKeys ?? "[]") as FoundKey[]).map(({ schema, table, ...foreignKey }) => ({
      ...foreignKey,
      to: nameInLake({ schema, table }, schemas),
    })),
    ...(comment !== null && { comment }),
  }));
}
