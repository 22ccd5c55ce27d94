import type { RecordBatch } from "apache-arrow";
import type { DataFile } from "../../domain/log/commit";
import type { TableFeed } from "../../domain/model/joined-feeds";
import { tombstoneTable, type Fact } from "../../domain/model/table";
import type { AdmittedCapture } from "../../domain/transform/contract/quarantine";
import { tombstoneBatch } from "../../domain/transform/tombstones";
import { tombstoneBatches } from "./batches";
import type { CommitContext } from "./context";
import { writeTable } from "./write-table";

/** Writes the keys of the rows that a capture found deleted, with the column names of the fact's table. */
export async function writeTombstoneFiles(
  { table, feed }: TableFeed & { readonly table: Fact },
  captured: AdmittedCapture,
  run: CommitContext,
): Promise<DataFile[]> {
  const renamed = async function* (): AsyncGenerator<RecordBatch> {
    for await (const batch of tombstoneBatches(feed.source, captured, run))
      yield tombstoneBatch(table, feed, { batch });
  };
  const file = await writeTable(tombstoneTable(table), renamed(), {
    store: run.processed.store,
    now: run.now,
  });
  return file === undefined ? [] : [file];
}
