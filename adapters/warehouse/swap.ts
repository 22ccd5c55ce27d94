import type pg from "pg";
import { TerminalError } from "../../domain/errors";
import { REPLAY } from "../../domain/warehouse/replay";
import { identifier, qualified } from "../../domain/sql";
import { queryRows } from "../postgres/postgres";

/** The schemas of a swap: the one that readers use, the rebuilt one, and the one that keeps the old tables. */
interface Swap {
  readonly live: string;
  readonly shadow: string;
  readonly kept: string;
  /** The oids of views on the old tables that the caller creates again after the swap. */
  readonly recreated: readonly string[];
}

/**
 * Replaces the live tables and views by those of the shadow schema with the same names, within the transaction of
 * `client`. The new tables get what users made around the old ones: grants and owners, indexes, and views and foreign
 * keys that refer to them. A third schema keeps the old tables.
 * @throws TerminalError when something around the old tables cannot be carried over; nothing has moved then
 */
export async function swapSchemas(client: pg.Client, swap: Swap): Promise<void> {
  const { live, shadow, kept } = swap;
  const setting = (searchPath: string): Promise<unknown> =>
    client.query("SELECT set_config('search_path', $1, true)", [searchPath]);
  const [before] = await queryRows<"path">(client, "SELECT current_setting('search_path') AS path");
  // Makes the catalogue print every name with its schema.
  await setting("");
  const relations = await readRelations(client, shadow);
  const replaced = await readReplaced(client, swap);
  const oids = replaced.map(({ oid }) => oid ?? "");
  await refuseLosses(client, oids);
  const around = await readSurroundings(client, { oids, recreated: swap.recreated });

  for (const sql of await readIndexes(client, swap, oids)) await client.query(sql);
  for (const { drop } of around.foreignKeys) await client.query(drop ?? "");
  await client.query(`CREATE SCHEMA ${identifier(kept)}`);
  for (const { name, kind } of replaced) await client.query(move({ name, kind, from: live, to: kept }));
  for (const { name, kind } of relations) await client.query(move({ name, kind, from: shadow, to: live }));
  for (const { statement } of [...around.owners, ...around.grants, ...around.views])
    await client.query(statement ?? "");
  for (const { add } of around.foreignKeys) await client.query(add ?? "");
  await client.query(`DROP TABLE IF EXISTS ${qualified(shadow, REPLAY)}; DROP SCHEMA ${identifier(shadow)}`);
  await setting(before?.path ?? "");
}

type Relation = Record<"name" | "kind", string | null>;

const move = ({ name, kind, from, to }: Relation & { from: string; to: string }): string =>
  `ALTER ${kind === "v" ? "VIEW" : "TABLE"} ${qualified(from, name ?? "")} SET SCHEMA ${identifier(to)}`;

/** Reads the tables and views of a schema. Tables precede the views on them, so a log reads in order. */
export const readRelations = (client: pg.Client, schema: string): Promise<Relation[]> =>
  queryRows<"name" | "kind">(
    client,
    `SELECT relname AS name, relkind::text AS kind FROM pg_class
      WHERE relnamespace = to_regnamespace(quote_ident($1)) AND relkind IN ('r', 'v') AND relname <> $2 ORDER BY 2, 1`,
    [schema, REPLAY],
  );

const readReplaced = (
  client: pg.Client,
  { live, shadow }: Swap,
): Promise<Record<"oid" | "name" | "kind", string | null>[]> =>
  queryRows<"oid" | "name" | "kind">(
    client,
    `SELECT old.oid::text AS oid, old.relname AS name, old.relkind::text AS kind
       FROM pg_class old JOIN pg_class new USING (relname)
      WHERE old.relnamespace = to_regnamespace(quote_ident($1)) AND new.relnamespace = to_regnamespace(quote_ident($2))
        AND old.relkind IN ('r', 'v', 'm', 'p', 'f') AND new.relkind IN ('r', 'v')`,
    [live, shadow],
  );

/** Refuses objects whose loss a user would not notice immediately, and that only their author can create again. */
async function refuseLosses(client: pg.Client, oids: readonly string[]): Promise<void> {
  const found = await queryRows<"what">(
    client,
    `SELECT format('the materialized view %s reads it', v.oid::regclass) AS what FROM pg_class v
      WHERE v.relkind = 'm' AND v.oid IN (${READERS})
      UNION ALL
     SELECT format('%s has the trigger %s', t.tgrelid::regclass, t.tgname) FROM pg_trigger t
      WHERE NOT t.tgisinternal AND t.tgrelid = ANY ($1::oid[])
      UNION ALL
     SELECT format('%s has row security', c.oid::regclass) FROM pg_class c WHERE c.relrowsecurity AND c.oid = ANY ($1::oid[])
      UNION ALL
     SELECT format('%s is not a plain table', c.oid::regclass) FROM pg_class c WHERE c.relkind IN ('m', 'p', 'f') AND c.oid = ANY ($1::oid[])`,
    [oids],
  );
  if (found.length === 0) return;
  throw new TerminalError(
    `the rebuilt tables cannot replace the old ones: ${found.map(({ what }) => what).join("; ")}. ` +
      "Drop each of these, let the replay continue, and create it again",
  );
}

