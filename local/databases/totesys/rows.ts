import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { escapeIdentifier, type Client } from "pg";
import { from as copyFrom } from "pg-copy-streams";

/** A value of a column, in the text form that PostgreSQL reads. */
type Value = string | number | boolean | null;

/** A row of a table by column name. */
export type Row = Readonly<Record<string, Value>>;

/** Adds rows to a table. All have the columns of the first. */
export async function copyRows(client: Client, table: string, rows: readonly Row[]): Promise<void> {
  const [first] = rows;
  if (!first) return;
  const columns = Object.keys(first);
  const lines = rows.map((row) => `${columns.map((column) => escape(row[column] ?? null)).join("\t")}\n`);
  const names = columns.map((column) => escapeIdentifier(column)).join(", ");
  const copy = client.query(copyFrom(`COPY ${escapeIdentifier(table)} (${names}) FROM STDIN`));
  await pipeline(Readable.from([lines.join("")]), copy);
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/** The text format of COPY: tab-separated, one line a row, `\N` for NULL (PostgreSQL manual, COPY). */
function escape(value: Value): string {
  return value === null ? "\\N" : String(value).replace(/[\\\t\n\r]/g, (found) => ESCAPES[found] ?? found);
}

export const DAY_MS = 86_400_000;

/** A `timestamp(3)` without a zone, such as `2024-11-03 14:20:49.962`, from milliseconds since 1970 UTC. */
export function timestampText(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("T", " ").slice(0, -1);
}

/** The day, such as `2024-11-03`, `days` after a moment in milliseconds since 1970 UTC. */
export function dayText(milliseconds: number, days = 0): string {
  return new Date(milliseconds + days * DAY_MS).toISOString().slice(0, 10);
}
