import type { Data, RecordBatch } from "apache-arrow";
import { arrowSchema, columnData, recordBatch } from "../../../domain/formats/columnar/arrow";
import { wordAt } from "../../../domain/formats/at";
import { NO_ROW } from "../../../domain/formats/columnar/gather";
import { gatherBatch } from "../../../domain/formats/columnar/take";
import {
  pickKeys,
  pickWords,
  stableOrder,
  typeOf,
  type SortedChanges,
  type SortedSpec,
} from "../../../domain/state/changes";
import type { ColumnType } from "../../../domain/model/types";
import type { RowChanges } from "../../../domain/state/leaf";
import { compareKeys, keyReader, partsReader } from "../../../domain/state/row-key";

/**
 * The index of a table by some of its columns: these and its key, sorted by both. Rows with a NULL in these columns are
 * left out.
 */
export function indexSpec(table: SortedSpec, columns: readonly string[]): SortedSpec {
  const names = [...new Set([...columns, ...table.key])];
  return {
    columns: Object.fromEntries(
      names.map((name) => [name, { type: typeOf(table.columns, name), nullable: false }]),
    ),
    key: [...columns, ...table.key],
  };
}

/** Translates changes of rows into changes of an index. */
interface IndexChanges {
  add(changes: RowChanges, before: RecordBatch | undefined): void;
  /** The changes to merge into the index. */
  finish(): SortedChanges;
}

/**
 * @param options.width the number of indexed columns; the rest of the index key is the key of the table
 * @param options.after the batch of the changes, sorted by the key of the table
 */
export function indexChanges(
  index: SortedSpec,
  { width, after }: { readonly width: number; readonly after: RecordBatch },
): IndexChanges {
  const typesOf = (names: readonly string[]): ColumnType[] =>
    names.map((name) => typeOf(index.columns, name));
  const dataOf = (names: readonly string[], batch: RecordBatch): Data[] =>
    names.map((name) => columnData(batch, name));
  const read = (batch: RecordBatch): ((row: number) => string | undefined) =>
    partsReader(typesOf(index.key), dataOf(index.key, batch));
  const entryAfter = read(after);
  const by = index.key.slice(0, width);
  const valueAfter = keyReader(typesOf(by), dataOf(by, after));
  const deleted: string[] = [];
  const keys: string[] = [];
  const rows: number[] = [];
  return {
    add: (changes, before) => {
      const entryBefore = before === undefined ? undefined : read(before);
      for (let change = 0; change < changes.after.length; change++) {
        const old = wordAt(changes.before, change);
        const row = wordAt(changes.after, change);
        const was = old === NO_ROW ? undefined : entryBefore?.(old);
        const is = row === NO_ROW ? undefined : entryAfter(row);
        if (was === is) continue;
        if (was !== undefined) deleted.push(was);
        if (is === undefined) continue;
        keys.push(is);
        rows.push(row);
      }
    },
    finish: () => {
      // The rows are sorted by the table's key, so the index only has to sort them by its own columns.
      const order = stableOrder(rows.map((row) => valueAfter(row) ?? ""));
      return {
        batch: gatherBatch([selectColumns(after, index)], index.columns, {
          rows: pickWords(Int32Array.from(rows), order),
        }),
        keys: pickKeys(keys, order),
        deleted: deleted.sort(compareKeys),
      };
    },
  };
}

/** The batch with only the columns of the index. */
function selectColumns(batch: RecordBatch, { columns }: SortedSpec): RecordBatch {
  const children = Object.keys(columns).map((name) => columnData(batch, name));
  return recordBatch(arrowSchema(columns), { length: batch.numRows, children });
}
