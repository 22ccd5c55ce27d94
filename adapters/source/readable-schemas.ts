import type pg from "pg";
import { rowsOf } from "../postgres/postgres";

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

/**
 * Names the schemas that a person may have meant, as the end of a message that a schema lacks.
 * @returns `the role may read sales (3 tables), crm (1 table)`, or that it may read no table
 */
export async function describeReadable(client: pg.Client): Promise<string> {
  const rows = await rowsOf<"schema" | "tables">(client, SCHEMAS, []);
  if (rows.length === 0) return "the role may read no table of any schema";
  const names = rows.map(
    ({ schema, tables }) => `${schema ?? ""} (${tables ?? ""} ${tables === "1" ? "table" : "tables"})`,
  );
  return `the role may read tables in ${names.join(", ")}`;
}
