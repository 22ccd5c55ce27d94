import { captureOf, type TableCapture } from "../../../domain/log/commit";
import { commitNumber } from "../../../domain/log/keys";
import { copyOut } from "../postgres/copy";
import type { Pipeline } from "./pipeline";
import type { TestDatabase } from "../postgres/postgres";

/** A row as its columns' texts; null for NULL. */
type LakeRow = Record<string, string | null>;

/** Reads CSV as PostgreSQL writes it. It shares no code with Marble's reader, whose errors could hide errors in the lake. */
export function parseCsv(text: string): (string | null)[][] {
  const records: (string | null)[][] = [];
  const field = /("((?:[^"]|"")*)"|[^,\n]*)(,|\n)/gy;
  let record: (string | null)[] = [];
  for (const [, whole, quoted, end] of text.matchAll(field)) {
    record.push(quoted === undefined ? (whole === "" ? null : whole!) : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    records.push(record);
    record = [];
  }
  return records;
}

/** The rows of a CSV file of the lake. */
export function rowsOfCsv(text: string): LakeRow[] {
  const [header = [], ...records] = parseCsv(text);
  return records.map((fields) =>
    Object.fromEntries(header.map((name, index) => [name ?? "", fields[index] ?? null])),
  );
}

/** The capture of a table in the newest commit. */
export async function latest(pipeline: Pipeline, table: string): Promise<TableCapture> {
  return captureOf((await pipeline.ingested.log.head())!.commit, table)!;
}

/** The rows that the newest commit captured of a table. */
export async function capturedRows(pipeline: Pipeline, table: string): Promise<LakeRow[]> {
  const { files } = await latest(pipeline, table);
  const texts = await Promise.all(files.map(({ key }) => pipeline.ingested.store.get(key)));
  return texts.flatMap((text) => rowsOfCsv(text!));
}

/**
 * The rows of a table, computed from all commits of the lake in order. A row with a key stays until its tombstone. A
 * table without a key has the rows of its last full capture.
 */
export async function replayed(pipeline: Pipeline, table: string): Promise<string[]> {
  const { log, store } = pipeline.ingested;
  const last = (await log.head())!.number;
  const rows = new Map<string, LakeRow>();
  for (let number = 1; number <= last; number++) {
    const capture = captureOf(await log.read(commitNumber(number)), table);
    if (capture === undefined) continue;
    const { key } = capture;
    if (key.length === 0 && capture.mode === "full") rows.clear();
    const keyOf = (row: LakeRow): string =>
      JSON.stringify(key.length === 0 ? [rows.size, row] : key.map((name) => row[name]));
    for (const file of capture.deleted.files)
      for (const row of rowsOfCsv((await store.get(file.key))!)) rows.delete(keyOf(row));
    for (const file of capture.files)
      for (const row of rowsOfCsv((await store.get(file.key))!)) rows.set(keyOf(row), row);
  }
  const columns = new Set((await latest(pipeline, table)).columns.map(({ name }) => name));
  return [...rows.values()]
    .map((row) => JSON.stringify(Object.entries(row).filter(([name]) => columns.has(name))))
    .sort();
}

/** The rows that the source has, in the same form. */
export async function sourceRows(source: TestDatabase, table: string): Promise<string[]> {
  let text = "";
  const decoder = new TextDecoder();
  await source.query("SET timezone = 'UTC'; SET intervalstyle = 'iso_8601'");
  for await (const chunk of copyOut(source, `COPY (SELECT * FROM "${table}") TO STDOUT (FORMAT csv, HEADER)`))
    text += decoder.decode(chunk, { stream: true });
  return rowsOfCsv(text)
    .map((row) => JSON.stringify(Object.entries(row)))
    .sort();
}
