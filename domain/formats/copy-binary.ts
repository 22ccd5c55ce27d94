import type { DecodedArray } from "hyparquet";
import { at } from "./at";
import { outputOf, reserve, valueWriter } from "./copy-values";
import type { ColumnType } from "../model/types";

/**
 * Encodes rows in the binary format of COPY (PostgreSQL manual, COPY, "Binary Format"), which loads about twice as fast
 * as text. The values are those of a Parquet row group in their physical form.
 */

const SIGNATURE = [0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0x00];

/** The header: the signature, no flags, no extension. */
export const copyHeader = (): Uint8Array => Uint8Array.from([...SIGNATURE, 0, 0, 0, 0, 0, 0, 0, 0]);

/** The trailer. */
export const copyTrailer = (): Uint8Array => Uint8Array.from([0xff, 0xff]);

/** Space for the length and the value of anything but texts and bytes: a numeric of 38 digits takes up to 11 groups. */
const FIXED_BYTES = 4 + 8 + 2 * 11;

/** A chunk is emitted when it has grown to this size. */
const CHUNK_BYTES = 256 * 1024;

/**
 * Encodes rows, given by column, as tuples.
 * @param columns of `rows` values each, in the order of `types`; null or undefined is NULL
 * @throws RangeError when a column is missing, or has another number of values
 */
export function* copyRows(
  types: readonly ColumnType[],
  columns: readonly DecodedArray[],
  rows: number,
): Generator<Uint8Array> {
  const room = 2 + types.length * FIXED_BYTES;
  const writers = types.map((type, index) => {
    const values = at(columns, index);
    if (values.length !== rows)
      throw new RangeError(`column ${index} has ${values.length} values in a group of ${rows} rows`);
    return valueWriter(type, values, room);
  });
  let output = outputOf(CHUNK_BYTES + 64 * 1024);
  for (let row = 0; row < rows; row++) {
    reserve(output, room);
    output.view.setInt16(output.size, writers.length);
    output.size += 2;
    for (const write of writers) write(output, row);
    if (output.size >= CHUNK_BYTES) {
      yield output.buffer.subarray(0, output.size);
      output = outputOf(CHUNK_BYTES + 64 * 1024);
    }
  }
  if (output.size > 0) yield output.buffer.subarray(0, output.size);
}
