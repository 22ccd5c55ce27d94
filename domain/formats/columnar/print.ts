import type { Data } from "apache-arrow";
import { UTCDate } from "@date-fns/utc";
import type { ColumnType } from "../../model/types";
import { valueReader } from "./read";

const DAY_IN_MS = 86_400_000;

/** Reads a column row by row as the texts that PostgreSQL prints (DateStyle ISO, in UTC), without looking at its validity. */
export function printerOf(type: ColumnType, data: Data): (row: number) => string {
  const read = valueReader(type, data);
  switch (type.kind) {
    case "boolean":
      return (row) => (read(row) === true ? "t" : "f");
    case "date":
      return (row) => printedMoment(Number(read(row)) * DAY_IN_MS).slice(0, "YYYY-MM-DD".length);
    case "time":
      return (row) => withoutZeros(printedMoment(Number(read(row))).slice("YYYY-MM-DD ".length));
    case "timestamp":
      return (row) => withoutZeros(printedMoment(Number(read(row))));
    case "timestamptz":
      return (row) => `${withoutZeros(printedMoment(Number(read(row))))}+00`;
    case "decimal":
      return (row) => printedDecimal(BigInt(read(row) ?? 0), type.scale);
    default:
      return (row) => String(read(row));
  }
}

/** `2024-02-29 14:20:52.120` */
const printedMoment = (ms: number): string =>
  new UTCDate(ms).toISOString().slice(0, "YYYY-MM-DD HH:MM:SS.mmm".length).replace("T", " ");

/** PostgreSQL leaves the zeros after the last place of a second out. */
const withoutZeros = (moment: string): string => moment.replace(/0+$/, "").replace(/\.$/, "");

/** An unscaled decimal as text. */
export function printedDecimal(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  const point = scale === 0 ? "" : `.${digits.slice(digits.length - scale)}`;
  return `${unscaled < 0n ? "-" : ""}${digits.slice(0, digits.length - scale)}${point}`;
}
