import type { Data } from "apache-arrow";
import type { ColumnType } from "../../model/types";
import { hasNulls, isValid } from "./arrow";
import { columnBuilder } from "./builder";
import { copierOf } from "./take";

/** Stands for a missing row. */
export const NO_ROW = -1;

/** The values of a column in these rows, in their order; NULL for `NO_ROW`. */
export function gatherColumn(type: ColumnType, data: Data, rows: Int32Array): Data {
  const builder = columnBuilder(type, rows.length);
  const copy = copierOf(type, data);
  const nullable = hasNulls(data);
  for (const [to, from] of rows.entries()) {
    if (from === NO_ROW || (nullable && !isValid(data, from))) builder.setNull(to);
    else copy(builder, to, from);
  }
  return builder.finish();
}
