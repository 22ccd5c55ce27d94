import { isoTime } from "../../../../adapters/warehouse/table-states";
import { literal, qualified } from "../../../../domain/sql";
import { LINEAGE, TABLES } from "../../../../domain/warehouse/bookkeeping";
import type { WarehouseTables, WarehouseTableView } from "../../api";
import { askWarehouse, type Warehouse } from "../ask-warehouse";

/** A row of the view, with more facts about its table. */
interface Row {
  readonly warehouse_table: string;
  readonly is_current: string;
  readonly as_of: string | null;
  readonly behind_since: string | null;
  readonly reason: string | null;
  readonly rejected_rows: string;
  readonly waiting_rows: string;
  /** A JSON array of names. */
  readonly sources: string;
  readonly rows: string | null;
}

/** Reads the state of the tables of the warehouse. @throws when the warehouse does not answer */
export async function readWarehouseState(warehouse: Warehouse): Promise<WarehouseTables> {
  const { schema } = warehouse;
  const view = qualified(schema, TABLES);
  return askWarehouse(warehouse, async (client) => {
    const exists = await client.query("SELECT WHERE to_regclass($1) IS NOT NULL", [view]);
    if (exists.rowCount === 0)
      return { tables: [], unknown: "The warehouse has no view of its tables yet. The next load makes it." };
    const { rows } = await client.query<Row>(
      `SELECT t.warehouse_table, t.is_current::text, ${isoTime("as_of")} AS as_of, ${isoTime("behind_since")} AS behind_since, t.reason,
              t.rejected_rows::text, t.waiting_rows::text,
              (SELECT json_agg(l.source_table ORDER BY l.source_table)::text FROM ${qualified(schema, LINEAGE)} AS l
                WHERE l.warehouse_table = t.warehouse_table) AS sources,
              (SELECT s.n_live_tup::text FROM pg_catalog.pg_stat_all_tables AS s
                WHERE s.schemaname = ${literal(schema)} AND s.relname = t.warehouse_table) AS rows
         FROM ${view} AS t ORDER BY t.is_current, t.warehouse_table`,
    );
    return { tables: rows.map(tableOf), unknown: null };
  });
}

const tableOf = (row: Row): WarehouseTableView => ({
  table: row.warehouse_table,
  isCurrent: row.is_current === "true",
  sources: JSON.parse(row.sources) as string[],
  rows: row.rows === null ? null : Number(row.rows),
  asOf: row.as_of,
  behindSince: row.behind_since,
  reason: row.reason,
  rejected: Number(row.rejected_rows),
  waiting: Number(row.waiting_rows),
});
