import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { copiesOf, createSource, type TestDatabase } from "../postgres/postgres";

/** Creates the tables of totesys again in a database, with a few rows in each. This takes hundredths of a second. */
export async function tinyTotesys(): Promise<string> {
  const schema = await readFile(join(__dirname, "../../../local/databases/totesys/schema.sql"), "utf8");
  const rows = await readFile(join(__dirname, "tiny-totesys.sql"), "utf8");
  return `BEGIN; DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO reader;
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO reader; ${schema}; ${rows}; COMMIT`;
}

let copy: Promise<() => Promise<TestDatabase>> | undefined;

/** A source with a handful of rows in each table. */
export async function createTinySource(): Promise<TestDatabase> {
  return (await (copy ??= makeTinySource()))();
}

async function makeTinySource(): Promise<() => Promise<TestDatabase>> {
  const source = await createSource();
  await source.query(await tinyTotesys());
  return copiesOf(source);
}

/** Waits until the server has noticed that connections of the stages are gone, and has rolled back. */
export async function endConnections(database: TestDatabase): Promise<void> {
  // The function itself waits only since PostgreSQL 14.
  const ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'marble'";
  while ((await database.query(ended)).length > 0);
}
