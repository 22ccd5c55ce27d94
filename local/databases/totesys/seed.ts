import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Client } from "pg";
import { withClient } from "../postgres/client";
import { generateTotesys, HISTORY_END } from "./generate";
import { copyRows, type Row } from "./rows";

/** Creates the empty tables of totesys in a database. */
export async function createTotesys(url: string): Promise<void> {
  const schema = await readFile(path.join(__dirname, "schema.sql"), "utf8");
  await withClient(url, (client) => client.query(`BEGIN; ${schema}; COMMIT`));
}

/**
 * Fills the empty tables of totesys with two years of a shop's life, in one transaction. The same options always give
 * the same rows.
 *
 * @param url of a superuser, who may load tables without foreign key checks
 * @param options.scale 1 (the default) is the size of the real source, 0.01 a hundredth of it
 * @param options.end the end of the history, a midnight in UTC
 */
export async function seedTotesys(
  url: string,
  options: { seed?: number; scale?: number; end?: number } = {},
): Promise<void> {
  const { seed = 1, scale = 1, end = HISTORY_END } = options;
  await withClient(url, async (client) => {
    await client.query("BEGIN; SET LOCAL session_replication_role = replica");
    await copyRows(client, "_prisma_migrations", MIGRATIONS);
    const lastIds = new Map<string, number>();
    for (const { table, rows } of generateTotesys({ seed, scale, end })) {
      await copyRows(client, table, rows);
      lastIds.set(
        table,
        rows.reduce((last, row) => Math.max(last, Number(row[`${table}_id`])), lastIds.get(table) ?? 0),
      );
    }
    await advanceSequences(client, lastIds);
    await client.query("COMMIT");
  });
}

async function advanceSequences(client: Client, lastIds: ReadonlyMap<string, number>): Promise<void> {
  for (const [table, last] of lastIds) {
    await client.query("SELECT setval(pg_get_serial_sequence($1, $2), $3)", [table, `${table}_id`, last]);
  }
}

/** A table of the application's schema migration tool, which nobody else needs. */
const MIGRATIONS: readonly Row[] = ["20221014141034_init", "20221102091512_payments"].map((name, index) => ({
  id: `00000000-0000-4000-8000-00000000000${index}`,
  checksum: String(index).repeat(64),
  finished_at: "2022-11-03 14:20:47.1+00",
  migration_name: name,
  started_at: "2022-11-03 14:20:46.5+00",
  applied_steps_count: 1,
}));
