import { makeData, type Data } from "apache-arrow";
import { CALENDAR_LIMITS, isoDate, type DayRange } from "./calendar";
import { arrowType, hasNulls, isValid } from "../formats/columnar/arrow";
import { columnBuilder } from "../formats/columnar/builder";
import { utf8, valueReader, wideReader } from "../formats/columnar/read";
import { gatherColumn } from "../formats/columnar/gather";
import { writerOf } from "../formats/columnar/write";
import { computeWithFunction, type Input } from "./compute-with-function";
import { dayOfMoment, parseDate, timeOfMoment } from "../formats/csv/moments";
import { messageOf } from "../errors";
import type { Column, ComputedOrigin, ReadOrigin } from "../model/columns";
import { date, text, time, type ColumnType } from "../model/types";
import type { Literal } from "../model/values";
import { quote, reject, type Rejections } from "./rejection";
import { zoneOffset } from "./time-zone";
import { decodeUtf8 } from "../formats/utf8";
import { TWO_32 } from "../formats/int64";

/** The source rows of a column, and the destination of its rejected rows. */
interface ColumnSource {
  readonly length: number;
  /** The data of the source column: one value for each row. */
  readonly dataOf: (origin: ReadOrigin) => Data;
  readonly rejections: Rejections;
}

/** Computes one column of a warehouse table. A value that cannot be computed rejects its row. */
export function computeColumn(name: string, column: Column, source: ColumnSource): Data {
  const made = fromOrigin(name, column, source);
  return column.whenNull !== undefined && hasNulls(made) ? filled(made, column, source.length) : made;
}

function fromOrigin(name: string, column: Column, source: ColumnSource): Data {
  const { origin } = column;
  switch (origin.kind) {
    case "constant":
      return repeated(column.type, origin.value, source.length);
    case "computed":
      return computeWithFunction(
        name,
        { ...column, origin },
        { ...source, inputs: inputsOf(name, origin, source) },
      );
    case "copy":
      return source.dataOf(origin);
    case "dateOf":
    case "timeOf":
      return partOfTimestamp(source.dataOf(origin), origin);
    case "parsedDate":
      return parsedDates(name, source.dataOf(origin), source);
    case "derived":
      return derived(name, { from: source.dataOf(origin), derive: origin.derive }, source);
  }
}

const inputsOf = (name: string, { inputs }: ComputedOrigin, source: ColumnSource): Input[] =>
  Object.entries(inputs).map(([input, column]) => ({
    input,
    type: column.type,
    data: computeColumn(`${name}.${input}`, column, source),
  }));

/** The day or the time of day of each moment. The result for NULL is undefined. */
function partOfTimestamp(
  from: Data,
  { kind, timeZone }: { readonly kind: "dateOf" | "timeOf"; readonly timeZone?: string },
): Data {
  const { length } = from;
  const read = wideReader(from);
  const momentAt = timeZone === undefined ? read : inZone(timeZone, from, read);
  const nulls = { nullCount: from.nullCount, ...(hasNulls(from) && { nullBitmap: from.nullBitmap }) };
  if (kind === "dateOf") {
    const data = new Int32Array(length);
    for (let row = 0; row < length; row++) data[row] = dayOfMoment(momentAt(row));
    return makeData({ type: arrowType(date), length, ...nulls, data } as never);
  }
  const data = new BigInt64Array(length);
  const halves = new Int32Array(data.buffer);
  for (let row = 0; row < length; row++) {
    const microseconds = timeOfMoment(momentAt(row));
    halves[row * 2] = microseconds;
    halves[row * 2 + 1] = Math.floor(microseconds / TWO_32);
  }
  return makeData({ type: arrowType(time), length, ...nulls, data } as never);
}

/** The local time in a zone at each moment, expressed as the UTC moment with the same clock time. */
function inZone(
  timeZone: string,
  data: Data,
  read: (row: number) => number | bigint,
): (row: number) => number | bigint {
  const offset = zoneOffset(timeZone);
  return (row) => {
    const moment = read(row);
    if (!isValid(data, row)) return moment;
    const ahead = offset(Math.floor(Number(moment) / 1000)) * 1000;
    return typeof moment === "bigint" ? moment + BigInt(ahead) : moment + ahead;
  };
}

function parsedDates(name: string, from: Data, { length, rejections }: ColumnSource): Data {
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
      reject(rejections, row, {
        column: name,
        reason: `${name} ${quote(value)} is not a date (YYYY-MM-DD)`,
      });
    }
    builder.setNumber(row, day);
  }
  return builder.finish();
}

function derived(
  name: string,
  { from, derive }: { readonly from: Data; readonly derive: (value: string) => string },
  { length, rejections }: ColumnSource,
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

/** A column with one value. @throws TypeError when the value is not of the type; `modelProblems` reports that first */
function repeated(type: ColumnType, value: Literal | undefined, length: number): Data {
  const builder = columnBuilder(type, length);
  const write = writerOf(type);
  for (let row = 0; row < length; row++)
    if (!write(builder, row, value)) throw new TypeError(`${String(value)} is not a value of ${type.kind}`);
  return builder.finish();
}

/** A column with its NULLs replaced. */
function filled(data: Data, { type, whenNull }: Column, length: number): Data {
  const rows = new Int32Array(length);
  const batches = new Int32Array(length);
  for (let row = 0; row < length; row++) {
    if (isValid(data, row)) rows[row] = row;
    else batches[row] = 1;
  }
  return gatherColumn(type, [data, repeated(type, whenNull, 1)], { rows, batches });
}

/** Rejects the rows whose day is outside the limits of a calendar. */
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

/** The first and the last day in a date column, without rejected rows. */
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
