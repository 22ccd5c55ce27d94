import { UTCDate } from "@date-fns/utc";
import { endOfYear } from "date-fns/endOfYear";
import { startOfYear } from "date-fns/startOfYear";
import type { RecordBatch } from "apache-arrow";
import { arrowSchema, recordBatch } from "../formats/columnar/arrow";
import { columnBuilder } from "../formats/columnar/builder";
import { DAY_IN_MS, parseDate } from "../formats/csv/moments";
import type { Calendar } from "../model/table";

/** Days since 1970-01-01, first and last included. */
export interface DayRange {
  readonly first: number;
  readonly last: number;
}

/**
 * The days that a calendar may cover. A date outside is a mistake and its row is rejected: one typing error
 * ('20225-01-01') must not make the calendar a million rows long.
 */
export const CALENDAR_LIMITS: DayRange = { first: dayNumber("1900-01-01"), last: dayNumber("2199-12-31") };

/** The number of a day given as 'YYYY-MM-DD'. @throws RangeError when the day does not exist */
export function dayNumber(isoDate: string): number {
  const bytes = new TextEncoder().encode(isoDate);
  const days = parseDate(bytes, 0, bytes.length);
  if (Number.isNaN(days)) throw new RangeError(`"${isoDate}" is not a date (YYYY-MM-DD)`);
  return days;
}

const dateOf = (day: number): UTCDate => new UTCDate(day * DAY_IN_MS);
const dayOf = (date: Date): number => Math.floor(date.getTime() / DAY_IN_MS);

/** A day number as 'YYYY-MM-DD'. */
export const isoDate = (day: number): string => dateOf(day).toISOString().slice(0, 10);

/** The smallest range that covers both; undefined stands for an empty range. */
export function hull(a: DayRange | undefined, b: DayRange | undefined): DayRange | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return { first: Math.min(a.first, b.first), last: Math.max(a.last, b.last) };
}

/**
 * What the calendar must cover after a commit: its present range, the configured range, and whole years up to every day
 * in a fact, without a gap.
 */
export function calendarCoverage(options: {
  covered: DayRange | undefined;
  configured: DayRange;
  named: DayRange | undefined;
}): DayRange {
  const { covered, configured, named } = options;
  const base = hull(covered, configured) ?? configured;
  if (named === undefined) return base;
  return {
    first: named.first < base.first ? dayOf(startOfYear(dateOf(named.first))) : base.first,
    last: named.last > base.last ? dayOf(endOfYear(dateOf(named.last))) : base.last,
  };
}

/** The parts of `wanted` that `covered` lacks. `wanted` includes `covered`. */
export function missingDays(covered: DayRange | undefined, wanted: DayRange): readonly DayRange[] {
  if (covered === undefined) return [wanted];
  const before = { first: wanted.first, last: covered.first - 1 };
  const after = { first: covered.last + 1, last: wanted.last };
  return [before, after].filter(({ first, last }) => first <= last);
}

/** Makes the calendar's rows for a range of days. */
export function makeCalendarRows(calendar: Calendar, range: DayRange): RecordBatch {
  const length = range.last - range.first + 1;
  const days = Array.from({ length }, (_, index) => dateOf(range.first + index));
  const children = Object.values(calendar.columns).map(({ type, of }) => {
    const builder = columnBuilder(type, length);
    days.forEach((day, row) => {
      const value = of(day);
      if (type.kind === "date") builder.setNumber(row, dayNumber(String(value)));
      else if (typeof value === "number") builder.setNumber(row, value);
      else {
        const bytes = new TextEncoder().encode(value);
        builder.setBytes(row, bytes, 0, bytes.length);
      }
    });
    return builder.finish();
  });
  return recordBatch(arrowSchema(calendar.columns), { length, children });
}
