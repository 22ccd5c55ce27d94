import { changeText, countOf, countText, roundedText } from "../../report/amounts";
import { comparedMonths, rowsSince, type ComparedMonths } from "./compared-months";
import { dayText, monthAfter, monthText } from "../../report/months";
import { inCurrency, numberIn, textIn, type Filter, type Row } from "../../report/question";
import { lateRows, latePayments, totalOf } from "./questions/late-payments";
import { revenue } from "./questions/revenue";
import { rowsOf, type Report } from "../../report/report";

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
  const [last, before] = [inMonth(months.last), inMonth(months.before)];
  const isOver = months.last < months.current;
  const compared = (column: string): Pick<Headline, "detail" | "good"> => {
    const change = changeText(numberIn(last, column), numberIn(before, column));
    if (change === undefined) return { detail: `nothing in ${monthText(months.before)}` };
    const detail = `${change} on ${monthText(months.before)}`;
    return change.startsWith("±") ? { detail } : { detail, good: change.startsWith("+") };
  };
  const name = nameOf(months.last, months.current);
  return [
    {
      title: `Revenue, ${name}`,
      value: roundedText(numberIn(last, "revenue")),
      unit: filter.currency,
      ...compared("revenue"),
    },
    { title: `Orders, ${name}`, value: countText(numberIn(last, "orders")), ...compared("orders") },
    ...(isOver ? [sinceHeadline(rows, months, { ...report, ...filter })] : []),
  ];
}

/** A month that is not over is named as such. */
const nameOf = (month: string, current: string): string =>
  month === current ? `${monthText(month)} so far` : monthText(month);

/** What came after the last full month. It is a part of something, and never compared. */
function sinceHeadline(
  rows: readonly Row[],
  months: ComparedMonths,
  { capturedAt, currency }: { readonly capturedAt: string; readonly currency: string },
): Headline {
  const { last, current } = months;
  const since = rowsSince(rows, months);
  const follows = monthAfter(last, 1) === current;
  const names = since
    .map((row) => textIn(row, "month"))
    .sort()
    .map((month) => nameOf(month, current));
  const orders = countOf(totalOf(since, "orders"), "order");
  return {
    title: follows ? `Revenue, ${nameOf(current, current)}` : `Revenue since ${monthText(last)}`,
    value: roundedText(totalOf(since, "revenue")),
    unit: currency,
    detail:
      since.length === 0
        ? `no orders up to ${dayText(capturedAt)}`
        : follows
          ? orders
          : `${orders}, in ${names.join(" and ")}`,
  };
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
        : `${countOf(payments, "payment")}, the longest ${countOf(longest, "day")}`,
    good: rows.length === 0,
  };
}
