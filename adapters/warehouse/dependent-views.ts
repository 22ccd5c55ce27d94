import type pg from "pg";
import { codeOf, messageOf, TerminalError } from "../../domain/errors";
import { qualified } from "../../domain/sql";
import { queryRows } from "../postgres/postgres";
import { readGrants } from "./swap";

/** A relation whose definition reads a table, directly or through other views. */
interface Reader {
  readonly oid: string;
  /** Qualified with its schema, and quoted. */
  readonly name: string;
  readonly isView: boolean;
  /** Statements that create it again, with its owner, comment and grants. */
  readonly statements: readonly string[];
}

/** The SQLSTATE for an object on which others depend. */
const DEPENDED_ON = "2BP01";

/**
 * Changes a table. Views that block the change are dropped and created again afterwards, with their owners, comments
 * and grants, within the transaction of `client`.
 * @throws TerminalError with the remedy when a view cannot be created again, because it reads a column that no longer
 *   exists
 */
export async function withoutViewsOn(
  client: pg.Client,
  { schema, table }: { readonly schema: string; readonly table: string },
  change: () => Promise<void>,
): Promise<void> {
  await client.query("SAVEPOINT change_table");
  try {
    await change();
    await client.query("RELEASE SAVEPOINT change_table");
    return;
  } catch (error) {
    if (codeOf(error) !== DEPENDED_ON) throw error;
    await client.query("ROLLBACK TO SAVEPOINT change_table; RELEASE SAVEPOINT change_table");
  }
  const name = qualified(schema, table);
  const readers = await withQualifiedNames(client, () => findReaders(client, name));
  const other = readers.find(({ isView }) => !isView);
  if (other !== undefined)
    throw new TerminalError(
      `a column of ${name} was dropped or has another type, and the materialized view ${other.name} reads the table: ` +
        "drop it, let the load continue, and create it again",
    );
  for (const reader of [...readers].reverse()) await client.query(`DROP VIEW ${reader.name}`);
  await runChange(name, change);
  await withQualifiedNames(client, async () => {
    for (const reader of readers) await recreate(client, name, reader);
  });
}

async function runChange(name: string, change: () => Promise<void>): Promise<void> {
  try {
    await change();
  } catch (error) {
    if (codeOf(error) !== DEPENDED_ON) throw error;
    throw new TerminalError(
      `a column of ${name} was dropped or has another type: ${messageOf(error)}. Drop what depends on it`,
      { cause: error },
    );
  }
}

async function recreate(client: pg.Client, table: string, reader: Reader): Promise<void> {
  try {
    for (const sql of reader.statements) await client.query(sql);
  } catch (error) {
    throw new TerminalError(
      `the view ${reader.name} cannot be created again on the changed table ${table}: ${messageOf(error)}. ` +
        "The source has changed that column: change or drop the view",
      { cause: error },
    );
  }
}

/** Runs `work` while the catalogue prints every name with its schema. */
async function withQualifiedNames<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  const [before] = await queryRows<"path">(client, "SELECT current_setting('search_path') AS path");
  await client.query("SELECT set_config('search_path', '', true)");
  const result = await work();
  await client.query("SELECT set_config('search_path', $1, true)", [before?.path ?? ""]);
  return result;
}

/** A view that others read precedes them. */
async function findReaders(client: pg.Client, table: string): Promise<readonly Reader[]> {
  const rows = await queryRows<"oid" | "name" | "view" | "statements">(
    client,
    `WITH RECURSIVE reader (oid, depth) AS (
         SELECT r.ev_class, 1 FROM pg_rewrite r
           JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
          WHERE d.refobjid = $1::regclass AND r.ev_class <> d.refobjid
          UNION
         SELECT r.ev_class, reader.depth + 1 FROM reader
           JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = reader.oid AND d.classid = 'pg_rewrite'::regclass
           JOIN pg_rewrite r ON r.oid = d.objid
          WHERE r.ev_class <> reader.oid)
     SELECT v.oid::text AS oid, v.oid::regclass::text AS name, (v.relkind = 'v')::text AS view,
            json_build_array(
              format('CREATE VIEW %s %sAS %s', v.oid::regclass,
                     COALESCE('WITH (' || array_to_string(v.reloptions, ', ') || ') ', ''), pg_get_viewdef(v.oid)),
              CASE WHEN v.relowner <> current_user::regrole
                   THEN format('ALTER VIEW %s OWNER TO %I', v.oid::regclass, pg_get_userbyid(v.relowner)) END,
              CASE WHEN obj_description(v.oid, 'pg_class') IS NOT NULL
                   THEN format('COMMENT ON VIEW %s IS %L', v.oid::regclass, obj_description(v.oid, 'pg_class')) END)::text AS statements
       FROM pg_class v JOIN (SELECT oid, max(depth) AS depth FROM reader GROUP BY oid) AS r ON r.oid = v.oid
      ORDER BY r.depth, v.oid`,
    [table],
  );
  return Promise.all(
    rows.map(async ({ oid, name, view, statements }): Promise<Reader> => {
      const grants = await readGrants(client, [oid ?? ""]);
      const made = JSON.parse(statements ?? "[]") as (string | null)[];
      return {
        oid: oid ?? "",
        name: name ?? "",
        isView: view === "true",
        statements: [...made, ...grants.map(({ statement }) => statement)].filter((sql) => sql !== null),
      };
    }),
  );
}
