import type { AsyncBuffer } from "hyparquet";
import type { ObjectStore } from "../../adapters/lake/object-store";
import type { DataFile } from "../../domain/log/commit";
import { copyHeader, copyRows, copyTrailer } from "../../domain/formats/copy-binary";
import { TerminalError } from "../../domain/errors";
import { readRowGroups } from "../../domain/formats/parquet/reader";
import type { StagedTable } from "../../domain/warehouse/dimensions";
import type { CommitLoadContext } from "./context";

/**
 * Copies Parquet files into a table of the warehouse; returns the number of rows.
 * @param sql a COPY of all columns of the model, in their order, in the binary format
 */
export async function copyFiles(
  sql: string,
  { target, files, load }: { target: StagedTable; files: readonly DataFile[]; load: CommitLoadContext },
): Promise<number> {
  let rows = 0;
  for (const file of files) {
    const copied = await load.warehouse.copy(sql, binaryRows(load.store, file, target));
    if (copied !== file.rows) {
      throw new TerminalError(`${file.key} has ${copied} rows, but its commit says ${file.rows}`, {
        subject: { table: target.table.name },
      });
    }
    rows += copied;
  }
  return rows;
}

/** The rows of a Parquet file in the binary format of COPY. */
async function* binaryRows(
  store: ObjectStore,
  file: DataFile,
  { table }: StagedTable,
): AsyncGenerator<Uint8Array> {
  const types = Object.values(table.columns).map(({ type }) => type);
  yield copyHeader();
  for await (const { columns, rows } of readRowGroups(remoteFile(store, file), table.columns))
    yield* copyRows(types, columns, rows);
  yield copyTrailer();
}

/** Files up to this size are fetched in one request. */
const SMALL_FILE_BYTES = 4 * 1024 * 1024;

function remoteFile(store: ObjectStore, { key, bytes }: DataFile): AsyncBuffer {
  if (bytes > SMALL_FILE_BYTES)
    return { byteLength: bytes, slice: (start, end = bytes) => store.range(key, start, end) };
  let whole: Promise<ArrayBuffer> | undefined;
  return {
    byteLength: bytes,
    slice: async (start, end = bytes) => (await (whole ??= store.range(key, 0, bytes))).slice(start, end),
  };
}
