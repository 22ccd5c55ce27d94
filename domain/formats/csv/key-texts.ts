import type { RecordBatch } from "apache-arrow";
import { keyTable, nameAmong, type SourceTable } from "../../model/source";
import { columnData, isValid } from "../columnar/arrow";
import { printerOf } from "../columnar/print";
import { decodeCsv } from "./decoder";
import { keysAsCsv, KEY_SEPARATOR } from "./fields";
import { readRecord } from "./record-fields";

/**
 * The key of a row as text: a JSON array of its values as PostgreSQL prints them, null for NULL. It is the same however
 * the source calls the columns of the key, pads their values or prints their type.
 */
export type KeyText = string;

/** Reads the keys of the rows of a batch, which has at least the columns of the key. */
export function keyTextsOf(batch: RecordBatch, source: SourceTable): (row: number) => KeyText {
  const columns = Object.entries(keyTable(source).columns).map(([name, { type }]) => {
    const data = columnData(batch, name);
    return { data, print: printerOf(type, data) };
  });
  return (row) => JSON.stringify(columns.map(({ data, print }) => (isValid(data, row) ? print(row) : null)));
}

/**
 * Reads the keys of the rows of a CSV file, in groups. A key that does not fit its type is given as the file has it.
 * @param options.padded the columns of the file whose values are padded with blanks, which mean nothing
 * @param options.blockBytes bytes that are decoded together
 * @throws TerminalError when the file is malformed or lacks a column of the key
 */
export async function* readKeyTexts(
  chunks: AsyncIterable<Uint8Array>,
  source: SourceTable,
  options: { readonly padded: readonly string[]; readonly blockBytes?: number },
): AsyncGenerator<readonly KeyText[], void, undefined> {
  const decoded = decodeCsv(chunks, keyTable(source), { ...options, padded: new Set(options.padded) });
  for await (const { batch, rejections, header, raw } of decoded) {
    const textOf = keyTextsOf(batch, source);
    const keys: KeyText[] = [];
    for (let row = 0; row < batch.numRows; row++)
      keys.push(rejections.has(row) ? await keyAsWritten(source, header, raw(row)) : textOf(row));
    yield keys;
  }
}

/** Keys as a CSV file with the columns of the contract's key. */
export function* keyTextsAsCsv(keys: Iterable<KeyText>, source: SourceTable): Generator<Uint8Array> {
  const joined = function* (): Generator<string> {
    for (const key of keys) yield (JSON.parse(key) as readonly string[]).join(KEY_SEPARATOR);
  };
  yield* keysAsCsv(joined(), Object.keys(keyTable(source).columns));
}

async function keyAsWritten(source: SourceTable, header: string, record: string): Promise<KeyText> {
  const values = new Map(await readRecord(header, record));
  const key = Object.entries(keyTable(source).columns).map(
    ([name, column]) => values.get(nameAmong(name, column, (one) => values.has(one)) ?? name) ?? null,
  );
  return JSON.stringify(key);
}
