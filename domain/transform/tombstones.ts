import type { RecordBatch } from "apache-arrow";
import { arrowSchema, columnData, recordBatch } from "../formats/columnar/arrow";
import { takeRows } from "../formats/columnar/take";
import { computeColumn } from "./compute-column";
import type { Column } from "../model/columns";
import { tombstoneTable, type Fact, type Feed } from "../model/table";

/**
 * Makes the tombstones of a fact table: the keys of deleted rows, with the column names of the table.
 * @param batch has at least the columns of the source's key
 * @param rows of the batch; all by default
 */
export function makeTombstones(
  fact: Fact,
  feed: Feed,
  { batch, rows }: { readonly batch: RecordBatch; readonly rows?: readonly number[] },
): RecordBatch {
  const { columns } = tombstoneTable(fact);
  const { numRows: length } = batch;
  const children = Object.entries(columns).map(([name, shape]) => {
    const column: Column = feed.columns[name] ?? shape;
    const dataOf = (origin: { readonly column: string }): ReturnType<typeof columnData> =>
      columnData(batch, origin.column);
    return computeColumn(name, column, { length, dataOf, rejections: new Map() });
  });
  const made = recordBatch(arrowSchema(columns), { length, children });
  return rows === undefined ? made : takeRows(made, columns, rows);
}
