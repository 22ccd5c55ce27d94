import type { RecordBatch } from "apache-arrow";
import { columnData } from "../formats/columnar/arrow";
import { doubleAt, wordAt } from "../formats/at";
import { NO_ROW } from "../formats/columnar/gather";
import { rowBytes } from "../formats/columnar/size";
import type { Join } from "../model/join";
import { fromOf } from "../model/join";
import type { SourceTable } from "../model/source";
import { keyReader, type RowKey } from "../state/row-key";
import type { JoinedRows, Lookups } from "./transform";

/** The keys that a join looks up. */
interface WantedKeys {
  readonly keys: readonly RowKey[];
  /** For each row from which the join starts, the index of its key; `NO_ROW` without a key. */
  readonly places: Int32Array;
}

/**
 * Reads the keys that a join looks up. A NULL is not looked up.
 * @param starts the batches of the driver, or the rows to which the previous join led
 */
export function readJoinKeys(
  join: Join,
  own: SourceTable,
  starts: readonly { readonly batch: RecordBatch; readonly rows?: Int32Array }[],
): WantedKeys {
  const table = fromOf(join, own);
  const types = join.on.map((name) => {
    const type = table.columns[name]?.type;
    if (type === undefined) throw new TypeError(`${table.name} has no column ${name}`);
    return type;
  });
  const lengthOf = ({ batch, rows }: (typeof starts)[number]): number => rows?.length ?? batch.numRows;
  const places = new Int32Array(starts.reduce((sum, start) => sum + lengthOf(start), 0)).fill(NO_ROW);
  const keys: RowKey[] = [];
  let before = 0;
  for (const start of starts) {
    const { batch, rows } = start;
    const keyAt = keyReader(
      types,
      join.on.map((name) => columnData(batch, name)),
    );
    const length = lengthOf(start);
    for (let index = 0; index < length; index++) {
      const row = rows === undefined ? index : wordAt(rows, index);
      const key = row === NO_ROW ? undefined : keyAt(row);
      if (key === undefined) continue;
      places[before + index] = keys.length;
      keys.push(key);
    }
    before += length;
  }
  return { keys, places };
}

/** Assigns the found rows to the rows from which a join started. */
export function assignFoundRows({ places }: WantedKeys, found: JoinedRows): JoinedRows {
  const rows = places.map((place) => (place === NO_ROW ? NO_ROW : wordAt(found.rows, place)));
  return { batch: found.batch, rows };
}

/**
 * Counts the bytes of each row of a driver with the rows joined to it. A joined row counts once for each row that
 * refers to it, because it is written that often.
 * @param lookups the rows joined to all the batches, one after the other
 */
export function measureJoinedRows(batches: readonly RecordBatch[], lookups: Lookups): Float64Array {
  const sizes = new Float64Array(batches.reduce((sum, { numRows }) => sum + numRows, 0));
  let before = 0;
  for (const batch of batches) {
    sizes.set(rowBytes(batch), before);
    before += batch.numRows;
  }
  for (const { batch, rows } of lookups.values()) {
    const joinedSizes = rowBytes(batch);
    for (let row = 0; row < sizes.length; row++) {
      const place = wordAt(rows, row);
      if (place !== NO_ROW) sizes[row] = doubleAt(sizes, row) + doubleAt(joinedSizes, place);
    }
  }
  return sizes;
}

/**
 * Splits rows into pieces that are made together.
 * @param sizes the bytes of each row
 * @param most the limits of a piece
 * @returns the number of rows of each piece; a piece of one row may be larger
 */
export function splitBySize(
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
