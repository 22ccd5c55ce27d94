import type { Data, RecordBatch } from "apache-arrow";
import { columnData } from "../formats/columnar/arrow";
import { at, wordAt } from "../formats/at";
import { NO_ROW } from "../formats/columnar/gather";
import { rowBytes } from "../formats/columnar/size";
import type { Join } from "../model/join";
import { fromOf } from "../model/join";
import type { SourceTable } from "../model/source";
import { keyReader, type RowKey } from "../state/row-key";
import type { JoinedRows, Lookups } from "./transform";

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

/**
 * The bytes of rows of a driver with the rows joined to them. A joined row counts once for each row that refers to it,
 * because it is written that often.
 * @param lookups the rows joined to all the batches, one after the other
 */
export function joinedRowBytes(batches: readonly RecordBatch[], lookups: Lookups): Float64Array {
  const sizes = Float64Array.from(batches.flatMap((batch) => [...rowBytes(batch)]));
  for (const joined of lookups.values()) {
    const joinedSizes = rowBytes(joined.batch);
    for (let row = 0; row < sizes.length; row++) {
      const place = wordAt(joined.rows, row);
      if (place !== NO_ROW) sizes[row] = at(sizes, row) + at(joinedSizes, place);
    }
  }
  return sizes;
}

/**
 * Parts rows into pieces that are made together.
 * @param sizes the bytes of each row
 * @returns the number of rows of each piece; a piece of one row may be larger
 */
export function pieceLengths(
  sizes: Float64Array,
  most: { readonly rows: number; readonly bytes: number },
): number[] {
  const lengths: number[] = [];
  let length = 0;
  let bytes = 0;
  for (const size of sizes) {
    if (length > 0 && (length === most.rows || bytes + size > most.bytes)) {
      lengths.push(length);
      [length, bytes] = [0, 0];
    }
    length += 1;
    bytes += size;
  }
  return length === 0 ? lengths : [...lengths, length];
}
