import { changeText, countText, roundedText } from "./amounts";
import { monthAfter, monthText } from "./months";
import { inCurrency, numberIn, type Filter, type Row } from "./question";
import { lateRows, latePayments, totalOf } from "./questions/late-payments";
import { revenue } from "./questions/revenue";
import { newestMonth, rowsOf, type Report } from "./report";

/** A number that is read first. */
export interface Headline {
  readonly title: string;
  readonly value: string;
  /** `GBP`; none for counts */
  readonly unit?: string;
  readonly detail: string;
  /** Is it good news? Undefined where it is neither. */
  readonly good?: boolean;
}

/**
 * The months that are compared: the newest one with sales is still under way, so the one before is the last that
 * is whole. Where there is only one month, it is that.
 */
export function comparedMonths(
  report: Report,
): { readonly last: string; readonly before: string } | undefined {
  const newest = newestMonth(report);
  if (newest === undefined) return undefined;
  const previous = monthAfter(newest, -1);
  const last = rowsOf(report, revenue.mart).some(({ month }) => (month ?? "") <= previous)
    ? previous
    : newest;
  return { last, before: monthAfter(last, -1) };
}

/** The headlines in a currency. */
export function headlinesOf(report: Report, filter: Filter): Headline[] {
  const late = inCurrency(rowsOf(report, latePayments.mart), filter);
  return [
    ...salesHeadlines(report, filter),
    lateHeadline("Owed to us, late", lateRows(late, "in"), filter),
    lateHeadline("We owe, late", lateRows(late, "out"), filter),
  ];
}

function salesHeadlines(report: Report, filter: Filter): Headline[] {
  const months = comparedMonths(report);
  if (months === undefined) return [{ title: "Revenue", value: "–", detail: "No sales yet" }];
  const rows = inCurrency(rowsOf(report, revenue.mart), filter);
  const inMonth = (month: string): Row | undefined => rows.find((row) => row["month"] === month);
  const [last, before, current] = [
    inMonth(months.last),
    inMonth(months.before),
    inMonth(monthAfter(months.last, 1)),
  ];
  const compared = (column: string): Pick<Headline, "detail" | "good"> => {
    const change = changeText(numberIn(last, column), numberIn(before, column));
    if (change === undefined) return { detail: `nothing in ${monthText(months.before)}` };
    return { detail: `${change} on ${monthText(months.before)}`, good: !change.startsWith("−") };
  };
  return [
    {
      title: `Revenue, ${monthText(months.last)}`,
      value: roundedText(numberIn(last, "revenue")),
      unit: filter.currency,
      ...compared("revenue"),
    },
    {
      title: `Orders, ${monthText(months.last)}`,
      value: countText(numberIn(last, "orders")),
      ...compared("orders"),
    },
    {
      title: `Revenue so far, ${monthText(monthAfter(months.last, 1))}`,
      value: roundedText(numberIn(current, "revenue")),
      unit: filter.currency,
      detail: current === undefined ? "no orders yet" : `${countText(numberIn(current, "orders"))} orders`,
    },
  ];
}

function lateHeadline(title: string, rows: readonly Row[], { currency }: Filter): Headline {
  const longest = Math.max(0, ...rows.map((row) => Number(numberIn(row, "days_late"))));
  const payments = totalOf(rows, "payments");
  return {
    title,
    value: roundedText(totalOf(rows, "amount")),
    ...(currency !== "" && { unit: currency }),
    detail:
      rows.length === 0
        ? "nothing is late"
        : `${countText(payments)} payments, the longest ${countText(longest)} days`,
    good: rows.length === 0,
  };
}
