import type pg from "pg";
import { queryRows } from "../postgres/postgres";

/** The schemas whose tables the role may read, with the number of these tables. */
const SCHEMAS = `
SELECT n.nspname AS schema, count(*)::text AS tables
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
   AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
   AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
 GROUP BY n.nspname
 ORDER BY n.nspname`;

/** How many schemas a message names. */
const MOST_NAMES = 10;

/**
 * Names the schemas that a person may have meant, as the end of a message that a schema or its tables are missing.
 * @param remedy what to do when the role may read a table. Without one, only a GRANT helps
 * @returns `, but the role may read tables in crm (1 table), sales (3 tables): <remedy>`
 */
export async function describeReadable(client: pg.Client, remedy: string): Promise<string> {
  const rows = await queryRows<"schema" | "tables">(client, SCHEMAS, []);
  if (rows.length === 0)
    return ", and the role may read no table of any schema: grant USAGE on a schema and SELECT on its tables";
  const names = rows
    .slice(0, MOST_NAMES)
    .map(({ schema, tables }) => `${schema ?? ""} (${tables ?? ""} ${tables === "1" ? "table" : "tables"})`);
  const more = rows.length > MOST_NAMES ? ` and ${rows.length - MOST_NAMES} more` : "";
  return `, but the role may read tables in ${names.join(", ")}${more}: ${remedy}`;
}
