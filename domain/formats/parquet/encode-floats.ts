import type { Data } from "apache-arrow";
import { at } from "../at";
import { hasNulls, isValid } from "../columnar/arrow";
import type { EncodedValues } from "./chunk";

/**
 * Encodes the values of a column of floating-point numbers, as one page. A dictionary seldom pays, and would have to
 * distinguish 0 from -0.
 */
export function encodeFloats(
  kind: "real" | "double",
  column: { readonly parts: readonly Data[]; readonly rows: number; readonly nulls: number },
): EncodedValues {
  const { parts, rows, nulls } = column;
  const count = rows - nulls;
  const values = kind === "real" ? new Float32Array(count) : new Float64Array(count);
  let size = 0;
  for (const data of parts) {
    const own = data.values as Float32Array | Float64Array;
    const nullable = hasNulls(data);
    for (let row = 0; row < data.length; row++)
      if (!nullable || isValid(data, row)) values[size++] = at(own, row);
  }
  return {
    type: kind === "real" ? "FLOAT" : "DOUBLE",
    pages: [{ rows, bytes: new Uint8Array(values.buffer) }],
    bounds: boundsOf(values),
  };
}

/**
 * The bounds that Parquet requires (parquet.thrift, ColumnOrder): no NaN, a lower zero negative, an upper zero
 * positive.
 */
function boundsOf(values: Float32Array | Float64Array): EncodedValues["bounds"] {
  let min = Infinity;
  let max = -Infinity;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (min > max) return undefined;
  return { min: min === 0 ? -0 : min, max: max === 0 ? 0 : max };
}
