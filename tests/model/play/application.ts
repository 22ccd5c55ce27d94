import type { Client } from "pg";
import { connect } from "../../../local/databases/postgres/client";
import type { TestDatabase } from "../../support/postgres/postgres";
import type { SourceChange } from "../fixture";
import { AUTOCOMMIT, SLOTS, type SourceStep } from "../histories/steps";

/** The application: several connections to the source, each with at most one open transaction. */
export interface Application {
  /**
   * Takes a step. Skips a step that locks or the state of its transaction forbid, as the application would.
   * @returns true if it was taken
   */
  take(step: SourceStep<SourceChange>): Promise<boolean>;
  /** Ends every transaction, including prepared ones. */
  settle(how: "COMMIT" | "ROLLBACK"): Promise<void>;
  close(): Promise<void>;
}

interface Slot {
  readonly client: Client;
  open: boolean;
  savepoint: boolean;
}

/**
 * SQLSTATEs that the application ignores: locks, an aborted transaction, duplicate keys, a missing table, and the
 * TRUNCATE of a table that a foreign key refers to.
 */
const EXPECTED = /^(55P03|40|25P02|23|57014|55006|42P0[17]|0A000)/;

/** Without this limit, one connection could wait forever for another, because the test has one thread. */
const LOCK_TIMEOUT = "3ms";

/** Opens the application's connections. */
export async function openApplication(source: TestDatabase): Promise<Application> {
  const slots: Slot[] = [];
  for (let index = 0; index <= AUTOCOMMIT; index++) {
    const client = await connect(source.url);
    await client.query(`SET lock_timeout = '${LOCK_TIMEOUT}'`);
    slots.push({ client, open: false, savepoint: false });
  }
  let serial = 0;

  const tried = async (slot: Slot, sql: string, values: readonly unknown[] = []): Promise<boolean> => {
    try {
      await slot.client.query(sql, [...values]);
      return true;
    } catch (error) {
      if (!EXPECTED.test((error as { code?: string }).code ?? "")) throw error;
      // Also outside a transaction, because the client gets the error before the server has aborted.
      await slot.client.query("ROLLBACK");
      slot.open = false;
      return false;
    }
  };
  const end = async (slot: Slot, sql: string): Promise<boolean> => {
    if (!slot.open) return false;
    const done = await tried(slot, sql);
    slot.open = false;
    return done;
  };
  const prepared = async (): Promise<string[]> => {
    const sql = "SELECT gid FROM pg_prepared_xacts WHERE database = current_database() ORDER BY gid";
    return (await source.query<{ gid: string }>(sql)).map(({ gid }) => gid);
  };

  return {
    take: async (step) => {
      const slot = slots[step.kind === "alter" ? AUTOCOMMIT : step.slot];
      if (slot === undefined) throw new RangeError("there is no such connection");
      switch (step.kind) {
        case "begin":
          if (slot.open) return false;
          await slot.client.query("BEGIN");
          slot.open = true;
          slot.savepoint = false;
          return true;
        case "commit":
          return end(slot, "COMMIT");
        case "rollback":
          return end(slot, "ROLLBACK");
        case "prepare":
          return end(slot, `PREPARE TRANSACTION 'p${++serial}'`);
        case "savepoint":
          if (!slot.open) return false;
          slot.savepoint = await tried(slot, "SAVEPOINT s");
          return slot.savepoint;
        case "rollbackToSavepoint":
          return slot.open && slot.savepoint && tried(slot, "ROLLBACK TO SAVEPOINT s");
        case "alter":
        case "change":
          return tried(slot, step.change.sql, step.change.values);
      }
    },
    settle: async (how) => {
      for (const slot of slots.slice(0, SLOTS)) await end(slot, how);
      for (const gid of await prepared()) await source.query(`${how} PREPARED '${gid}'`);
      serial = 0;
    },
    close: async () => {
      for (const { client } of slots) await client.end();
    },
  };
}
