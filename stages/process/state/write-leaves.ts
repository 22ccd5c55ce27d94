import type { RecordBatch } from "apache-arrow";
import type { LeafStore } from "../../../adapters/state/leaf-store";
import { itemAt } from "../../../domain/formats/at";
import type { StoredLeaf } from "../../../domain/state/manifest";
import type { RowKey } from "../../../domain/state/row-key";
import { splitRows, type LeafSize } from "../../../domain/state/split";

/**
 * Splits sorted rows into leaves, and writes them.
 * @param rows.keys the key of each row of the batch
 */
export async function writeLeaves(
  { batch, keys }: { readonly batch: RecordBatch; readonly keys: readonly RowKey[] },
  { store, size }: { readonly store: LeafStore; readonly size: LeafSize },
): Promise<StoredLeaf[]> {
  const cuts = splitRows(batch, size);
  const written: StoredLeaf[] = [];
  for (let index = 1; index < cuts.length; index++) {
    const [start, end] = [itemAt(cuts, index - 1), itemAt(cuts, index)];
    written.push(
      await store.write(batch.slice(start, end), { first: itemAt(keys, start), last: itemAt(keys, end - 1) }),
    );
  }
  return written;
}
