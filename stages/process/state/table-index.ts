import type { RecordBatch } from "apache-arrow";
import { arrowSchema, columnData, recordBatch } from "../../../domain/formats/columnar/arrow";
import { rowReference, takeBatch, type RowReference } from "../../../domain/formats/columnar/take";
import { at, stableOrder, typeOf, type SortedChanges, type SortedSpec } from "../../../domain/state/changes";
import type { RowChanges } from "../../../domain/state/leaf";
import { compareKeys, partsReader } from "../../../domain/state/row-key";

/** The index of a table by some of its columns: these and its key, sorted by both. Rows with a NULL are not in it. */
export function indexSpec(table: SortedSpec, columns: readonly string[]): SortedSpec {
  const names = [...new Set([...columns, ...table.key])];
  return {
    columns: Object.fromEntries(
      names.map((name) => [name, { type: typeOf(table.columns, name), nullable: false }]),
    ),
    key: [...columns, ...table.key],
  };
}

/** Collects what changes of rows mean for an index. */
export interface IndexChanges {
  add(changes: RowChanges, before: RecordBatch | undefined): void;
  /** What has to be merged into the index. */
  finish(): SortedChanges;
}

/** @param after the batch of the changes */
export function indexChanges(index: SortedSpec, after: RecordBatch): IndexChanges {
  const read = (batch: RecordBatch): ((row: number) => string | undefined) =>
    partsReader(
      index.key.map((name) => typeOf(index.columns, name)),
      index.key.map((name) => columnData(batch, name)),
    );
  const entryAfter = read(after);
  const deleted: string[] = [];
  const keys: string[] = [];
  const rows: number[] = [];
  return {
    add: (changes, before) => {
      const entryBefore = before === undefined ? undefined : read(before);
      changes.after.forEach((row, change) => {
        const old = changes.before[change] ?? -1;
        const was = old === -1 ? undefined : entryBefore?.(old);
        const is = row === -1 ? undefined : entryAfter(row);
        if (was === is) return;
        if (was !== undefined) deleted.push(was);
        if (is === undefined) return;
        keys.push(is);
        rows.push(row);
      });
    },
    finish: () => {
      const order = stableOrder(keys);
      const taken = order.map((place): RowReference => rowReference(0, at(rows, place)));
      return {
        batch: takeBatch([selectColumns(after, index)], index.columns, taken),
        keys: order.map((place) => at(keys, place)),
        deleted: deleted.sort(compareKeys),
      };
    },
  };
}

/** The batch with the columns of the index alone. */
function selectColumns(batch: RecordBatch, { columns }: SortedSpec): RecordBatch {
  const children = Object.keys(columns).map((name) => columnData(batch, name));
  return recordBatch(arrowSchema(columns), { length: batch.numRows, children });
}
