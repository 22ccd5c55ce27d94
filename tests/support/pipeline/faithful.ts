import { expect } from "chai";
import { identifier } from "../../../domain/sql";
import { copyInto } from "../postgres/copy";
import { latest, parseCsv } from "./lake";
import type { Pipeline } from "./pipeline";

/** How to read the text of the lake. */
const SETTINGS =
  "SET datestyle = 'ISO, YMD'; SET timezone = 'UTC'; SET lc_monetary = 'C'; SET extra_float_digits = 1";

/**
 * Copies the last full capture of a table back into a clone of the table. Expects that the clone has exactly the rows
 * of the table. Returns their number.
 */
export async function expectFaithful(pipeline: Pipeline, table: string): Promise<number> {
  const { source, ingested } = pipeline;
  const { files, mode, total } = await latest(pipeline, table);
  expect(mode).to.equal("full");
  const clone = "cloned.it";
  await source.query(`${SETTINGS}; CREATE SCHEMA IF NOT EXISTS cloned; DROP TABLE IF EXISTS ${clone}`);
  await source.query(`CREATE TABLE ${clone} (LIKE ${identifier(table)})`);
  for (const { key } of files) {
    const header = await firstLines(await ingested.store.stream(key));
    const columns = (parseCsv(header)[0] ?? []).map((name) => identifier(name ?? ""));
    const list = (await latest(pipeline, table)).columns.length === 0 ? "" : `(${columns.join(", ")})`;
    await copyInto(
      source,
      `COPY ${clone} ${list} FROM STDIN (FORMAT csv, HEADER)`,
      await ingested.store.stream(key),
    );
  }
  const differences = (from: string, to: string): Promise<{ row: string }[]> =>
    source.query(`SELECT left("the row"::text, 500) AS row FROM ${from} AS "the row"
                  EXCEPT ALL SELECT left("the row"::text, 500) FROM ${to} AS "the row" LIMIT 3`);
  const hashes = (from: string, to: string): Promise<unknown[]> =>
    source.query(
      `SELECT md5("the row"::text) FROM ${from} AS "the row" EXCEPT ALL SELECT md5("the row"::text) FROM ${to} AS "the row" LIMIT 3`,
    );
  const name = identifier(table);
  expect(await differences(name, clone), "in the source, not in the lake").to.deep.equal([]);
  expect(await differences(clone, name), "in the lake, not in the source").to.deep.equal([]);
  expect(await hashes(name, clone)).to.deep.equal([]);
  expect(await hashes(clone, name)).to.deep.equal([]);
  return total;
}

/** The beginning of a file: enough for its header. */
async function firstLines(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of chunks) {
    text += Buffer.from(chunk).toString();
    if (text.length > 200_000) break;
  }
  return text;
}
