import type { RecordBatch } from "apache-arrow";
import type { ObjectStore } from "../../../adapters/lake/object-store";
import type { ColumnShape } from "../../../domain/formats/columnar/arrow";
import type { DataFile } from "../../../domain/log/commit";
import { dataKey } from "../../../domain/log/keys";
import { parquetEncoder, type ParquetEncoder } from "../../../domain/formats/parquet/encoder";

/** The description of a table for a Parquet file. */
export interface ParquetTable {
  readonly name: string;
  readonly columns: Readonly<Record<string, ColumnShape>>;
}

/**
 * Writes batches of a warehouse table as one Parquet file. It streams: neither all batches nor the whole file are in
 * memory.
 * @returns the file; undefined when there was no row, and then nothing is written
 */
export async function writeTable(
  table: ParquetTable,
  batches: AsyncIterable<RecordBatch> | Iterable<RecordBatch>,
  target: { readonly store: Pick<ObjectStore, "upload">; readonly now: () => Date },
): Promise<DataFile | undefined> {
  const encoder = parquetEncoder(table.columns);
  const chunks = encodeBatches(encoder, batches)[Symbol.asyncIterator]();
  // The first bytes arrive only when there are rows. Until then no upload begins.
  const first = await chunks.next();
  if (encoder.rows === 0) return undefined;
  const key = dataKey({ at: target.now(), table: table.name, extension: "parquet" });
  const bytes = await target.store.upload(key, prepend(first, chunks));
  return { key, rows: encoder.rows, bytes };
}

async function* encodeBatches(
  encoder: ParquetEncoder,
  batches: AsyncIterable<RecordBatch> | Iterable<RecordBatch>,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const batch of batches) {
    if (batch.numRows === 0) continue;
    const bytes = encoder.write(batch);
    if (bytes !== undefined) yield bytes;
  }
  yield encoder.finish();
}

async function* prepend<T>(first: IteratorResult<T, void>, rest: AsyncIterator<T, void>): AsyncGenerator<T> {
  for (let result = first; result.done !== true; result = await rest.next()) yield result.value;
}
