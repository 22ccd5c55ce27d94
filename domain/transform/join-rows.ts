import type { Data, RecordBatch } from "apache-arrow";
import { columnData } from "../formats/columnar/arrow";
import { NO_ROW } from "../formats/columnar/gather";
import type { Join } from "../model/join";
import { fromOf } from "../model/join";
import type { SourceTable } from "../model/source";
import { keyReader, type RowKey } from "../state/row-key";
import type { JoinedRows } from "./transform";

/**
 * The keys that a join looks up: one for each row from which it starts; undefined when the key is NULL or there is no
 * row.
 * @param from the driver's batch, or the rows to which the previous join led
 */
export function keysToFind(
  join: Join,
  own: SourceTable,
  from: { readonly batch: RecordBatch; readonly rows?: Int32Array },
): (RowKey | undefined)[] {
  const table = fromOf(join, own);
  const columns: Data[] = join.on.map((name) => columnData(from.batch, name));
  const keyAt = keyReader(
    join.on.map((name) => {
      const type = table.columns[name]?.type;
      if (type === undefined) throw new TypeError(`${table.name} has no column ${name}`);
      return type;
    }),
    columns,
  );
  const length = from.rows?.length ?? from.batch.numRows;
  return Array.from({ length }, (_, index) => {
    const row = from.rows === undefined ? index : (from.rows[index] ?? NO_ROW);
    return row === NO_ROW ? undefined : keyAt(row);
  });
}

/** Returns the found rows to the positions of the keys that are not undefined. */
export function joinedRows(keys: readonly (RowKey | undefined)[], found: JoinedRows): JoinedRows {
  let next = 0;
  const rows = Int32Array.from(keys, (key) => (key === undefined ? NO_ROW : (found.rows[next++] ?? NO_ROW)));
  return { batch: found.batch, rows };
}
