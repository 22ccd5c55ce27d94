import { createReadStream, createWriteStream } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import { withClient } from "../../local/databases/postgres/client";
import { shell } from "./psql";

/**
 * The limit of the machine: COPY out of one server and into another, with nothing in between. psql is not an npm
 * package, so every floor exists twice: with psql, and with Node over two connections with directly piped chunks. If
 * psql is installed, it is the floor.
 */
export interface CopyTool {
  readonly name: "psql" | "node";
  /** Copies the rows of a query, as text, into a table. */
  pipe(from: { url: string; query: string }, into: { url: string; table: string }): Promise<void>;
  /**
   * Copies the rows of a query into a file.
   * @param format for COPY: `csv, HEADER`, `text`
   */
  toFile(from: { url: string; query: string; format: string }, file: string): Promise<void>;
  /** Copies the rows of a file, as text, into a table, given with its columns. */
  fromFile(file: string, into: { url: string; table: string }): Promise<void>;
}

export const psql: CopyTool = {
  name: "psql",
  pipe: (from, into) =>
    shell('psql "$FROM" -XqAtc "$OUT" | psql "$INTO" -Xqc "$IN"', {
      FROM: from.url,
      INTO: into.url,
      OUT: `COPY (${from.query}) TO STDOUT`,
      IN: `COPY ${into.table} FROM STDIN`,
    }),
  toFile: ({ url, query, format }, file) =>
    shell('psql "$FROM" -Xqc "$COPY"', {
      FROM: url,
      COPY: `\\copy (${query.replaceAll("\n", " ")}) TO '${file}' (FORMAT ${format})`,
    }),
  fromFile: (file, { url, table }) =>
    shell('psql "$INTO" -Xqc "$COPY"', { INTO: url, COPY: `\\copy ${table} FROM '${file}'` }),
};

export const node: CopyTool = {
  name: "node",
  pipe: (from, into) =>
    copyingOut({ ...from, format: "text" }, (rows) => copyingIn(into, (table) => pipeline(rows, table))),
  toFile: (from, file) => copyingOut(from, (rows) => pipeline(rows, createWriteStream(file))),
  fromFile: (file, into) =>
    copyingIn(into, (table) => pipeline(createReadStream(file, { highWaterMark: 1 << 18 }), table)),
};

const copyingOut = (
  { url, query, format }: { url: string; query: string; format: string },
  work: (rows: Readable) => Promise<void>,
): Promise<void> =>
  withClient(url, (client) => work(client.query(copyTo(`COPY (${query}) TO STDOUT (FORMAT ${format})`))));

const copyingIn = (
  { url, table }: { url: string; table: string },
  work: (table: Writable) => Promise<void>,
): Promise<void> => withClient(url, (client) => work(client.query(copyFrom(`COPY ${table} FROM STDIN`))));
