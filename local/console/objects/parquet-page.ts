import {
  parquetMetadataAsync,
  parquetScan,
  type AsyncBuffer,
  type FileMetaData,
  type SchemaElement,
} from "hyparquet";
import { physical } from "../../../domain/formats/parquet/reader";
import { decodeUtf8 } from "../../../domain/formats/utf8";
import { cut, PAGE_ROWS, type RangedFile, type RowsPage } from "./ranged-file";

/**
 * Reads a page of a Parquet file, at most up to the end of a row group. Reads no other row group.
 * @param from the number of its first row, from 0 on
 */
export async function readParquetPage(file: RangedFile, from: number): Promise<RowsPage> {
  const buffer = bufferOf(file);
  const metadata = await parquetMetadataAsync(buffer);
  const leaves = metadata.schema.filter(({ num_children: children }) => children === undefined);
  const { group, first, end } = groupOf(metadata, from);
  const to = Math.min(from + PAGE_ROWS, end);
  // hyparquet would turn decimals into floats, so read the stored values and format them here.
  const stored = physical({ ...metadata, row_groups: group === undefined ? [] : [group] });
  const scan = await parquetScan({ file: buffer, metadata: stored, utf8: false });
  const columns = await Promise.all(
    leaves.map(async (leaf) => {
      const range = { column: leaf.name, rowStart: from - first, rowEnd: to - first };
      const values = to > from ? await scan.readColumn(range) : [];
      return Array.from(values, (value: unknown) => cellText(value, leaf));
    }),
  );
  return {
    kind: "table",
    columns: leaves.map(({ name }) => name),
    rows: Array.from({ length: to - from }, (_, row) => columns.map((column) => column[row] ?? null)),
    next: to < Number(metadata.num_rows) ? String(to) : null,
  };
}

/** The number of rows of a Parquet file. */
export const countParquet = async (file: RangedFile): Promise<number> =>
  Number((await parquetMetadataAsync(bufferOf(file))).num_rows);

const bufferOf = (file: RangedFile): AsyncBuffer => ({
  byteLength: file.size,
  slice: (start, end = file.size) => file.read(start, end),
});

/** The row group of a row, and its rows; an empty group after the last row. */
function groupOf(
  { row_groups: groups }: FileMetaData,
  row: number,
): { group: FileMetaData["row_groups"][number] | undefined; first: number; end: number } {
  let first = 0;
  for (const group of groups) {
    const end = first + Number(group.num_rows);
    if (row < end) return { group, first, end };
    first = end;
  }
  return { group: undefined, first: row, end: row };
}

const DAY_US = 86_400_000_000n;

/** The non-negative remainder. */
const modulo = (value: bigint, by: bigint): bigint => ((value % by) + by) % by;

/** The day of a time in microseconds; the number of the day if JavaScript has no date for it. */
function dayText(microseconds: bigint): string {
  const days = Number((microseconds - modulo(microseconds, DAY_US)) / DAY_US);
  const date = new Date(days * 86_400_000);
  return Number.isNaN(date.getTime()) ? `day ${days}` : date.toISOString().replace(/T.*/, "");
}

/** The time of day of a time in microseconds. */
function clockText(microseconds: bigint): string {
  const ofDay = modulo(microseconds, DAY_US);
  const seconds = new Date(Number(ofDay / 1000n)).toISOString().slice(11, 20);
  return `${seconds}${String(ofDay % 1_000_000n).padStart(6, "0")}`;
}

/** Formats a stored value by the column's annotation (Apache Parquet, LogicalTypes.md). */
function cellText(value: unknown, { converted_type: type, scale = 0 }: SchemaElement): string | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array) return cut(decodeUtf8(value));
  if (typeof value !== "bigint" && typeof value !== "number") return JSON.stringify(value);
  const whole = BigInt(value);
  switch (type) {
    case "DATE":
      return dayText(whole * DAY_US);
    case "TIME_MILLIS":
      return clockText(whole * 1000n);
    case "TIME_MICROS":
      return clockText(whole);
    case "TIMESTAMP_MILLIS":
      return `${dayText(whole * 1000n)} ${clockText(whole * 1000n)}`;
    case "TIMESTAMP_MICROS":
      return `${dayText(whole)} ${clockText(whole)}`;
    case "DECIMAL":
      return decimalText(whole, scale);
    default:
      return String(value);
  }
}

/** -1250 with scale 2 is -12.50. */
function decimalText(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  const point = digits.length - scale;
  const fraction = scale === 0 ? "" : `.${digits.slice(point)}`;
  return `${unscaled < 0n ? "-" : ""}${digits.slice(0, point)}${fraction}`;
}
