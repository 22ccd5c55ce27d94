import { inDatabase } from "./rig/rig";

/** The reads of a source's tables so far, by the server's counters. */
export interface Reads {
  /** Pages of 8 kB, from the buffers or from disk, of tables and their indexes. */
  readonly pages: number;
  /** Full scans, by table. */
  readonly scans: Readonly<Record<string, number>>;
}

/** A backend reports its counters when it ends, so the query follows the end of a run's connection. */
export async function readsOf(url: string): Promise<Reads> {
  const rows = await inDatabase<{ name: string; pages: string; scans: string }>(
    url,
    `SELECT relname AS name, seq_scan::text AS scans,
            (heap_blks_read + heap_blks_hit + COALESCE(idx_blks_read + idx_blks_hit, 0))::text AS pages
       FROM pg_stat_user_tables JOIN pg_statio_user_tables USING (relid, relname)`,
  );
  return {
    pages: rows.reduce((sum, { pages }) => sum + Number(pages), 0),
    scans: Object.fromEntries(rows.map(({ name, scans }) => [name, Number(scans)])),
  };
}

/** The reads between two moments. */
export const readsBetween = (before: Reads, after: Reads): Reads => ({
  pages: after.pages - before.pages,
  scans: Object.fromEntries(
    Object.entries(after.scans).map(([name, scans]) => [name, scans - (before.scans[name] ?? 0)]),
  ),
});
