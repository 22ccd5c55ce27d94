import type pg from "pg";
import type { Confirmation } from "../../domain/report/keys";
import { literal, qualified } from "../../domain/sql";
import { FRESHNESS, TABLES } from "../../domain/warehouse/bookkeeping";
import { createTablesView, NEWEST_COLUMN, recordFreshness } from "../../domain/warehouse/source-tables";
import { queryRows } from "../postgres/postgres";
import { inWarehouseTransaction, type Warehouse } from "./warehouse";

const exists = async (client: pg.Client, schema: string, relation: string): Promise<boolean> => {
  const [found] = await queryRows<"exists">(
    client,
    `SELECT (to_regclass(${literal(qualified(schema, relation))}) IS NOT NULL)::text AS exists`,
  );
  return found?.exists === "true";
};

/** Creates the view of the tables, or replaces that of an earlier version. */
export async function prepareTablesView(warehouse: Warehouse, schema: string): Promise<void> {
  if (!(await warehouse.hasColumn(TABLES, NEWEST_COLUMN))) await warehouse.execute(createTablesView(schema));
}

/**
 * Records for which time the warehouse is known to match the source. In a warehouse of an earlier version, it creates
 * the missing table and renews the view, because the old view would call the tables current forever. Without any view,
 * it does nothing, because the next commit creates everything.
 * @throws TransientError or TerminalError when something missing cannot be created
 */
export async function confirmFreshness(
  client: pg.Client,
  schema: string,
  known: Parameters<typeof recordFreshness>[1],
): Promise<void> {
  const record = recordFreshness(schema, known);
  if (await exists(client, schema, FRESHNESS)) {
    await client.query(record);
    return;
  }
  if (!(await exists(client, schema, TABLES))) return;
  // If another loader has the lock, the next run tries again.
  await inWarehouseTransaction(client, schema, async (warehouse) => {
    await warehouse.waitBriefly();
    await warehouse.ledger.create();
    await prepareTablesView(warehouse, schema);
    await warehouse.execute(record);
  });
}

/** Whether the warehouse is known to match the source; undefined in a warehouse of an earlier version. */
export async function readConfirmation(client: pg.Client, schema: string): Promise<Confirmation | undefined> {
  if (!(await exists(client, schema, FRESHNESS))) return undefined;
  const [row] = await queryRows<"confirmed" | "recovered">(
    client,
    `SELECT COALESCE(bool_and(confirmed_at >= now() - max_age), false)::text AS confirmed,
            (extract(epoch FROM max(recovered_at)) * 1000)::bigint::text AS recovered
       FROM ${qualified(schema, FRESHNESS)}`,
  );
  return { isConfirmed: row?.confirmed === "true", recoveredAt: new Date(Number(row?.recovered ?? 0)) };
}
