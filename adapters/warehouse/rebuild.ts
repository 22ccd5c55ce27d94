import type pg from "pg";
import { TerminalError } from "../../domain/errors";
import { identifier, qualified } from "../../domain/sql";
import { LEDGER, lockLoader } from "../../domain/warehouse/bookkeeping";
import { REPLAY } from "../../domain/warehouse/replay";
import { queryRows } from "../postgres/postgres";
import { describeSchema } from "./rights";
import { withWarehouseErrors } from "./warehouse";

/** The model version of the rebuild that fills this shadow schema; undefined when none is underway. */
export function readRebuild(client: pg.Client, shadow: string): Promise<number | undefined> {
  const table = qualified(shadow, REPLAY);
  return withWarehouseErrors(async () => {
    const [found] = await queryRows<"found">(client, "SELECT to_regclass($1)::text AS found", [table]);
    if (found?.found == null) return undefined;
    const [row] = await queryRows<"model">(client, `SELECT model::text FROM ${table}`);
    return row === undefined ? undefined : Number(row.model);
  });
}

/**
 * Creates an empty shadow schema.
 * @param model the model version that the rebuild is for
 * @throws TerminalError when a schema of that name exists, or the role may not create one
 */
export async function createShadow(client: pg.Client, shadow: string, model: number): Promise<void> {
  const { exists, mayCreate, database, user } = await describeSchema(client, shadow);
  if (exists) {
    throw new TerminalError(
      `the schema ${shadow} is needed for the rebuild, but exists and does not belong to Marble: rename or drop it`,
    );
  }
  if (!mayCreate) {
    throw new TerminalError(
      `a rebuild creates a schema, and ${user} may not: GRANT CREATE ON DATABASE ${database} TO ${user}`,
    );
  }
  const table = qualified(shadow, REPLAY);
  await client.query(`CREATE SCHEMA ${identifier(shadow)}`);
  await client.query(
    `CREATE TABLE ${table} (model integer NOT NULL, begun_at timestamptz NOT NULL DEFAULT now())`,
  );
  await client.query(`INSERT INTO ${table} (model) VALUES ($1::integer)`, [model]);
}

/** Drops shadow schemas with their tables, if they exist. */
export async function dropShadows(client: pg.Client, shadows: readonly string[]): Promise<void> {
  await client.query(`DROP SCHEMA IF EXISTS ${shadows.map(identifier).join(", ")} CASCADE`);
}

/** Locks a shadow schema against other loaders until the transaction ends. Returns false when another has the lock. */
export async function lockShadow(client: pg.Client, shadow: string): Promise<boolean> {
  const [lock] = await queryRows<"locked">(client, lockLoader(shadow));
  return lock?.locked === "true";
}

/** The newest commit in the ledger of a schema; 0 when the ledger is missing or not Marble's. */
export function readNewestCommit(client: pg.Client, schema: string): Promise<number> {
  const ledger = qualified(schema, LEDGER);
  return withWarehouseErrors(async () => {
    const [found] = await queryRows<"found">(
      client,
      "SELECT (SELECT count(*) = 1 FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = 'commit')::text AS found",
      [ledger],
    );
    if (found?.found !== "true") return 0;
    const [row] = await queryRows<"last">(
      client,
      `SELECT COALESCE(max(commit), 0)::text AS last FROM ${ledger}`,
    );
    return Number(row?.last ?? 0);
  });
}
