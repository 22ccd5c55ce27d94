import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { codeOf, TerminalError } from "../../domain/errors";
import type { CommitNumber } from "../../domain/log/keys";
import { commitNumber } from "../../domain/log/keys";
import { literal, qualified } from "../../domain/sql";
import { BOOKKEEPING, createBookkeeping, LEDGER, lockLoader } from "../../domain/warehouse/bookkeeping";
import type { CatalogueTable } from "../../domain/warehouse/target";
import { queryRows, SAME_TEXT } from "../postgres/postgres";
import { readColumns, readWarehouseTables } from "./catalogue";
import {
  DENIED,
  healsByItself,
  isDataException,
  lacksParentOrValue,
  warehouseError,
  type RefusedValue,
} from "./errors";
import { withoutViewsOn } from "./dependent-views";
import { findMissingGrant, findMissingTemporary, prepareSchema } from "./rights";

/** A connection to the warehouse. The stages only hand it to adapters. */
export type WarehouseClient = pg.Client;

/** The warehouse within one transaction. */
export interface Warehouse {
  /** Identifies the database, which must differ from the source. */
  identity(): Promise<{ readonly systemIdentifier: string; readonly database: string }>;
  /** The tables of the schema. */
  catalogue(): Promise<readonly CatalogueTable[]>;
  views(): Promise<ReadonlySet<string>>;
  /** Lets the next statements wait only briefly for a lock: queries of readers queue behind a waiting statement. */
  waitBriefly(): Promise<void>;
  /** Runs a statement and returns the number of rows that it changed. */
  execute(sql: string): Promise<number>;
  /** Copies bytes into a table and returns the number of rows. */
  copy(sql: string, bytes: AsyncIterable<Uint8Array>): Promise<number>;
  isEmpty(table: string): Promise<boolean>;
  /** Reads rows, as texts by column. */
  rows<Column extends string>(sql: string): Promise<Record<Column, string | null>[]>;
  /**
   * Runs `work`, and undoes it if it turns out to be impossible: if it returns undefined, violates a foreign key or NOT
   * NULL, or if the server refuses a value.
   * @returns the result of `work`; undefined when it was undone
   */
  attempt<T>(work: () => Promise<T | undefined>): Promise<T | undefined>;
  /**
   * Loads rows into a table.
   * @param findValue finds the refused value when the server refuses one
   * @throws TransientError or TerminalError that names the table, the column and the reason
   */
  loadRows<T>(
    table: string,
    work: () => Promise<T>,
    findValue?: () => Promise<RefusedValue | undefined>,
  ): Promise<T>;
  /** Runs statements and undoes them. @returns the error of the first that fails */
  rehearse(statements: readonly string[]): Promise<Error | undefined>;
  /** Creates a schema for tables, if it is missing. @throws TerminalError with the missing GRANT */
  prepareSchema(schema: string): Promise<void>;
  /** True if a relation of that name exists. */
  hasRelation(schema: string, name: string): Promise<boolean>;
  /** True if a relation of the schema has that column. */
  hasColumn(relation: string, column: string): Promise<boolean>;
  /**
   * Changes a table on whose columns views may depend. The views are created again afterwards.
   * @throws TerminalError when a view cannot be created again
   */
  withoutViewsOn(
    table: { readonly schema: string; readonly table: string },
    change: () => Promise<void>,
  ): Promise<void>;
  /** The GRANT that the role lacks to load more than once; undefined when it lacks none. */
  missingRight(): Promise<string | undefined>;
  readonly ledger: Ledger;
}

/** The newest loaded commit, its lake, and the model version that made it. */
export interface LedgerHead {
  readonly number: CommitNumber;
  readonly lake: string;
  readonly model: number;
}

/** Records which commits are loaded. */
interface Ledger {
  /** Returns the newest loaded commit; undefined before the first load. @throws TerminalError when the table is not a ledger */
  head(): Promise<LedgerHead | undefined>;
  exists(): Promise<boolean>;
  /** Creates the ledger, and the other tables that the loader keeps. */
  create(): Promise<void>;
  record(entry: LedgerHead & { readonly capturedAt: string; readonly rows: number }): Promise<void>;
  /** Records that the commits from this one on were loaded again. */
  recordAgain(from: number): Promise<void>;
}

