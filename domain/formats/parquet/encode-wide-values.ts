import type { Data } from "apache-arrow";
import { at } from "../at";
import { hasNulls, isValid } from "../columnar/arrow";
import type { EncodedValues } from "./chunk";

/** The size of a 128-bit decimal. */
const BYTES = 16;

/**
 * Encodes a column of decimals of more than 18 digits, as one page: 16 bytes each, the highest byte first (Apache
 * Parquet, LogicalTypes.md, DECIMAL). It has no bounds, because readers disagree about their order.
 */
export function encodeWideValues(column: {
  readonly parts: readonly Data[];
  readonly rows: number;
  readonly nulls: number;
}): EncodedValues {
  const { parts, rows, nulls } = column;
  const bytes = new Uint8Array((rows - nulls) * BYTES);
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const data of parts) {
    const words = data.values as Uint32Array;
    const nullable = hasNulls(data);
    for (let row = 0; row < data.length; row++) {
      if (nullable && !isValid(data, row)) continue;
      for (let word = 3; word >= 0; word--, offset += 4) view.setUint32(offset, at(words, row * 4 + word));
    }
  }
  return { type: "FIXED_LEN_BYTE_ARRAY", pages: [{ rows, bytes }], bounds: undefined };
}

/** The unscaled decimal in 16 bytes. */
export function wideValue(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, BYTES);
  return (view.getBigInt64(0) << 64n) | view.getBigUint64(8);
}
