/** A month is the text of its first day, `2026-11-01`, so months sort chronologically. */

const NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `Nov 2026` */
export const monthText = (month: string): string =>
  `${NAMES[Number(month.slice(5, 7)) - 1] ?? "?"} ${month.slice(0, 4)}`;

/** `Nov 2026`, or `Nov 2026 so far` for the running month */
export const monthSoFar = (month: string, running: string | undefined): string =>
  month === running ? `${monthText(month)} so far` : monthText(month);

/** The month of a moment, as the text of its first day. */
export const monthOf = (moment: string): string => `${moment.slice(0, 7)}-01`;

/** The month that is `count` months later, or earlier when `count` is negative. */
export function monthAfter(month: string, count: number): string {
  const months = Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1 + count;
  const [year, index] = [Math.floor(months / 12), months % 12];
  return `${String(year).padStart(4, "0")}-${String(index + 1).padStart(2, "0")}-01`;
}

/** At most this many months are drawn one by one. A wrong date in the year 9999 must not inflate the chart. */
const MOST = 120;

/** Every month from the first to the last, including months without values. */
export function monthsFrom(months: readonly string[]): string[] {
  const sorted = [...new Set(months)].sort();
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return [];
  const all = [first];
  while ((all.at(-1) ?? last) < last && all.length <= MOST) all.push(monthAfter(all.at(-1) ?? last, 1));
  return all.length > MOST ? sorted : all;
}

/** `25 Nov 2026`, from a day or a moment in ISO 8601 */
export const dayText = (date: string): string => `${Number(date.slice(8, 10))} ${monthText(date)}`;

/** `25 Nov 2026, 07:31 UTC` */
export const momentText = (moment: string): string =>
  `${dayText(moment)}, ${(moment.split("T")[1] ?? "").slice(0, 5)} UTC`;
