import type { RecordBatch } from "apache-arrow";
import type { DataFile } from "../../domain/log/commit";
import { takeRows } from "../../domain/formats/columnar/take";
import { decodeCsv, type SourceBatch } from "../../domain/formats/csv/decoder";
import { TerminalError } from "../../domain/errors";
import type { CommitNumber } from "../../domain/log/keys";
import { keyTable, type SourceTable } from "../../domain/model/source";
import type { Task } from "../../domain/log/task";
import { paddedColumns } from "../../domain/transform/contract/contract";
import type { AdmittedCapture } from "../../domain/transform/contract/quarantine";
import { hasUniqueKeys } from "../../domain/transform/contract/contract-key";
import { rejectRepeated } from "../../domain/transform/repeated-keys";
import type { CommitContext, TransformContext } from "./context";
import { deletedKeyFiles } from "./admission/regained-key";

/** The admitted captures of a source table, in order. */
export const capturesOf = (source: SourceTable, context: CommitContext): readonly AdmittedCapture[] =>
  context.admissions.get(source.name)?.captures ?? [];

/** Some rows of a source table, and their ingest commit. */
export type CommittedBatch = SourceBatch & { readonly commit: CommitNumber };

/** The decoded rows of one capture, one row of each key. */
export async function* decodeCapture(
  source: SourceTable,
  { number, capture }: AdmittedCapture,
  context: CommitContext,
): AsyncGenerator<CommittedBatch, void, undefined> {
  const check = hasUniqueKeys(source, capture) ? undefined : rejectRepeated(source);
  const padded = paddedColumns(capture);
  for (const file of capture.files) {
    for await (const batch of decodeFile(source, { number, padded, file }, context)) {
      check?.(batch);
      yield batch;
    }
  }
}

/** The decoded rows of one file. */
export async function* decodeFile(
  source: SourceTable,
  { number, padded, file }: Pick<Task, "padded" | "file"> & { readonly number: CommitNumber },
  context: Pick<TransformContext, "ingested">,
): AsyncGenerator<CommittedBatch, void, undefined> {
  let rows = 0;
  const chunks = await context.ingested.store.stream(file.key);
  for await (const batch of decodeCsv(chunks, source, { padded: new Set(padded) })) {
    rows += batch.batch.numRows;
    yield { ...batch, commit: number };
  }
  checkRows(file, rows, { table: source.name, commit: number });
}

/** A file that was cut off between two records still looks complete, so compare the number of rows. */
function checkRows(file: DataFile, rows: number, subject: { table: string; commit: number }): void {
  if (rows === file.rows) return;
  throw new TerminalError(
    `${file.key} has ${rows} rows, but its commit says ${file.rows}: restore the object from its versions`,
    { subject },
  );
}

/**
 * The decoded tombstones of one capture: batches with only the key. A key that does not fit its type was never loaded,
 * because its row was rejected.
 */
export async function* decodeTombstones(
  source: SourceTable,
  captured: AdmittedCapture,
  context: CommitContext,
): AsyncGenerator<RecordBatch, void, undefined> {
  const keyOnly = keyTable(source);
  const padded = new Set(paddedColumns(captured.capture));
  for await (const chunks of deletedKeyFiles(source, captured, context.ingested.store)) {
    for await (const { batch, rejections } of decodeCsv(chunks, keyOnly, { padded })) {
      const rows = Array.from({ length: batch.numRows }, (_, row) => row).filter(
        (row) => !rejections.has(row),
      );
      yield rejections.size === 0 ? batch : takeRows(batch, keyOnly.columns, rows);
    }
  }
}
