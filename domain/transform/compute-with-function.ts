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

/** An input of a function: the column, computed for all rows. */
export interface Input {
  readonly input: string;
  readonly type: ColumnType;
  readonly data: Data;
}

/** Computes a column with a function of other columns. Only these columns turn rows into objects. */
export function computeWithFunction(
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
    // A failed input has already rejected the row.
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

/** Reads values in the form that functions of a model receive. */
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

/** The result of a function, for a message. */
const shownResult = (value: unknown): string => (value as { toString(): string }).toString();
