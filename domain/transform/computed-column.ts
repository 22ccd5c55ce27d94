import type { Data } from "apache-arrow";
import Big from "big.js";
import { isValid } from "../formats/columnar/arrow";
import { columnBuilder } from "../formats/columnar/builder";
import { printerOf } from "../formats/columnar/print";
import { valueReader } from "../formats/columnar/read";
import { writerOf } from "../formats/columnar/write";
import { messageOf } from "../errors";
import type { Column, ComputedOrigin } from "../model/columns";
import { typeName, type ColumnType } from "../model/types";
import type { AnyValue } from "../model/values";
import { quote, reject, type Rejections } from "./rejection";

/** What a function gets under a name: the column, made for all rows. */
export interface Input {
  readonly input: string;
  readonly type: ColumnType;
  readonly data: Data;
}

/** Makes a column by a function of others: the only columns for which a row becomes an object. */
export function computedColumn(
  name: string,
  { type, nullable, whenNull, origin }: Column & { readonly origin: ComputedOrigin },
  made: { readonly inputs: readonly Input[]; readonly length: number; readonly rejections: Rejections },
): Data {
  const { length, rejections } = made;
  const inputs = made.inputs.map((one) => ({ ...one, read: readerOf(one.type, one.data) }));
  const compute = origin.compute as (row: Readonly<Record<string, AnyValue | null>>) => unknown;
  const builder = columnBuilder(type, length);
  const write = writerOf(type);
  const valueAt = (row: number): unknown =>
    compute(
      Object.fromEntries(
        inputs.map(({ input, data, read }) => [input, isValid(data, row) ? read(row) : null]),
      ),
    );
  for (let row = 0; row < length; row++) {
    let reason: string | undefined;
    // An input that could not be made has rejected the row already.
    if (!rejections.has(row)) {
      try {
        const value = valueAt(row);
        if (value !== null && value !== undefined) {
          if (write(builder, row, value)) continue;
          reason = `${name} ${quote(shownResult(value))} does not fit ${typeName(type)}`;
        } else if (!nullable && whenNull === undefined) reason = `${name} is NULL`;
      } catch (error) {
        reason = `${name}: ${messageOf(error)}`;
      }
    }
    builder.setNull(row);
    if (reason !== undefined) reject(rejections, row, { column: name, reason });
  }
  return builder.finish();
}

/** Reads values as functions of a model get them. */
function readerOf(type: ColumnType, data: Data): (row: number) => AnyValue {
  switch (type.kind) {
    case "integer":
    case "bigint":
    case "boolean":
    case "text":
    case "real":
    case "double":
      return valueReader(type, data) as (row: number) => AnyValue;
    case "decimal": {
      const print = printerOf(type, data);
      return (row) => new Big(print(row));
    }
    default:
      return printerOf(type, data);
  }
}

/** What a function gave, for a message. */
const shownResult = (value: unknown): string => (value as { toString(): string }).toString();
