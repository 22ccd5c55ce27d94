import type pg from "pg";
import { commitNumber, type CommitNumber } from "../../domain/log/keys";
import { literal, qualified } from "../../domain/sql";
import { LEDGER, ORPHANS } from "../../domain/warehouse/bookkeeping";
import { queryRows } from "../postgres/postgres";

/** How far a warehouse has been loaded. */
export interface WarehousePosition {
  /** The newest loaded commit. */
  readonly commit: CommitNumber;
  /** The lake from which it was loaded. */
  readonly lake: string;
  /** When the commit was captured. */
  readonly capturedAt: Date;
  /** When it was loaded, by the warehouse's clock. A replay loads it again and changes this time. */
  readonly loadedAt: Date;
  /** Rows that wait for a row of a dimension. */
  readonly waiting: number;
}

/** Rows of one table of the warehouse that wait for a row of a dimension. */
export interface WaitingRows {
  /** Its name in the model. */
  readonly table: string;
  readonly rows: number;
  /** Why one of these rows waits. */
  readonly reason: string;
}

/** Counts the rows that wait in a warehouse, whichever run set them aside; none when the warehouse was never loaded. */
export async function readWaitingRows(client: pg.Client, schema: string): Promise<readonly WaitingRows[]> {
  if ((await readPosition(client, schema)) === undefined) return [];
  const rows = await queryRows<"fact" | "rows" | "reason">(
    client,
    `SELECT o.fact, count(*)::text AS rows, min(o.reason) AS reason FROM ${qualified(schema, ORPHANS)} AS o
      WHERE o.healed_by IS NULL AND o.superseded_by IS NULL GROUP BY o.fact ORDER BY o.fact`,
  );
  return rows.map(({ fact, rows, reason }) => ({
    table: fact ?? "",
    rows: Number(rows),
    reason: reason ?? "",
  }));
}

/** Reads the position of a warehouse; undefined when it was never loaded, or its ledger is not Marble's. */
export async function readPosition(
  client: pg.Client,
  schema: string,
): Promise<WarehousePosition | undefined> {
  const [ledger, orphans] = [qualified(schema, LEDGER), qualified(schema, ORPHANS)];
  const [tables] = await queryRows<"exist">(
    client,
    `SELECT ((SELECT count(*) = 4 FROM pg_attribute WHERE attrelid = to_regclass(${literal(ledger)})
                AND attname IN ('commit', 'lake', 'captured_at', 'loaded_at'))
             AND to_regclass(${literal(orphans)}) IS NOT NULL)::text AS exist`,
  );
  if (tables?.exist !== "true") return undefined;
  const [row] = await queryRows<"commit" | "lake" | "captured" | "loaded" | "waiting">(
    client,
    // Qualified, because a bare "commit" would sort by the selected text, and "9" would be the newest of ten commits.
    `SELECT l.commit::text, l.lake::text, (extract(epoch FROM l.captured_at) * 1000)::bigint::text AS captured,
            (extract(epoch FROM l.loaded_at) * 1000)::bigint::text AS loaded,
            (SELECT count(*) FROM ${orphans} WHERE healed_by IS NULL AND superseded_by IS NULL)::text AS waiting
       FROM ${ledger} AS l ORDER BY l.commit DESC LIMIT 1`,
  );
  if (row === undefined) return undefined;
  return {
    commit: commitNumber(Number(row.commit)),
    lake: row.lake ?? "",
    capturedAt: new Date(Number(row.captured)),
    loadedAt: new Date(Number(row.loaded)),
    waiting: Number(row.waiting),
  };
}
