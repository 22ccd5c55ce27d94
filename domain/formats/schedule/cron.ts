/**
 * Cron expressions of Amazon EventBridge (user guide, "Cron expressions reference"): six fields in UTC. One of
 * day-of-month and day-of-week must be `?`, and Sunday is day 1 of the week.
 */

/** The days that a cron expression selects, in the six ways it can name them. */
type Days =
  | { readonly by: "day of month"; readonly days: ReadonlySet<number> }
  | { readonly by: "last day of month" }
  | { readonly by: "nearest weekday"; readonly day: number }
  | { readonly by: "day of week"; readonly weekdays: ReadonlySet<number> }
  | { readonly by: "last weekday of month"; readonly weekday: number }
  | { readonly by: "nth weekday of month"; readonly weekday: number; readonly nth: number };

/** A parsed cron expression: the minutes, hours, days, months and years at which it fires, in UTC. */
export interface Cron {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: Days;
  readonly months: ReadonlySet<number>;
  readonly years: ReadonlySet<number>;
}

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Names for numbers, the first for `min`. */
  readonly names?: readonly string[];
  /** True if `/` may give an increment: in every field but day-of-week. */
  readonly increments: boolean;
}

const MINUTES: Field = { name: "minutes", min: 0, max: 59, increments: true };
const HOURS: Field = { name: "hours", min: 0, max: 23, increments: true };
const DAY_OF_MONTH: Field = { name: "day-of-month", min: 1, max: 31, increments: true };
const MONTH: Field = {
  name: "month",
  min: 1,
  max: 12,
  names: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
  increments: true,
};
const DAY_OF_WEEK: Field = {
  name: "day-of-week",
  min: 1,
  max: 7,
  names: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
  increments: false,
};
const YEAR: Field = { name: "year", min: 1970, max: 2199, increments: true };

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/**
 * Parses the six fields between the parentheses of `cron(...)`.
 *
 * @throws Error naming the field and its allowed values.
 */
export function parseCron(fields: string): Cron {
  const parts = fields.trim().split(/\s+/);
  const [minutes, hours, dayOfMonth, month, dayOfWeek, year] = parts;
  if (
    parts.length !== 6 ||
    minutes === undefined ||
    hours === undefined ||
    dayOfMonth === undefined ||
    month === undefined ||
    dayOfWeek === undefined ||
    year === undefined
  ) {
    const remedy = parts.length === 5 ? "; add the year, * for every year" : "";
    throw new Error(
      `${parts.length} fields where EventBridge wants 6: ` +
        `minutes hours day-of-month month day-of-week year${remedy}`,
    );
  }
  const cron = {
    minutes: parseField(MINUTES, minutes),
    hours: parseField(HOURS, hours),
    days: parseDays(dayOfMonth, dayOfWeek),
    months: parseField(MONTH, month),
    years: parseField(YEAR, year),
  };
  if (nextCronFire(cron, new Date(-1)) === undefined) {
    throw new Error("it never fires: its years and months have no such day; choose one that exists");
  }
  return cron;
}

/** The first minute after `after` at which the expression fires; undefined when its last year is over. */
export function nextCronFire(cron: Cron, after: Date): Date | undefined {
  const earliest = (Math.floor(after.getTime() / MINUTE_MS) + 1) * MINUTE_MS;
  const end = Date.UTC(YEAR.max + 1, 0, 1);
  for (let day = Math.floor(earliest / DAY_MS) * DAY_MS; day < end; day += DAY_MS) {
    if (!selectsDay(cron, new Date(day))) continue;
    const time = firstTimeFrom(cron, day, earliest);
    if (time !== undefined) return new Date(time);
  }
  return undefined;
}

function firstTimeFrom(cron: Cron, day: number, earliest: number): number | undefined {
  for (let time = Math.max(day, earliest); time < day + DAY_MS; time += MINUTE_MS) {
    const minuteOfDay = (time - day) / MINUTE_MS;
    if (cron.hours.has(Math.floor(minuteOfDay / 60)) && cron.minutes.has(minuteOfDay % 60)) return time;
  }
  return undefined;
}

