import type { RecordBatch } from "apache-arrow";
import { bytesOf } from "../../../domain/formats/columnar/size";
import type { DataFile } from "../../../domain/log/commit";
import type { TableFeed } from "../../../domain/model/joined-feeds";
import { tombstoneTable, type Fact } from "../../../domain/model/table";
import type { AdmittedCapture } from "../../../domain/transform/contract/quarantine";
import { makeTombstones } from "../../../domain/transform/tombstones";
import { decodeTombstones } from "../batches";
import type { CommitContext } from "../context";
import { writeTable } from "./write-table";

/** Writes the keys of the rows that a capture found deleted, with the column names of the fact's table. */
export async function writeDeletedTombstones(
  { table, feed }: TableFeed & { readonly table: Fact },
  captured: AdmittedCapture,
  context: CommitContext,
): Promise<DataFile[]> {
  const renamed = async function* (): AsyncGenerator<RecordBatch> {
    for await (const batch of decodeTombstones(feed.source, captured, context))
      yield makeTombstones(table, feed, { batch });
  };
  const file = await writeTable(tombstoneTable(table), renamed(), {
    store: context.processed.store,
    now: context.now,
  });
  return file === undefined ? [] : [file];
}

/** Collects the keys of rows that a fact table leaves out, and writes them. They may have earlier versions. */
export interface LeftOutTombstones {
  /** @param of.rows of the batch, which has the columns of the source's key */
  add(of: { readonly batch: RecordBatch; readonly rows: readonly number[] }): Promise<void>;
  finish(): Promise<DataFile[]>;
}

/** Keys are in memory up to this many bytes, and then written as a file. */
const FILE_BYTES = 8 * 1024 * 1024;

/** @param target.fileBytes smaller in tests */
export function leftOutTombstones(
  { table, feed }: TableFeed & { readonly table: Fact },
  target: Parameters<typeof writeTable>[2] & { readonly fileBytes?: number },
): LeftOutTombstones {
  const { fileBytes = FILE_BYTES } = target;
  const files: DataFile[] = [];
  let waiting: RecordBatch[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    const file = await writeTable(tombstoneTable(table), waiting, target);
    if (file !== undefined) files.push(file);
    [waiting, bytes] = [[], 0];
  };
  return {
    add: async (of) => {
      if (of.rows.length === 0) return;
      const batch = makeTombstones(table, feed, of);
      waiting.push(batch);
      bytes += bytesOf(batch);
      if (bytes >= fileBytes) await flush();
    },
    finish: async () => {
      await flush();
      return files;
    },
  };
}
