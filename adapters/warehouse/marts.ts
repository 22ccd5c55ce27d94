import type pg from "pg";
import { codeOf, messageOf } from "../../domain/errors";
import type { MartRelation } from "../../domain/marts/upkeep";
import { markIn } from "../../domain/marts/view";
import { qualified } from "../../domain/sql";
import { queryRows } from "../postgres/postgres";
import { prepareSchema } from "./rights";
import { readGrants } from "./swap";

/**
 * Creates the schema for the marts, if it is missing.
 * @returns a sentence with the missing GRANT when the role may not create the schema or views in it; undefined
 *   otherwise
 */
export const prepareMartsSchema = (client: pg.Client, schema: string): Promise<string | undefined> =>
  prepareSchema(client, schema, "views");

/** Reads the relations in the schema of the marts of the warehouse in `schema`. */
export async function readMartRelations(
  client: pg.Client,
  { martsSchema, schema }: { readonly martsSchema: string; readonly schema: string },
): Promise<readonly (MartRelation & { readonly oid: string })[]> {
  const rows = await queryRows<
    "oid" | "name" | "view" | "own" | "comment" | "columns" | "made" | "elsewhere"
  >(
    client,
    `SELECT c.oid::text AS oid, c.relname AS name, (c.relkind = 'v')::text AS view,
            pg_has_role(c.relowner, 'USAGE')::text AS own, obj_description(c.oid, 'pg_class') AS comment,
            (SELECT COALESCE(json_agg(attname ORDER BY attnum), '[]') FROM pg_attribute
              WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped)::text AS columns,
            EXISTS (SELECT FROM pg_rewrite r
                      JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = 0
                                           AND d.xmin = r.xmin
                     WHERE r.ev_class = c.oid)::text AS made,
            EXISTS (SELECT FROM pg_rewrite r
                      JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
                                      AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> c.oid
                      JOIN pg_class t ON t.oid = d.refobjid
                     WHERE r.ev_class = c.oid AND t.relnamespace <> to_regnamespace(quote_ident($2)))::text AS elsewhere
       FROM pg_class c WHERE c.relnamespace = to_regnamespace(quote_ident($1))`,
    [martsSchema, schema],
  );
  return rows.map(({ oid, name, view, own, comment, columns, made, elsewhere }) => ({
    oid: oid ?? "",
    name: name ?? "",
    isView: view === "true",
    isOwn: own === "true",
    comment: comment ?? "",
    columns: JSON.parse(columns ?? "[]") as string[],
    isAsMade: made === "true",
    readsElsewhere: elsewhere === "true",
  }));
}

/** Reads the views that are marts of the warehouse in `schema`. */
export async function readMarts(
  client: pg.Client,
  schemas: { readonly martsSchema: string; readonly schema: string },
): Promise<readonly (MartRelation & { readonly oid: string })[]> {
  const relations = await readMartRelations(client, schemas);
  return relations.filter(({ isView, comment }) => isView && markIn(comment)?.schema === schemas.schema);
}

/** The SQLSTATE of CREATE OR REPLACE VIEW when the existing view has other columns. */
const OTHER_COLUMNS = "42P16";

/** Creates or replaces a view. If the existing view has other columns, drops it first and restores its grants. */
export async function replaceView(
  client: pg.Client,
  { schema, name, create }: { readonly schema: string; readonly name: string; readonly create: string },
): Promise<void> {
  const error = await catchFailure(client, () => client.query(create));
  if (error === undefined) return;
  if (codeOf(error) !== OTHER_COLUMNS) throw error;
  const [view] = await queryRows<"oid">(client, "SELECT to_regclass($1)::oid::text AS oid", [
    qualified(schema, name),
  ]);
  const grants = await readGrants(client, [view?.oid ?? ""]);
  await client.query(`DROP VIEW ${qualified(schema, name)}`);
  await client.query(create);
  // A grant on a dropped column is lost with the column.
  for (const { statement } of grants) await catchFailure(client, () => client.query(statement ?? ""));
}

/** Runs `work`, whose failure must not abort the transaction. Returns the error. */
export async function catchFailure(
  client: pg.Client,
  work: () => Promise<unknown>,
): Promise<Error | undefined> {
  await client.query("SAVEPOINT marble_attempt");
  try {
    await work();
  } catch (error) {
    await client.query("ROLLBACK TO SAVEPOINT marble_attempt; RELEASE SAVEPOINT marble_attempt");
    return error instanceof Error ? error : new Error(messageOf(error));
  }
  await client.query("RELEASE SAVEPOINT marble_attempt");
  return undefined;
}