/** How long a statement waits for a lock that a user's query holds; the next run tries again. */
const LOCK_TIMEOUT = "60s";

/** How long a statement waits that would block readers. */
const BRIEF_LOCK_TIMEOUT = "5s";

/**
 * Runs `work` in one transaction, as the only loader of the schema.
 * @returns the result of `work`; undefined when another loader holds the lock
 * @throws TransientError or TerminalError; the transaction is then rolled back
 */
export async function inWarehouseTransaction<T>(
  client: pg.Client,
  schema: string,
  work: (warehouse: Warehouse) => Promise<T>,
): Promise<T | undefined> {
  try {
    await client.query(`BEGIN; ${SAME_TEXT}; SET LOCAL lock_timeout = ${literal(LOCK_TIMEOUT)}`);
    const [lock] = await queryRows<"locked">(client, lockLoader(schema));
    const result = lock?.locked === "true" ? await work(warehouse(client, schema)) : undefined;
    await client.query("COMMIT");
    return result;
  } catch (error) {
    // A lost connection has already rolled back.
    await client.query("ROLLBACK").catch(() => undefined);
    const remedy =
      codeOf(error) === DENIED ? await remedyOf(client, schema).catch(() => undefined) : undefined;
    throw warehouseError(error, { remedy });
  }
}

/**
 * Reads from the warehouse outside a transaction.
 * @throws TransientError or TerminalError
 */
export async function withWarehouseErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw warehouseError(error);
  }
}

function warehouse(client: pg.Client, schema: string): Warehouse {
  return {
    identity: async () => {
      const [row] = await queryRows<"systemIdentifier" | "database">(
        client,
        `SELECT (SELECT system_identifier::text FROM pg_control_system()) AS "systemIdentifier", current_database() AS database`,
      );
      return { systemIdentifier: row?.systemIdentifier ?? "", database: row?.database ?? "" };
    },
    catalogue: () => readWarehouseTables(client, schema),
    views: async () => {
      const rows = await queryRows<"name">(
        client,
        "SELECT viewname AS name FROM pg_views WHERE schemaname = $1",
        [schema],
      );
      return new Set(rows.map(({ name }) => name ?? ""));
    },
    waitBriefly: async () => {
      await client.query(`SET LOCAL lock_timeout = ${literal(BRIEF_LOCK_TIMEOUT)}`);
    },
    execute: async (sql) => (await client.query(sql)).rowCount ?? 0,
    copy: async (sql, bytes) => {
      const stream = client.query(copyFrom(sql));
      await pipeline(Readable.from(bytes, { objectMode: false }), stream);
      return stream.rowCount;
    },
    isEmpty: async (table) => {
      const [row] = await queryRows<"empty">(
        client,
        `SELECT (NOT EXISTS (SELECT FROM ${qualified(schema, table)}))::text AS empty`,
      );
      return row?.empty === "true";
    },
    rows: (sql) => queryRows(client, sql),
    attempt: (work) => attempt(client, work),
    loadRows: (table, work, findValue) => loadRows(client, { table, work, findValue }),
    rehearse: (statements) => rehearse(client, statements),
    prepareSchema: async (name) => {
      const missing = await prepareSchema(client, name, "tables");
      if (missing !== undefined) throw new TerminalError(missing);
    },
    hasRelation: async (of, name) => {
      const [row] = await queryRows<"found">(client, "SELECT (to_regclass($1) IS NOT NULL)::text AS found", [
        qualified(of, name),
      ]);
      return row?.found === "true";
    },
    hasColumn: async (relation, column) =>
      (await readColumns(client, qualified(schema, relation))).includes(column),
    withoutViewsOn: (table, change) => withoutViewsOn(client, table, change),
    missingRight: () => findMissingTemporary(client),
    ledger: ledgerOf(client, schema),
  };
}

