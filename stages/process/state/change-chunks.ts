import type { RecordBatch } from "apache-arrow";
import {
  keysOf,
  sortChanges,
  type SortedChanges,
  type SortedSpec,
  type Upserts,
} from "../../../domain/state/changes";
import type { RowKey } from "../../../domain/state/row-key";

/** Captured changes of a table: first the deletes, then the rows. For equal keys, the last row wins. */
export interface CapturedChanges {
  readonly upserts: AsyncIterable<Upserts> | Iterable<Upserts>;
  /** Batches of the key's columns. */
  readonly deletes: AsyncIterable<RecordBatch> | Iterable<RecordBatch>;
}

/** Bounds the rows in memory. */
export interface ChunkLimits {
  readonly rows: number;
  readonly bytes: number;
}

/** Sorts changes by key, in chunks of about `limits`. A later chunk may have keys of an earlier one. */
export async function* changeChunks(
  spec: SortedSpec,
  { upserts, deletes }: CapturedChanges,
  limits: ChunkLimits,
): AsyncGenerator<SortedChanges> {
  let waiting: Upserts[] = [];
  let deleted: RowKey[] = [];
  let rows = 0;
  let bytes = 0;
  const take = (): SortedChanges => {
    const chunk = sortChanges(spec, { upserts: waiting, deleted });
    [waiting, deleted, rows, bytes] = [[], [], 0, 0];
    return chunk;
  };
  for await (const batch of deletes) {
    const keyAt = keysOf(spec, batch);
    for (let row = 0; row < batch.numRows; row++) deleted.push(keyAt(row));
    if (deleted.length >= limits.rows) yield take();
  }
  for await (const { batch, rejections } of upserts) {
    waiting.push({ batch, rejections });
    rows += batch.numRows;
    bytes += batch.data.byteLength;
    if (rows >= limits.rows || bytes >= limits.bytes) yield take();
  }
  if (rows + deleted.length > 0) yield take();
}
