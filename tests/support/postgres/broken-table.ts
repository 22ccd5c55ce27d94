import { realpath, rename } from "node:fs/promises";
import { join } from "node:path";
import type { TestDatabase } from "./postgres";

/**
 * Moves the file of a table away, as a broken disk would. A query of the table then gets an error of the server.
 * Returns a function that puts the file back.
 */
export async function breakTable(
  database: Pick<TestDatabase, "query">,
  table: string,
): Promise<() => Promise<void>> {
  const [place] = await database.query<{ directory: string; path: string }>(
    `SELECT replace(current_setting('data_directory'), '/proc/self/',
                    '/proc/' || split_part(pg_read_file('postmaster.pid'), chr(10), 1) || '/') AS directory,
            pg_relation_filepath($1) AS path`,
    [table],
  );
  const file = join(await realpath(place!.directory), place!.path);
  // Write the pages in memory first, so that only the test makes the server look for the file.
  await database.query("CHECKPOINT");
  await rename(file, `${file}.away`);
  return () => rename(`${file}.away`, file);
}
