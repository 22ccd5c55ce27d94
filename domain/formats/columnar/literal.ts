import type { ColumnType } from "../../model/types";
import { columnBuilder } from "./builder";
import { printerOf } from "./print";
import { writerOf } from "./write";

/** True if the value of a declaration has the type. */
export const isValueOf = (type: ColumnType, value: unknown): boolean =>
  writerOf(type)(columnBuilder(type, 1), 0, value);

/**
 * A value of a declaration as PostgreSQL prints it.
 * @throws TypeError when it is not a value of the type; `modelProblems` reports that first
 */
export function printedLiteral(type: ColumnType, value: unknown): string {
  const builder = columnBuilder(type, 1);
  if (!writerOf(type)(builder, 0, value))
    throw new TypeError(`${String(value)} is not a value of ${type.kind}`);
  return printerOf(type, builder.finish())(0);
}
