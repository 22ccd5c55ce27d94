import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import type { TestDatabase } from "./postgres";

/** Copies bytes into a table. */
export async function copyInto(
  database: TestDatabase,
  sql: string,
  bytes: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  await pipeline(Readable.from(bytes, { objectMode: false }), database.client.query(copyFrom(sql)));
}

/** What PostgreSQL copies out. */
export const copyOut = (database: TestDatabase, sql: string): AsyncIterable<Uint8Array> =>
  database.client.query(copyTo(sql)) as AsyncIterable<Uint8Array>;
