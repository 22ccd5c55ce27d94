/**
 * The types that columns have, in the source, in Arrow, in Parquet and in the warehouse.
 *
 * | kind      | PostgreSQL            | Arrow                 | Parquet            |
 * |-----------|-----------------------|-----------------------|--------------------|
 * | integer   | integer               | Int32                 | INT32              |
 * | text      | text, varchar, enums  | Utf8                  | BYTE_ARRAY, UTF8   |
 * | boolean   | boolean               | Bool                  | BOOLEAN            |
 * | date      | date                  | Date32, days          | INT32, DATE        |
 * | time      | time                  | Time32, milliseconds  | INT32, TIME_MILLIS |
 * | timestamp | timestamp             | Timestamp, milliseconds without a zone | INT64, TIMESTAMP_MILLIS |
 * | decimal   | numeric(p, s), p ≤ 18 | Decimal128(p, s)      | INT64, DECIMAL     |
 */
export type ColumnType =
  | { readonly kind: "integer" }
  | { readonly kind: "text" }
  | { readonly kind: "boolean" }
  | { readonly kind: "date" }
  | { readonly kind: "time" }
  | { readonly kind: "timestamp" }
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number };

export type Kind = ColumnType["kind"];

export const integer: ColumnType = { kind: "integer" };
export const text: ColumnType = { kind: "text" };
export const boolean: ColumnType = { kind: "boolean" };
export const date: ColumnType = { kind: "date" };
export const time: ColumnType = { kind: "time" };
export const timestamp: ColumnType = { kind: "timestamp" };

/** @throws RangeError when the digits would not fit into 64 bits */
export function decimal(precision: number, scale: number): ColumnType {
  if (precision < 1 || precision > 18 || scale < 0 || scale > precision) {
    throw new RangeError(
      `decimal(${precision}, ${scale}) is not supported: 1 ≤ precision ≤ 18, 0 ≤ scale ≤ precision`,
    );
  }
  return { kind: "decimal", precision, scale };
}

/** As in a message or in DDL. */
export function typeName(type: ColumnType): string {
  switch (type.kind) {
    case "decimal":
      return `numeric(${type.precision},${type.scale})`;
    case "text":
      return "varchar";
    default:
      return type.kind;
  }
}
