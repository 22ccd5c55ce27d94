import type { RecordBatch } from "apache-arrow";
import { itemAt } from "../../../domain/formats/at";
import type { SortedChanges, Upserts } from "../../../domain/state/changes";
import { newRows, type RowChanges } from "../../../domain/state/leaf";
import { bulkMerge, type BulkOptions } from "./bulk-merge";
import { changeChunks } from "./change-chunks";
import type { OnChange, SortedTable } from "./sorted-table";
import { indexChanges } from "./table-index";

/** An index of a table, and its number of columns. */
export interface TableIndex {
  readonly table: SortedTable;
  readonly width: number;
}

/** A table with its indexes. */
export interface IndexedTable {
  readonly rows: SortedTable;
  readonly indexes: readonly TableIndex[];
}

/** Merges chunks of changes into a table and its indexes. */
export async function mergeIndexed(
  { rows, indexes }: IndexedTable,
  chunks: AsyncIterable<SortedChanges>,
  options: BulkOptions & { readonly onChange: (changes: RowChanges) => void },
): Promise<void> {
  const following = mergeIndexes(indexes, options);
  const bulk = bulkMerge(rows, options, async (changes) => {
    const entries = following.begin(changes.batch);
    await rows.merge(changes, (of, before) => {
      options.onChange(of);
      entries.add(of, before);
    });
    await entries.merge();
  });
  for await (const chunk of chunks) await bulk.add(chunk);
  await bulk.finish();
  await following.finish();
}

/** Fills empty indexes with all rows of their table. */
export async function fillIndexes({ rows, indexes }: IndexedTable, options: BulkOptions): Promise<void> {
  const following = mergeIndexes(indexes, options);
  for await (const chunk of changeChunks(rows.spec, { upserts: allRows(rows), deletes: [] }, options.chunk)) {
    const entries = following.begin(chunk.batch);
    entries.add(newRows(chunk, 0, chunk.keys.length), undefined);
    await entries.merge();
  }
  await following.finish();
}

async function* allRows(rows: SortedTable): AsyncGenerator<Upserts> {
  for await (const batch of rows.scan()) yield { batch, rejections: new Map() };
}

/** Translates changes of a table into changes of its indexes, and merges these. */
interface IndexesMerge {
  /** @param after the batch of the changed rows, sorted by the key of the table */
  begin(after: RecordBatch): { readonly add: OnChange; readonly merge: () => Promise<void> };
  finish(): Promise<void>;
}

function mergeIndexes(indexes: readonly TableIndex[], options: BulkOptions): IndexesMerge {
  const bulks = indexes.map(({ table }) => bulkMerge(table, options, (changes) => table.merge(changes)));
  return {
    begin: (after) => {
      const entries = indexes.map(({ table, width }) => indexChanges(table.spec, { width, after }));
      return {
        add: (changes, before) => {
          for (const one of entries) one.add(changes, before);
        },
        merge: async () => {
          for (const [place, bulk] of bulks.entries()) await bulk.add(itemAt(entries, place).finish());
        },
      };
    },
    finish: async () => {
      for (const bulk of bulks) await bulk.finish();
    },
  };
}
