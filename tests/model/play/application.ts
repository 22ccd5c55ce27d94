import type { Client } from "pg";
import { connect } from "../../../local/databases/postgres/client";
import type { TestDatabase } from "../../support/postgres/postgres";
import type { SourceChange } from "../fixture";
import { AUTOCOMMIT, SLOTS, type SourceStep } from "../histories/steps";

/** The application: some connections to the source, each perhaps with a transaction open. */
export interface Application {
  /**
   * Does a step; one that its locks or its transaction's state forbid is left out, as the application would.
   * @returns whether it was done
   */
  take(step: SourceStep<SourceChange>): Promise<boolean>;
  /** Ends every transaction, the prepared ones too. */
  settle(how: "COMMIT" | "ROLLBACK"): Promise<void>;
  close(): Promise<void>;
}

interface Slot {
  readonly client: Client;
  open: boolean;
  savepoint: boolean;
}

/** SQLSTATEs that the application lives with: locks, an aborted transaction, keys that clash, no such table. */
const EXPECTED = /^(55P03|40|25P02|23|57014|55006|42P0[17])/;

/** One connection would wait for another for good otherwise: the test is one thread. */
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
      // Outside a transaction too: the client gets the error before the server has aborted, and the oracle must not look then.
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
