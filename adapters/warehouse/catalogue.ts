import type pg from "pg";
import { TerminalError } from "../../domain/errors";
import type { CatalogueTable } from "../../domain/warehouse/target";
import { queryRows } from "../postgres/postgres";

/** The base type of column `a`, with its modifier, under any number of domains. */
const BASE_TYPE = `
WITH RECURSIVE below AS (
  SELECT a.atttypid AS type, a.atttypmod AS modifier, 0 AS depth
   UNION ALL
  SELECT t.typbasetype, CASE WHEN below.modifier >= 0 THEN below.modifier ELSE t.typtypmod END, depth + 1
    FROM below JOIN pg_type t ON t.oid = below.type WHERE t.typtype = 'd')
SELECT json_build_object(
         'declared', format_type(below.type, below.modifier),
         'isText', t.typcategory = 'S',
         'isLoose', COALESCE((SELECT NOT collisdeterministic FROM pg_collation WHERE oid = a.attcollation), false))
  FROM below JOIN pg_type t ON t.oid = below.type ORDER BY depth DESC LIMIT 1`;

/** The bits of pg_trigger.tgtype for a trigger that fires for each row, before INSERT. */
const BEFORE_INSERT = 1 | 2 | 4;

const CATALOGUE = `
SELECT c.relname AS name,
       (SELECT json_agg(json_build_object(
                 'name', a.attname,
                 'required', a.attnotnull AND NOT a.atthasdef AND a.attidentity = '',
                 'hasDefault', a.atthasdef OR a.attidentity <> '',
                 'type', (${BASE_TYPE}),
                 'always', CASE WHEN a.attidentity = 'a' THEN 'identity' WHEN a.attgenerated <> '' THEN 'expression' END)
               ORDER BY a.attnum)
          FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)::text AS columns,
       COALESCE((SELECT json_agg((SELECT json_agg(a.attname ORDER BY k.place)
                                    FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, place)
                                    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
                                   WHERE k.place <= i.indnkeyatts))
          FROM pg_index i
         WHERE i.indrelid = c.oid AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL AND i.indimmediate), '[]')::text AS keys,
       EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal AND g.tgenabled <> 'D'
                  AND g.tgtype & ${BEFORE_INSERT} = ${BEFORE_INSERT})::text AS triggers
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT c.relispartition
 ORDER BY c.relname`;

/**
 * Reads the tables of a schema of the warehouse.
 * @throws TerminalError when the schema does not exist
 */
export async function readWarehouseTables(
  client: pg.Client,
  schema: string,
): Promise<readonly CatalogueTable[]> {
  const [found] = await queryRows<"found">(
    client,
    "SELECT (to_regnamespace(quote_ident($1)) IS NOT NULL)::text AS found",
    [schema],
  );
  if (found?.found !== "true") {
    throw new TerminalError(
      `the warehouse has no schema ${schema}; create it, or set marble:warehouseSchema to one that exists`,
    );
  }
  const rows = await queryRows<"name" | "columns" | "keys" | "triggers">(client, CATALOGUE, [schema]);
  return rows.map(({ name, columns, keys, triggers }) => ({
    name: name ?? "",
    columns: JSON.parse(columns ?? "[]") as CatalogueTable["columns"],
    uniqueKeys: JSON.parse(keys ?? "[]") as string[][],
    changesRows: triggers === "true",
  }));
}

/** Reads the names of the columns of a table or a view, in order; empty when the relation does not exist. */
export async function readColumns(client: pg.Client, relation: string): Promise<readonly string[]> {
  const rows = await queryRows<"name">(
    client,
    "SELECT attname AS name FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
    [relation],
  );
  return rows.map(({ name }) => name ?? "");
}
