import { createHash } from "node:crypto";
import type { RecordBatch } from "apache-arrow";
import { decodeCsv } from "../../../domain/formats/csv/decoder";
import type { DataFile, MirrorPart, TableCapture } from "../../../domain/log/commit";
import type { AdmittedCapture } from "../../../domain/transform/contract/quarantine";
import {
  keyColumnsOf,
  mirrorColumns,
  mirrorFeed,
  mirrorTombstoneName,
} from "../../../domain/warehouse/mirror/mirrored-table";
import type { CommitContext } from "../context";
import { writeTable } from "../files/write-table";

/** A digest of the parts of a table's description that its mirror shows. */
export const shapeOf = ({
  comment,
  key,
  columns,
}: Pick<TableCapture, "comment" | "key" | "columns">): string =>
  createHash("sha256")
    .update(JSON.stringify([comment ?? null, key, columns]))
    .digest("hex")
    .slice(0, 16);

/** Writes the keys of the deleted rows of a capture. Returns the part that it adds to the mirror of its table. */
export async function writeMirrorPart(
  name: string,
  { capture }: AdmittedCapture,
  { context, files }: { readonly context: CommitContext; readonly files: readonly DataFile[] },
): Promise<MirrorPart> {
  const { mode, comment, key, columns, total, storage } = capture;
  const whole = mode === "full";
  return {
    whole,
    identity: storage.split(":")[0] ?? "",
    ...(comment !== undefined && { comment }),
    key,
    columns,
    total,
    files: [...files],
    tombstones: whole ? [] : await writeDeletedKeys(name, capture, context),
  };
}

/** Writes the keys of the rows that a capture found deleted. */
async function writeDeletedKeys(
  name: string,
  capture: TableCapture,
  context: CommitContext,
): Promise<DataFile[]> {
  const columns = keyColumnsOf(capture);
  const { feed } = mirrorFeed(name, { key: capture.key, columns });
  const keys = async function* (): AsyncGenerator<RecordBatch> {
    for (const file of capture.deleted.files)
      for await (const { batch } of decodeCsv(await context.ingested.store.stream(file.key), feed.source))
        yield batch;
  };
  const table = { name: mirrorTombstoneName(name), columns: mirrorColumns(columns) };
  const file = await writeTable(table, keys(), { store: context.processed.store, now: context.now });
  return file === undefined ? [] : [file];
}
