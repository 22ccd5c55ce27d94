import { RecordBatchReader, RecordBatchStreamWriter, type RecordBatch } from "apache-arrow";
import type { ObjectStore } from "../../adapters/lake/object-store";
import { arrowType } from "../../domain/formats/columnar/arrow";
import { asColumns } from "../../domain/formats/columnar/convert";
import { TerminalError } from "../../domain/errors";
import { compacted, emptyRows, upsertRows, type KeyedRows } from "../../domain/transform/keyed-rows";
import { dataKey } from "../../domain/log/keys";
import type { SourceColumn, SourceTable } from "../../domain/model/source";

/**
 * The latest rows of the joined source tables, kept from commit to commit as Arrow IPC streams
 * (`state/YYYY/MM/DD/<source table>/<time>.arrow`). Each commit names those that hold after it.
 */

/** Reads the rows of a source table as they were after the commit that names `key`. */
export async function readState(
  store: ObjectStore,
  table: SourceTable,
  key: string | undefined,
): Promise<KeyedRows> {
  const rows = emptyRows(table);
  if (key === undefined) return rows;
  const reader = await RecordBatchReader.from(await store.stream(key));
  for await (const batch of reader)
    upsertRows(rows, { batch: checked(batch, table, key), rejections: new Map() });
  return rows;
}

/** Writes the rows; returns the key to name in the commit. */
export async function writeState(
  rows: KeyedRows,
  target: { readonly store: ObjectStore; readonly now: () => Date },
): Promise<string> {
  const key = dataKey({ at: target.now(), table: rows.table.name, extension: "arrow", folder: "state" });
  const writer = RecordBatchStreamWriter.writeAll([compacted(rows)]);
  await target.store.upload(key, writer);
  return key;
}

/** A changed model reads other columns than the state holds, not only by other names: it has to be built anew. */
function checked(batch: RecordBatch, table: SourceTable, key: string): RecordBatch {
  const { fields } = batch.schema;
  const held = fields.map(({ name }) => name);
  const wanted = Object.entries<SourceColumn>(table.columns);
  const same = wanted.every(
    ([name, { formerly = [] }], index) => held[index] === name || formerly.includes(held[index] ?? ""),
  );
  const rows = same ? asColumns(batch, table.columns) : undefined;
  if (rows !== undefined) return rows;
  throw new TerminalError(
    `${key} holds the columns ${fields.map(({ name, type }) => `${name} ${String(type)}`).join(", ")} of ${table.name}, ` +
      `the model now reads ${wanted.map(([name, { type }]) => `${name} ${String(arrowType(type))}`).join(", ")}: ` +
      "a change of a joined table's columns needs the processed log to be built anew",
    { subject: { table: table.name } },
  );
}
