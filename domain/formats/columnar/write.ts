import Big from "big.js";
import { exactParserOf, parserOf } from "../csv/parsers";
import type { ColumnType } from "../../model/types";
import { toReal } from "../floats";
import { fitsPrinted } from "../printed/fits";
import { parseBytes } from "../hex";
import type { ColumnBuilder } from "./builder";

/** Writes a value into a row of a column; returns false when it is not a value of the column's type. */
type WriteValue = (builder: ColumnBuilder, row: number, value: unknown) => boolean;

/**
 * The writer for values that functions and declarations of a model give (see `ResultOf` and `LiteralOf`). A decimal is
 * rounded to the scale of its type, half of the last digit away from zero.
 */
export function writerOf(type: ColumnType): WriteValue {
  switch (type.kind) {
    case "text":
      return (builder, row, value) => {
        // PostgreSQL stores no text with a NUL.
        if (typeof value !== "string" || value.includes("\0")) return false;
        const bytes = encoder.encode(value);
        builder.setBytes(row, bytes, 0, bytes.length);
        return true;
      };
    case "json":
    case "jsonb":
    case "interval":
    case "array":
      return (builder, row, value) => {
        if (typeof value !== "string" || value.includes("\0") || !fitsPrinted(type, value)) return false;
        const bytes = encoder.encode(value);
        builder.setBytes(row, bytes, 0, bytes.length);
        return true;
      };
    case "boolean":
      return (builder, row, value) => {
        if (typeof value !== "boolean") return false;
        builder.setNumber(row, value ? 1 : 0);
        return true;
      };
    case "integer":
      return (builder, row, value) => {
        if (typeof value !== "number" || value !== (value | 0)) return false;
        builder.setNumber(row, value);
        return true;
      };
    case "real":
    case "double":
      return (builder, row, value) => {
        if (typeof value !== "number") return false;
        const held = type.kind === "real" ? toReal(value) : value;
        if (held !== undefined) builder.setNumber(row, held);
        return held !== undefined;
      };
    case "bytea":
      return (builder, row, value) => {
        if (typeof value !== "string") return false;
        const text = encoder.encode(value);
        const bytes = parseBytes(text, 0, text.length);
        if (bytes !== undefined) builder.setBytes(row, bytes, 0, bytes.length);
        return bytes !== undefined;
      };
    case "bigint":
      return writeParsed(type, (value) =>
        typeof value === "bigint" || (typeof value === "number" && Number.isSafeInteger(value))
          ? String(value)
          : undefined,
      );
    case "decimal":
      return writeParsed(type, (value) => roundedDecimal(value, type.scale));
    default:
      return writeParsed(type, (value) => (typeof value === "string" ? value : undefined));
  }
}

const encoder = new TextEncoder();

/** Writes what the parser of the type makes of a text. A value fits if the source could store it. */
function writeParsed(type: ColumnType, textOf: (value: unknown) => string | undefined): WriteValue {
  const parse = parserOf(type) ?? exactParserOf(type);
  return (builder, row, value) => {
    const text = textOf(value);
    if (text === undefined) return false;
    const bytes = encoder.encode(text);
    const parsed = parse?.(bytes, 0, bytes.length);
    if (parsed === undefined || Number.isNaN(parsed)) return false;
    if (typeof parsed === "bigint") builder.setBigint(row, parsed);
    else builder.setNumber(row, parsed);
    return true;
  };
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i;

function roundedDecimal(value: unknown, scale: number): string | undefined {
  if (value instanceof Big) return value.toFixed(scale, Big.roundHalfUp);
  const isNumber = typeof value === "bigint" || (typeof value === "number" && Number.isFinite(value));
  if (!isNumber && (typeof value !== "string" || !NUMBER.test(value))) return undefined;
  return new Big(String(value).replace(/^\+/, "")).toFixed(scale, Big.roundHalfUp);
}