/** The relations whose definition reads one of $1. */
const READERS = `
SELECT r.ev_class FROM pg_rewrite r
  JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
 WHERE d.refobjid = ANY ($1::oid[]) AND r.ev_class <> ALL ($1::oid[])`;

const GRANT = "SELECT format('GRANT %s%s ON %s TO %s%s', a.privilege_type,";
const GRANTEE = `CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
         CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) AS statement`;

/** Reads the statements that restore the grants on these relations and their columns. */
export const readGrants = (
  client: pg.Client,
  oids: readonly string[],
): Promise<Record<"statement", string | null>[]> =>
  queryRows<"statement">(
    client,
    `${GRANT} '', c.oid::regclass, ${GRANTEE} FROM pg_class c, aclexplode(c.relacl) a
      WHERE c.oid = ANY ($1::oid[]) AND a.grantee <> c.relowner
      UNION ALL
     ${GRANT} format(' (%I)', t.attname), c.oid::regclass, ${GRANTEE} FROM pg_class c
       JOIN pg_attribute t ON t.attrelid = c.oid AND NOT t.attisdropped, aclexplode(t.attacl) a
      WHERE c.oid = ANY ($1::oid[])`,
    [oids],
  );

/** Reads the statements that recreate around the new relations, under the old names, what users made around the old ones. */
async function readSurroundings(
  client: pg.Client,
  { oids, recreated }: { readonly oids: readonly string[]; readonly recreated: readonly string[] },
) {
  return {
    owners: await queryRows<"statement">(
      client,
      `SELECT format('ALTER TABLE %s OWNER TO %I', c.oid::regclass, pg_get_userbyid(c.relowner)) AS statement
         FROM pg_class c WHERE c.oid = ANY ($1::oid[]) AND c.relowner <> current_user::regrole`,
      [oids],
    ),
    grants: await readGrants(client, oids),
    views: await queryRows<"statement">(
      client,
      `SELECT format('CREATE OR REPLACE VIEW %s %sAS %s', v.oid::regclass,
                COALESCE('WITH (' || array_to_string(v.reloptions, ', ') || ') ', ''), pg_get_viewdef(v.oid)) AS statement
         FROM pg_class v WHERE v.relkind = 'v' AND v.oid IN (${READERS}) AND v.oid <> ALL ($2::oid[])`,
      [oids, recreated],
    ),
    foreignKeys: await queryRows<"drop" | "add">(
      client,
      `SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop,
              format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS add
         FROM pg_constraint
        WHERE contype = 'f' AND conparentid = 0 AND confrelid = ANY ($1::oid[]) AND conrelid <> ALL ($1::oid[])`,
      [oids],
    ),
  };
}

/**
 * Makes the statements that create the indexes of the old tables on the new tables. Leaves out indexes of constraints,
 * and those that the loader has already created.
 */
async function readIndexes(
  client: pg.Client,
  { live, shadow }: Swap,
  oids: readonly string[],
): Promise<string[]> {
  const rows = await queryRows<"definition" | "name">(
    client,
    `SELECT pg_get_indexdef(i.indexrelid) AS definition, c.relname AS name
       FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
      WHERE i.indrelid = ANY ($1::oid[]) AND i.indisvalid
        AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)`,
    [oids],
  );
  const [quoted] = await queryRows<"live" | "shadow">(
    client,
    "SELECT quote_ident($1) AS live, quote_ident($2) AS shadow",
    [live, shadow],
  );
  const made = await queryRows<"definition">(
    client,
    `SELECT pg_get_indexdef(i.indexrelid) AS definition FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
      WHERE c.relnamespace = to_regnamespace(quote_ident($1))`,
    [shadow],
  );
  const known = new Set(made.map(({ definition }) => definition ?? ""));
  return rows
    .map(({ definition }) =>
      (definition ?? "").replace(` ON ${quoted?.live ?? ""}.`, () => ` ON ${quoted?.shadow ?? ""}.`),
    )
    .filter((definition) => !known.has(definition));
}
