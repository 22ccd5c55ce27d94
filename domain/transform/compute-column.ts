import { makeData, type Data } from "apache-arrow";
import { CALENDAR_LIMITS, isoDate, type DayRange } from "./calendar";
import { arrowType, hasNulls, isValid } from "../formats/columnar/arrow";
import { columnBuilder } from "../formats/columnar/builder";
import { utf8, valueReader, wideReader } from "../formats/columnar/read";
import { dayOfMoment, parseDate, timeOfMoment } from "../formats/csv/moments";
import { messageOf } from "../errors";
import type { Column } from "../model/columns";
import { date, text, time } from "../model/types";
import { quoted, reject, type Rejections } from "./rejection";
import { decodeUtf8 } from "../formats/utf8";

/** The column that a column is made from, and where its bad rows go. */
interface ColumnSource {
  readonly from: Data;
  readonly length: number;
  readonly rejections: Rejections;
}

const LOW_32 = 0x1_0000_0000;

/** Computes one column of a warehouse table. A value that cannot be made rejects its row. */
export function computeColumn(name: string, column: Column, source: ColumnSource): Data {
  const made = fromOrigin(name, column, source);
  return column.whenNull !== undefined && hasNulls(made)
    ? filled(made, column.whenNull, source.length)
    : made;
}

function fromOrigin(name: string, { origin }: Column, source: ColumnSource): Data {
  switch (origin.kind) {
    case "copy":
      return source.from;
    case "dateOf":
      return partOfTimestamp(source, "date");
    case "timeOf":
      return partOfTimestamp(source, "time");
    case "parsedDate":
      return parsedDates(name, source);
    case "derived":
      return derived(name, origin.derive, source);
  }
}

/** The day or the time of day of each moment; what stands for a NULL does not matter. */
function partOfTimestamp({ from, length }: ColumnSource, part: "date" | "time"): Data {
  const momentAt = wideReader(from);
  const nulls = { nullCount: from.nullCount, ...(hasNulls(from) && { nullBitmap: from.nullBitmap }) };
  if (part === "date") {
    const data = new Int32Array(length);
    for (let row = 0; row < length; row++) data[row] = dayOfMoment(momentAt(row));
    return makeData({ type: arrowType(date), length, ...nulls, data } as never);
  }
  const data = new BigInt64Array(length);
  const halves = new Int32Array(data.buffer);
  for (let row = 0; row < length; row++) {
    const microseconds = timeOfMoment(momentAt(row));
    halves[row * 2] = microseconds;
    halves[row * 2 + 1] = Math.floor(microseconds / LOW_32);
  }
  return makeData({ type: arrowType(time), length, ...nulls, data } as never);
}

function parsedDates(name: string, { from, length, rejections }: ColumnSource): Data {
  const { bytes, offsets } = utf8(from);
  const builder = columnBuilder(date, length);
  const nullable = hasNulls(from);
  for (let row = 0; row < length; row++) {
    if (nullable && !isValid(from, row)) {
      builder.setNull(row);
      continue;
    }
    const start = offsets[row] ?? 0;
    const end = offsets[row + 1] ?? start;
    const day = parseDate(bytes, start, end);
    if (Number.isNaN(day)) {
      const value = decodeUtf8(bytes.subarray(start, end));
      reject(rejections, row, { column: name, reason: `${name} ${quoted(value)} is no date (YYYY-MM-DD)` });
    }
    builder.setNumber(row, day);
  }
  return builder.finish();
}

function derived(
  name: string,
  derive: (value: string) => string,
  { from, length, rejections }: ColumnSource,
): Data {
  const read = valueReader(text, from);
  const builder = columnBuilder(text, length);
  const encoder = new TextEncoder();
  for (let row = 0; row < length; row++) {
    if (!isValid(from, row)) {
      builder.setNull(row);
      continue;
    }
    let value = "";
    try {
      value = derive(String(read(row)));
    } catch (error) {
      reject(rejections, row, { column: name, reason: `${name}: ${messageOf(error)}` });
    }
    const bytes = encoder.encode(value);
    builder.setBytes(row, bytes, 0, bytes.length);
  }
  return builder.finish();
}

/** A text column with its NULLs replaced. */
function filled(data: Data, value: string, length: number): Data {
  const { bytes, offsets } = utf8(data);
  const replacement = new TextEncoder().encode(value);
  const builder = columnBuilder(text, length);
  for (let row = 0; row < length; row++) {
    if (isValid(data, row)) builder.setBytes(row, bytes, offsets[row] ?? 0, offsets[row + 1] ?? 0);
    else builder.setBytes(row, replacement, 0, replacement.length);
  }
  return builder.finish();
}

/** Rejects the rows whose day no calendar can hold. */
export function rejectFarDays(name: string, data: Data, rejections: Rejections): void {
  const days = data.values as Int32Array;
  const { first, last } = CALENDAR_LIMITS;
  const { length } = data;
  for (let row = 0; row < length; row++) {
    const day = days[row] ?? 0;
    if ((day >= first && day <= last) || !isValid(data, row)) continue;
    const limits = `${isoDate(first)} to ${isoDate(last)}`;
    reject(rejections, row, {
      column: name,
      reason:
        `${name} lies outside the calendar's limits, ${limits}: ` +
        "set it to NULL or to a day within in the source, or leave out the reference to the calendar",
    });
  }
}

/** The first and the last day in a date column; those of rejected rows do not count. */
export function namedDays(data: Data, rejections: Rejections): DayRange | undefined {
  const days = data.values as Int32Array;
  let first = Infinity;
  let last = -Infinity;
  const { length } = data;
  const nullable = hasNulls(data);
  const someRejected = rejections.size > 0;
  for (let row = 0; row < length; row++) {
    if ((nullable && !isValid(data, row)) || (someRejected && rejections.has(row))) continue;
    const day = days[row] ?? 0;
    if (day < first) first = day;
    if (day > last) last = day;
  }
  return first > last ? undefined : { first, last };
}
