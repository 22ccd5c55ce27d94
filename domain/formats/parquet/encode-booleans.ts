import type { Data } from "apache-arrow";
import { byteAt } from "../at";
import { hasNulls, isValid } from "../columnar/arrow";
import type { EncodedValues } from "./chunk";

/** Encodes the values of a boolean column, a bit each, as one page. */
export function encodeBooleans(column: {
  readonly parts: readonly Data[];
  readonly rows: number;
  readonly nulls: number;
}): EncodedValues {
  const { parts, rows, nulls } = column;
  const count = rows - nulls;
  const bytes = new Uint8Array((count + 7) >> 3);
  let size = 0;
  let trues = 0;
  for (const data of parts) {
    const values = data.values as Uint8Array;
    const nullable = hasNulls(data);
    for (let row = 0; row < data.length; row++) {
      if (nullable && !isValid(data, row)) continue;
      if (((byteAt(values, row >> 3) >> (row & 7)) & 1) === 1) {
        bytes[size >> 3] = byteAt(bytes, size >> 3) | (1 << (size & 7));
        trues += 1;
      }
      size += 1;
    }
  }
  return {
    type: "BOOLEAN",
    pages: [{ rows, bytes }],
    bounds: count === 0 ? undefined : { min: trues === count, max: trues > 0 },
  };
}