async function attempt<T>(client: pg.Client, work: () => Promise<T | undefined>): Promise<T | undefined> {
  await client.query("SAVEPOINT attempt");
  let result: T | undefined;
  try {
    result = await work();
  } catch (error) {
    // The slow path over a staging table reports which value it was.
    if (!lacksParentOrValue(error) && !isDataException(error)) throw error;
  }
  await client.query(`${result === undefined ? "ROLLBACK TO" : "RELEASE"} SAVEPOINT attempt`);
  return result;
}

async function loadRows<T>(
  client: pg.Client,
  options: {
    readonly table: string;
    readonly work: () => Promise<T>;
    readonly findValue: (() => Promise<RefusedValue | undefined>) | undefined;
  },
): Promise<T> {
  const { table, work, findValue } = options;
  if (findValue !== undefined) await client.query("SAVEPOINT load_rows");
  try {
    const result = await work();
    if (findValue !== undefined) await client.query("RELEASE SAVEPOINT load_rows");
    return result;
  } catch (error) {
    // The missing GRANT is looked up after the transaction has ended.
    if (codeOf(error) === DENIED) throw error;
    if (findValue === undefined || !isDataException(error)) throw warehouseError(error, { table });
    await client.query("ROLLBACK TO SAVEPOINT load_rows");
    throw warehouseError(error, { table, ...(await findValue()) });
  }
}

async function rehearse(client: pg.Client, statements: readonly string[]): Promise<Error | undefined> {
  await client.query("SAVEPOINT rehearsal");
  try {
    await client.query(statements.join(";\n"));
    return undefined;
  } catch (error) {
    if (healsByItself(error)) throw error;
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    // A broken connection has already rolled back.
    await client.query("ROLLBACK TO SAVEPOINT rehearsal; RELEASE SAVEPOINT rehearsal").catch(() => undefined);
  }
}

function ledgerOf(client: pg.Client, schema: string): Ledger {
  const table = qualified(schema, LEDGER);
  return {
    exists: async () => (await readColumns(client, table)).length > 0,
    create: async () => {
      for (const own of BOOKKEEPING) {
        const actual = await readColumns(client, qualified(schema, own.name));
        if (actual.length === 0) await client.query(createBookkeeping(schema, own));
      }
    },
    head: async () => {
      for (const { name, columns, isLate } of BOOKKEEPING) {
        const actual = await readColumns(client, qualified(schema, name));
        if (name === LEDGER && actual.length === 0) return undefined;
        if (isLate === true && actual.length === 0) continue;
        const foreign = actual.length > 0 && Object.keys(columns).some((column) => !actual.includes(column));
        if (actual.length > 0 && !foreign) continue;
        const state = foreign
          ? `is not Marble's: it has the columns ${actual.join(", ")}`
          : "is missing, but the ledger is not";
        throw new TerminalError(`${schema}.${name} ${state}; restore it, or load into an empty schema`);
      }
      const [row] = await queryRows<"commit" | "lake" | "model">(
        client,
        // Qualified, because a bare "commit" would sort by the selected text, and "9" would be the newest of ten
        // commits.
        `SELECT l.commit::text, l.lake::text, l.model::text FROM ${table} AS l ORDER BY l.commit DESC LIMIT 1`,
      );
      if (row === undefined) return undefined;
      return { number: commitNumber(Number(row.commit)), lake: row.lake ?? "", model: Number(row.model) };
    },
    record: async ({ number, lake, model, capturedAt, rows }) => {
      const sql = `INSERT INTO ${table} (commit, lake, model, captured_at, rows) VALUES ($1::bigint, $2::uuid, $3::integer, $4::timestamptz, $5::bigint)`;
      await client.query(sql, [number, lake, model, capturedAt, rows]);
    },
    recordAgain: async (from) => {
      const sql = `UPDATE ${table} SET loaded_at = clock_timestamp() WHERE ${table}.commit >= $1::bigint`;
      await client.query(sql, [from]);
    },
  };
}

/** The missing GRANT, when a privilege on the schema or the database is missing. */
async function remedyOf(client: pg.Client, schema: string): Promise<string | undefined> {
  const grants = [await findMissingGrant(client, schema), await findMissingTemporary(client)];
  return grants.find((grant) => grant !== undefined);
}
