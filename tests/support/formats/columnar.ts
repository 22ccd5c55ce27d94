import type { RecordBatch } from "apache-arrow";
import {
  arrowSchema,
  columnData,
  isValid,
  recordBatch,
  type ColumnShape,
} from "../../../domain/formats/columnar/arrow";
import { columnBuilder } from "../../../domain/formats/columnar/builder";
import { valueReader, type Value } from "../../../domain/formats/columnar/read";
import { printedDouble, printedReal } from "../../../domain/formats/floats";
import { parseBytes } from "../../../domain/formats/hex";
import {
  bigint,
  boolean,
  bytea,
  date,
  decimal,
  double,
  integer,
  real,
  text,
  time,
  timestamp,
  timestamptz,
} from "../../../domain/model/types";

export type Columns = Readonly<Record<string, ColumnShape>>;

/** A row as plain values, in the order of its columns. */
export type Row = readonly Value[];

/** A column of every type, and the longest decimals of 64 and of 128 bits. */
export const EVERY_TYPE = {
  whole: { type: integer, nullable: true },
  words: { type: text, nullable: true },
  flag: { type: boolean, nullable: true },
  day: { type: date, nullable: true },
  clock: { type: time, nullable: true },
  moment: { type: timestamp, nullable: true },
  price: { type: decimal(10, 2), nullable: true },
  long: { type: decimal(18, 4), nullable: true },
  instant: { type: timestamptz, nullable: true },
  large: { type: bigint, nullable: true },
  wide: { type: decimal(38, 10), nullable: true },
  ratio: { type: real, nullable: true },
  measure: { type: double, nullable: true },
  content: { type: bytea, nullable: true },
} satisfies Columns;

/** Builds a record batch from rows. */
export function batchOf(columns: Columns, rows: readonly Row[]): RecordBatch {
  const encoder = new TextEncoder();
  const children = Object.values(columns).map(({ type }, column) => {
    const builder = columnBuilder(type, rows.length);
    rows.forEach((cells, row) => {
      const value = cells[column] ?? null;
      if (value === null) builder.setNull(row);
      else if (typeof value === "bigint") builder.setBigint(row, value);
      else if (typeof value !== "string") builder.setNumber(row, Number(value));
      else {
        const encoded = encoder.encode(value);
        const bytes = type.kind === "bytea" ? parseBytes(encoded, 0, encoded.length)! : encoded;
        builder.setBytes(row, bytes, 0, bytes.length);
      }
    });
    return builder.finish();
  });
  return recordBatch(arrowSchema(columns), { length: rows.length, children });
}

/** Builds a record batch from objects; a column that an object does not name is NULL. */
export const batchOfObjects = (
  columns: Columns,
  rows: readonly Readonly<Record<string, Value>>[],
): RecordBatch =>
  batchOf(
    columns,
    rows.map((row) => Object.keys(columns).map((name) => row[name] ?? null)),
  );

/** The rows of a record batch. */
export function rowsOf(columns: Columns, batch: RecordBatch): Row[] {
  const readers = Object.entries(columns).map(([name, { type }]) => {
    const data = columnData(batch, name);
    const read = valueReader(type, data);
    return (row: number): Value => (isValid(data, row) ? read(row) : null);
  });
  return Array.from({ length: batch.numRows }, (_, row) => readers.map((read) => read(row)));
}

/** The rows of a record batch, as objects. */
export const objectsOf = (columns: Columns, batch: RecordBatch): Record<string, Value>[] =>
  rowsOf(columns, batch).map((cells) =>
    Object.fromEntries(Object.keys(columns).map((name, index) => [name, cells[index] ?? null])),
  );

const DAY_MS = 86_400_000;

/** A value as PostgreSQL prints it, with `DateStyle` ISO, in UTC. */
export function printed({ type }: ColumnShape, value: Value): string | null {
  if (value === null) return null;
  switch (type.kind) {
    case "decimal":
      return printedDecimal(BigInt(value), type.scale);
    case "date":
      return new Date(Number(value) * DAY_MS).toISOString().slice(0, 10);
    case "time":
      return withoutZeros(momentText(BigInt(value)).slice(11));
    case "timestamp":
    case "timestamptz": {
      const moment = withoutZeros(momentText(BigInt(value)));
      return type.kind === "timestamp" ? moment : `${moment}+00`;
    }
    case "real":
      return printedReal(Number(value));
    case "double":
      return printedDouble(Number(value));
    default:
      return String(value);
  }
}

/** Microseconds since 1970 as 'YYYY-MM-DD HH:MM:SS.ffffff'. */
function momentText(microseconds: bigint): string {
  const finer = ((microseconds % 1000n) + 1000n) % 1000n;
  const milliseconds = new Date(Number((microseconds - finer) / 1000n)).toISOString();
  return `${milliseconds.slice(0, 23).replace("T", " ")}${String(finer).padStart(3, "0")}`;
}

/** PostgreSQL prints no zeros at the end of the second. */
const withoutZeros = (seconds: string): string => seconds.replace(/\.?0+$/, "");

/** An unscaled decimal as text. */
export function printedDecimal(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  const point = scale === 0 ? "" : `.${digits.slice(-scale)}`;
  return `${unscaled < 0n ? "-" : ""}${digits.slice(0, digits.length - scale)}${point}`;
}