function selectsDay(cron: Cron, date: Date): boolean {
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth() + 1;
  if (!cron.years.has(year) || !cron.months.has(month)) return false;
  const { days } = cron;
  const day = date.getUTCDate();
  const weekday = date.getUTCDay() + 1;
  const lastDay = lastDayOf(year, month);
  switch (days.by) {
    case "day of month":
      return days.days.has(day);
    case "last day of month":
      return day === lastDay;
    case "nearest weekday":
      return days.day <= lastDay && day === nearestWeekday(year, month, days.day);
    case "day of week":
      return days.weekdays.has(weekday);
    case "last weekday of month":
      return weekday === days.weekday && day > lastDay - 7;
    case "nth weekday of month":
      return weekday === days.weekday && Math.ceil(day / 7) === days.nth;
  }
}

function lastDayOf(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** The day from Monday to Friday in the same month that is closest to `day`. */
function nearestWeekday(year: number, month: number, day: number): number {
  switch (new Date(Date.UTC(year, month - 1, day)).getUTCDay()) {
    case 6:
      return day === 1 ? 3 : day - 1;
    case 0:
      return day === lastDayOf(year, month) ? day - 2 : day + 1;
    default:
      return day;
  }
}

function parseDays(dayOfMonth: string, dayOfWeek: string): Days {
  if ((dayOfMonth === "?") === (dayOfWeek === "?")) {
    throw new Error(
      `day-of-month is "${dayOfMonth}" and day-of-week is "${dayOfWeek}": exactly one of them has to be ?`,
    );
  }
  return dayOfWeek === "?" ? parseDayOfMonth(dayOfMonth) : parseDayOfWeek(dayOfWeek.toUpperCase());
}

function parseDayOfMonth(text: string): Days {
  if (text === "L") return { by: "last day of month" };
  if (text.endsWith("W")) {
    return { by: "nearest weekday", day: parseNumber(DAY_OF_MONTH, text.slice(0, -1)) };
  }
  return { by: "day of month", days: parseField(DAY_OF_MONTH, text) };
}

function parseDayOfWeek(text: string): Days {
  if (text === "L") return { by: "day of week", weekdays: new Set([DAY_OF_WEEK.max]) };
  if (text.endsWith("L")) {
    return { by: "last weekday of month", weekday: parseNumber(DAY_OF_WEEK, text.slice(0, -1)) };
  }
  const [weekday, nth] = text.split("#");
  if (weekday === undefined || nth === undefined) {
    return { by: "day of week", weekdays: parseField(DAY_OF_WEEK, text) };
  }
  if (!/^[^,]+#[1-5]$/.test(text)) {
    throw new Error(`day-of-week "${text}" has to be one day and its number from 1 to 5, as in 3#2`);
  }
  return { by: "nth weekday of month", weekday: parseNumber(DAY_OF_WEEK, weekday), nth: Number(nth) };
}

function parseField(field: Field, text: string): ReadonlySet<number> {
  return new Set(text.split(",").flatMap((item) => parseItem(field, item)));
}

/** One item of a list: `*`, `5`, `1-5`, and each of them with an increment (`0/15`, `*` + `/15`). */
function parseItem(field: Field, item: string): number[] {
  const [range = "", increment, ...rest] = item.split("/");
  if (rest.length > 0 || (increment !== undefined && !field.increments)) {
    throw new Error(`${field.name} "${item}" may not have this increment; list the values instead`);
  }
  const step =
    increment === undefined
      ? 1
      : parseNumber({ ...field, name: `the increment of ${field.name}`, min: 1 }, increment);
  const [first, last] = parseRange(field, range, increment !== undefined);
  if (first > last) {
    throw new Error(`${field.name} "${item}" runs backwards; write the two parts as a list`);
  }
  const values: number[] = [];
  for (let value = first; value <= last; value += step) values.push(value);
  return values;
}

function parseRange(field: Field, range: string, open: boolean): [number, number] {
  if (range === "*") return [field.min, field.max];
  const [from = "", to, ...rest] = range.split("-");
  if (rest.length > 0)
    throw new Error(`${field.name} "${range}" is not a range such as ${field.min}-${field.max}`);
  const first = parseNumber(field, from);
  if (to !== undefined) return [first, parseNumber(field, to)];
  return [first, open ? field.max : first];
}

function parseNumber(field: Field, text: string): number {
  const named = field.names?.indexOf(text.toUpperCase()) ?? -1;
  const value = named >= 0 ? named + field.min : /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(value >= field.min && value <= field.max)) {
    const names = field.names === undefined ? "" : ` or ${field.names.join(", ")}`;
    throw new Error(`${field.name} "${text}" is not a number from ${field.min} to ${field.max}${names}`);
  }
  return value;
}
