/**
 * The types that columns have, in the source, in Arrow, in Parquet and in the warehouse.
 *
 * | kind        | PostgreSQL                      | Arrow                                  | Parquet                 |
 * |-------------|---------------------------------|----------------------------------------|-------------------------|
 * | integer     | integer                         | Int32                                  | INT32                   |
 * | bigint      | bigint                          | Int64                                  | INT64                   |
 * | text        | text, varchar, enum, uuid, json | Utf8                                   | BYTE_ARRAY, UTF8        |
 * | boolean     | boolean                         | Bool                                   | BOOLEAN                 |
 * | date        | date                            | Date32, days                           | INT32, DATE             |
 * | time        | time                            | Time64, microseconds                   | INT64, TIME_MICROS      |
 * | timestamp   | timestamp                       | Timestamp, microseconds without a zone | INT64, TIMESTAMP_MICROS |
 * | timestamptz | timestamptz                     | Timestamp, microseconds, UTC           | INT64, TIMESTAMP_MICROS |
 * | decimal     | numeric(p, s), p ≤ 18           | Decimal128(p, s)                       | INT64, DECIMAL          |
 * |             | numeric(p, s), p ≤ 38           | Decimal128(p, s)                       | FIXED(16), DECIMAL      |
 * | real        | real                            | Float32                                | FLOAT                   |
 * | double      | double precision                | Float64                                | DOUBLE                  |
 * | bytea       | bytea                           | Binary                                 | BYTE_ARRAY              |
 * | json, jsonb | json, jsonb                     | Utf8, as PostgreSQL prints it          | BYTE_ARRAY, UTF8        |
 * | interval    | interval                        | Utf8, in ISO 8601                      | BYTE_ARRAY, UTF8        |
 * | array       | an array of a type above        | Utf8, as PostgreSQL prints it          | BYTE_ARRAY, UTF8        |
 */
export type ColumnType = ElementType | ArrayType;

/** The types of which there are arrays. */
export type ElementType =
  | { readonly [K in PlainKind]: PlainType<K> }[PlainKind]
  | { readonly [K in ClockKind]: ClockType<K> }[ClockKind]
  | DecimalType;

/**
 * The types whose values are the texts that PostgreSQL prints. The warehouse reads the text, so the value is the same.
 */
export type PrintedType = PlainType<"json"> | PlainType<"jsonb"> | PlainType<"interval"> | ArrayType;

type PlainKind =
  | "integer"
  | "bigint"
  | "text"
  | "boolean"
  | "date"
  | "real"
  | "double"
  | "bytea"
  | "json"
  | "jsonb"
  | "interval";
export interface PlainType<K extends PlainKind = PlainKind> {
  readonly kind: K;
}

/** An array, of any number of dimensions. Its elements may be NULL. */
export interface ArrayType<Element extends ElementType = ElementType> {
  readonly kind: "array";
  readonly element: Element;
}

/** An exact number; its unscaled value fits into 128 bits. */
export interface DecimalType {
  readonly kind: "decimal";
  readonly precision: number;
  readonly scale: number;
}

/** A type with a time of day and microseconds, as PostgreSQL has them. */
export interface ClockType<K extends ClockKind = ClockKind> {
  readonly kind: K;
  /** True if the digits after the milliseconds are dropped. */
  readonly truncated?: true;
}

type ClockKind = "time" | "timestamp" | "timestamptz";

export type Kind = ColumnType["kind"];

export const integer: PlainType<"integer"> = { kind: "integer" };
export const bigint: PlainType<"bigint"> = { kind: "bigint" };
export const text: PlainType<"text"> = { kind: "text" };
export const boolean: PlainType<"boolean"> = { kind: "boolean" };
export const date: PlainType<"date"> = { kind: "date" };
/** A floating-point number of 32 bits. NaN and infinities are kept. Not for amounts of money. */
export const real: PlainType<"real"> = { kind: "real" };
/** A floating-point number of 64 bits. NaN and infinities are kept. Not for amounts of money. */
export const double: PlainType<"double"> = { kind: "double" };
/** Bytes. */
export const bytea: PlainType<"bytea"> = { kind: "bytea" };
/** A JSON text, unchanged. */
export const json: PlainType<"json"> = { kind: "json" };
/** A JSON value in the form of PostgreSQL's `jsonb`. */
export const jsonb: PlainType<"jsonb"> = { kind: "jsonb" };
/** A period of months, days and microseconds. */
export const interval: PlainType<"interval"> = { kind: "interval" };
export const time: ClockType<"time"> = { kind: "time" };
export const timestamp: ClockType<"timestamp"> = { kind: "timestamp" };
export const timestamptz: ClockType<"timestamptz"> = { kind: "timestamptz" };

/** Drops everything finer than a millisecond on purpose. */
export const truncated = <K extends ClockKind>(type: ClockType<K>): ClockType<K> => ({
  ...type,
  truncated: true,
});

/** The number of decimal digits that fit into 64 bits. */
const NARROW_DIGITS = 18;
/** The number of decimal digits that fit into 128 bits, the limit of Arrow and Parquet. */
export const MOST_DIGITS = 38;

/** True if the unscaled values need 128 bits. */
export const isWide = ({ precision }: DecimalType): boolean => precision > NARROW_DIGITS;

/** @throws RangeError when the digits would not fit into 128 bits */
export function decimal(precision: number, scale: number): DecimalType {
  if (precision < 1 || precision > MOST_DIGITS || scale < 0 || scale > precision) {
    throw new RangeError(
      `decimal(${precision}, ${scale}) is not supported: 1 ≤ precision ≤ ${MOST_DIGITS}, 0 ≤ scale ≤ precision`,
    );
  }
  return { kind: "decimal", precision, scale };
}

/** @throws RangeError when the elements are truncated: an array is the text that PostgreSQL prints, unchanged */
export function arrayOf<Element extends ElementType>(element: Element): ArrayType<Element> {
  if ("truncated" in element)
    throw new RangeError(`an array of truncated(${element.kind}) is not supported: use ${element.kind}`);
  return { kind: "array", element };
}

/** True if the values are the texts that PostgreSQL prints. */
export const isPrinted = (type: ColumnType): type is PrintedType =>
  type.kind === "json" || type.kind === "jsonb" || type.kind === "interval" || type.kind === "array";

const WITHOUT_KEYS: readonly Kind[] = ["real", "double", "bytea"];

/**
 * True if rows can be found by values of this type. Floating-point numbers are not exact, bytes are not ordered here as
 * in PostgreSQL, and different printed values may be equal.
 */
export const canBeKey = (type: ColumnType): boolean => !WITHOUT_KEYS.includes(type.kind) && !isPrinted(type);

/** The name of a type in messages and DDL. */
export function typeName(type: ColumnType): string {
  switch (type.kind) {
    case "decimal":
      return `numeric(${type.precision},${type.scale})`;
    case "text":
      return "varchar";
    case "double":
      return "double precision";
    case "array":
      return `${typeName(type.element)}[]`;
    default:
      return type.kind;
  }
}

/** As PostgreSQL's `format_type` prints it. */
export function printedType(type: ColumnType): string {
  switch (type.kind) {
    case "text":
      return "character varying";
    case "time":
    case "timestamp":
      return `${type.kind} without time zone`;
    case "timestamptz":
      return "timestamp with time zone";
    case "array":
      return `${printedType(type.element)}[]`;
    default:
      return typeName(type);
  }
}
