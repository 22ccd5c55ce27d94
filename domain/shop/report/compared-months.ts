import { revenue } from "./questions/revenue";
import { monthAfter, monthOf } from "../../report/months";
import { textIn, type Row } from "../../report/question";
import { rowsOf, type Report } from "../../report/report";

/** The months that the headlines are about; each is the text of its first day. */
export interface ComparedMonths {
  readonly last: string;
  /** the month before it */
  readonly before: string;
  /** the month in which the data was captured, which is not over */
  readonly current: string;
}

/** The rows of the months after the last, up to the current one: later dates are mistakes. */
export const rowsSince = (rows: readonly Row[], { last, current }: ComparedMonths): Row[] =>
  rows.filter((row) => textIn(row, "month") > last && textIn(row, "month") <= current);

/** The month that is under way in the data. */
const currentMonth = ({ capturedAt }: Report): string => monthOf(capturedAt);

/**
 * The newest full month with sales in any currency, and the month before it. If no month with sales is over yet, it is the
 * newest month with sales; undefined without any sales.
 *
 * A month is full if it is over and the sales did not end in it. Without sales in the following month, they may have ended
 * on its second day, like a history that was cut off. The month before is then the last full month, if it had sales.
 */
export function comparedMonths(report: Report): ComparedMonths | undefined {
  const current = currentMonth(report);
  const sold = new Set(rowsOf(report, revenue.mart).map((row) => textIn(row, "month")));
  const sorted = [...sold].sort();
  const over = sorted.filter((month) => month < current).at(-1);
  const newest = over ?? sorted[0];
  if (newest === undefined) return undefined;
  const wentOn = monthAfter(newest, 1) >= current;
  const previous = monthAfter(newest, -1);
  const last = !wentOn && sold.has(previous) ? previous : newest;
  return { last, before: monthAfter(last, -1), current };
}
