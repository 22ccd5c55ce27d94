import type { Client } from "pg";
import { connect } from "../../local/postgres/client";
import type { TestDatabase } from "../support/postgres";
import { AUTOCOMMIT, SLOTS, type Change, type Step } from "./steps";

/** The application: some connections to the source, each perhaps with a transaction open. */
export interface Shop {
  /** Does a step; one that its locks or its transaction's state forbid is left out, as the application would. */
  take(step: Exclude<Step, { kind: "run" }>): Promise<void>;
  /** Ends every transaction, the prepared ones too. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

interface Slot {
  readonly client: Client;
  open: boolean;
  savepoint: boolean;
}

/** The order with the smallest key is never deleted: an emptied table would be held back by the guard. */
const ORDER =
  "(SELECT sales_order_id FROM sales_order ORDER BY sales_order_id OFFSET (1 + $1::int % GREATEST((SELECT count(*) FROM sales_order) - 1, 1)) LIMIT 1)";

const STATEMENTS: {
  [Kind in Change["do"]]: (change: Extract<Change, { do: Kind }>) => readonly [string, readonly unknown[]];
} = {
  placeOrder: ({ units }) => [
    `INSERT INTO sales_order (last_updated, design_id, staff_id, counterparty_id, units_sold, unit_price, currency_id,
                              agreed_delivery_date, agreed_payment_date, agreed_delivery_location_id)
     SELECT last_updated, design_id, staff_id, counterparty_id, $1, unit_price, currency_id,
            agreed_delivery_date, agreed_payment_date, agreed_delivery_location_id
       FROM sales_order ORDER BY sales_order_id LIMIT 1`,
    [units],
  ],
  amendOrder: ({ pick, units }) => [
    `UPDATE sales_order SET units_sold = $2 WHERE sales_order_id = ${ORDER}`,
    [pick, units],
  ],
  touchOrder: ({ pick }) => [
    `UPDATE sales_order SET units_sold = units_sold WHERE sales_order_id = ${ORDER}`,
    [pick],
  ],
  backdateOrder: ({ pick }) => [
    `UPDATE sales_order SET last_updated = last_updated - interval '1 day' WHERE sales_order_id = ${ORDER}`,
    [pick],
  ],
  deleteOrder: ({ pick }) => [`DELETE FROM sales_order WHERE sales_order_id = ${ORDER}`, [pick]],
  reinsertOrder: ({ pick }) => [
    // Two statements of one transaction; a plain string may hold both.
    `DO $do$ DECLARE o sales_order; BEGIN
       DELETE FROM sales_order WHERE sales_order_id = ${ORDER.replace("$1", String(pick))} RETURNING * INTO o;
       INSERT INTO sales_order SELECT o.*;
     END $do$`,
    [],
  ],
  togglePaid: ({ pick }) => [
    "UPDATE payment SET paid = NOT paid WHERE payment_id = (SELECT payment_id FROM payment ORDER BY 1 OFFSET ($1::int % 20) LIMIT 1)",
    [pick],
  ],
  renameDepartment: ({ pick, name }) => [
    "UPDATE department SET department_name = $2 WHERE department_id = (SELECT department_id FROM department ORDER BY 1 OFFSET ($1::int % 5) LIMIT 1)",
    [pick, name],
  ],
  moveStaff: ({ pick, to }) => [
    `UPDATE staff SET department_id = (SELECT department_id FROM department ORDER BY 1 OFFSET ($2::int % 5) LIMIT 1)
      WHERE staff_id = (SELECT staff_id FROM staff ORDER BY 1 OFFSET ($1::int % 10) LIMIT 1)`,
    [pick, to],
  ],
  moveAddress: ({ pick, city }) => [
    "UPDATE address SET city = $2 WHERE address_id = (SELECT address_id FROM address ORDER BY 1 OFFSET ($1::int % 10) LIMIT 1)",
    [pick, city],
  ],
};

function statementOf(change: Change): readonly [string, readonly unknown[]] {
  const statement = STATEMENTS[change.do] as (change: Change) => readonly [string, readonly unknown[]];
  return statement(change);
}

/** SQLSTATEs that the application lives with: locks, serialization, an aborted transaction, keys that clash. */
const EXPECTED = /^(55P03|40|25P02|23|57014|55006)/;

/** Opens the application's connections. */
export async function openShop(source: TestDatabase): Promise<Shop> {
  const slots: Slot[] = [];
  for (let index = 0; index <= AUTOCOMMIT; index++) {
    const client = await connect(source.url);
    // One connection waits for another for good otherwise: the test is one thread.
    await client.query("SET lock_timeout = '20ms'");
    slots.push({ client, open: false, savepoint: false });
  }
  let prepared = 0;

  const tried = async (slot: Slot, sql: string, values: readonly unknown[] = []): Promise<void> => {
    try {
      await slot.client.query(sql, [...values]);
    } catch (error) {
      if (!EXPECTED.test((error as { code?: string }).code ?? "")) throw error;
      if (!slot.open) return;
      await slot.client.query("ROLLBACK");
      slot.open = false;
    }
  };
  const end = async (slot: Slot, sql: string): Promise<void> => {
    if (!slot.open) return;
    await tried(slot, sql);
    slot.open = false;
  };

  return {
    take: async (step) => {
      const slot = slots[step.kind === "rewrite" ? AUTOCOMMIT : step.slot];
      if (slot === undefined) throw new RangeError("there is no such connection");
      switch (step.kind) {
        case "begin":
          if (slot.open) return;
          await slot.client.query("BEGIN");
          slot.open = true;
          slot.savepoint = false;
          return;
        case "commit":
          return end(slot, "COMMIT");
        case "rollback":
          return end(slot, "ROLLBACK");
        case "prepare":
          prepared += 1;
          return end(slot, `PREPARE TRANSACTION '${source.name}_${prepared}'`);
        case "savepoint":
          if (!slot.open) return;
          await tried(slot, "SAVEPOINT s");
          slot.savepoint = slot.open;
          return;
        case "rollbackToSavepoint":
          if (slot.open && slot.savepoint) await tried(slot, "ROLLBACK TO SAVEPOINT s");
          return;
        case "rewrite":
          return tried(slot, "VACUUM FULL sales_order");
        case "change":
          return tried(slot, ...statementOf(step.change));
      }
    },
    settle: async () => {
      for (const slot of slots.slice(0, SLOTS)) await end(slot, "COMMIT");
      const waiting = await source.query<{ gid: string }>(
        "SELECT gid FROM pg_prepared_xacts WHERE database = current_database()",
      );
      for (const { gid } of waiting) await source.query(`COMMIT PREPARED '${gid}'`);
    },
    close: async () => {
      for (const { client } of slots) await client.end();
      const waiting = await source.query<{ gid: string }>(
        "SELECT gid FROM pg_prepared_xacts WHERE database = current_database()",
      );
      for (const { gid } of waiting) await source.query(`ROLLBACK PREPARED '${gid}'`);
    },
  };
}
