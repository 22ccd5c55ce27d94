import { qualified } from "../../../domain/sql";
import { LEDGER, ORPHANS } from "../../../domain/warehouse/bookkeeping";
import { askWarehouse, type Warehouse } from "./ask-warehouse";

/** A loaded commit. */
interface LoadedCommit {
  readonly at: Date;
  readonly rows: number;
}

/** The state of the warehouse. */
export interface Ledger {
  /** The newest commit; 0 before the first load. */
  readonly newest: number;
  readonly commits: ReadonlyMap<number, LoadedCommit>;
  /** The number of rows that wait for a row to which they refer. */
  readonly waiting: number;
}

/** A row that waits for a row of a dimension. */
export interface WaitingRow {
  readonly fact: string;
  readonly key: string;
  readonly commit: number;
  readonly reason: string;
}

/** The condition that the row `o` still waits: it was not loaded, and no newer version has replaced it. */
const WAITS = "o.healed_by IS NULL AND o.superseded_by IS NULL";

/**
 * The newest commit of the ledger, and its entries for the commits from `first` to `last`.
 * @throws when the warehouse does not answer
 */
export async function readLedger(
  warehouse: Warehouse,
  { first, last }: { readonly first: number; readonly last: number },
): Promise<Ledger> {
  const ledger = qualified(warehouse.schema, LEDGER);
  return askWarehouse(warehouse, async (client) => {
    const exists = await client.query("SELECT WHERE to_regclass($1) IS NOT NULL", [ledger]);
    if (exists.rowCount === 0) return { newest: 0, commits: new Map(), waiting: 0 };
    const { rows: newest } = await client.query<{ newest: string | null }>(
      `SELECT max(commit)::text AS newest FROM ${ledger}`,
    );
    const { rows } = await client.query<{ number: string; at: string; rows: string }>(
      `SELECT l.commit::text AS number, (extract(epoch FROM l.loaded_at) * 1000)::bigint::text AS at, l.rows::text
         FROM ${ledger} AS l WHERE l.commit BETWEEN $1::bigint AND $2::bigint`,
      [first, last],
    );
    const { rows: waiting } = await client.query<{ count: string }>(
      `SELECT count(*)::text FROM ${qualified(warehouse.schema, ORPHANS)} AS o WHERE ${WAITS}`,
    );
    return {
      waiting: Number(waiting[0]?.count ?? 0),
      newest: Number(newest[0]?.newest ?? 0),
      commits: new Map(
        rows.map(({ number, at, rows: count }) => [
          Number(number),
          { at: new Date(Number(at)), rows: Number(count) },
        ]),
      ),
    };
  });
}

/** The newest waiting rows. @throws when the warehouse does not answer */
export async function readWaiting(warehouse: Warehouse, most: number): Promise<readonly WaitingRow[]> {
  const orphans = qualified(warehouse.schema, ORPHANS);
  return askWarehouse(warehouse, async (client) => {
    const exists = await client.query("SELECT WHERE to_regclass($1) IS NOT NULL", [orphans]);
    if (exists.rowCount === 0) return [];
    const waiting = await client.query<Record<keyof WaitingRow, string>>(
      `SELECT o.fact, o.key, o.commit::text, o.reason FROM ${orphans} AS o
        WHERE ${WAITS} ORDER BY o.orphan_id DESC LIMIT $1::integer`,
      [most],
    );
    return waiting.rows.map((row) => ({ ...row, commit: Number(row.commit) }));
  });
}
