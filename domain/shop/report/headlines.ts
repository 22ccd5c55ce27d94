import { amountText, cardText, changeText, countOf, countText, roundedText } from "../../report/amounts";
import { comparedMonths, rowsSince, type ComparedMonths } from "./compared-months";
import { dayText, monthAfter, monthSoFar, monthText } from "../../report/months";
import type { Headline, HeadlinesDeclaration } from "../../report/declaration";
import { idOf, inCurrency, numberIn, textIn, type Filter, type Row } from "../../report/question";
import { lateRows, latePayments, totalOf } from "./questions/late-payments";
import { revenue } from "./questions/revenue";
import { rowsOf, type Report } from "../../report/report";

const OWED = "Owed to us, late";
const OWING = "We owe, late";

/** The numbers of the shop that are read first, in a currency. */
export const headlines: readonly HeadlinesDeclaration[] = [
  { question: revenue, titles: ["Revenue", "Orders"], view: salesHeadlines },
  {
    question: latePayments,
    titles: [OWED, OWING],
    view: (report, filter) => {
      const late = inCurrency(rowsOf(report, idOf(latePayments)), filter);
      return [
        lateHeadline(OWED, lateRows(late, "in"), filter),
        lateHeadline(OWING, lateRows(late, "out"), filter),
      ];
    },
  },
];

/** An amount as a card shows it. */
function amount(text: string): Pick<Headline, "value" | "exact"> {
  const value = cardText(text);
  return value === roundedText(text) ? { value } : { value, exact: amountText(text) };
}

function salesHeadlines(report: Report, filter: Filter): Headline[] {
  const months = comparedMonths(report);
  if (months === undefined) return [{ title: "Revenue", value: "–", detail: "No sales yet" }];
  const rows = inCurrency(rowsOf(report, revenue.mart), filter);
  const inMonth = (month: string): Row | undefined => rows.find((row) => row["month"] === month);
  const [last, before] = [inMonth(months.last), inMonth(months.before)];
  const isOver = months.last < months.current;
  const compared = (column: string): Pick<Headline, "detail" | "detailOverGap" | "good"> => {
    const change = changeText(numberIn(last, column), numberIn(before, column));
    const earlier = monthText(months.before);
    if (change === undefined)
      return { detail: `none in ${earlier}`, detailOverGap: `not known for ${earlier}` };
    const detail = `${change} on ${earlier}`;
    return change.startsWith("±") ? { detail } : { detail, good: change.startsWith("+") };
  };
  const name = monthSoFar(months.last, months.current);
  return [
    {
      title: `Revenue, ${name}`,
      ...amount(numberIn(last, "revenue")),
      unit: filter.currency,
      ...compared("revenue"),
    },
    { title: `Orders, ${name}`, value: countText(numberIn(last, "orders")), ...compared("orders") },
    ...(isOver ? [sinceHeadline(rows, months, { ...report, ...filter })] : []),
  ];
}

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
    .map((month) => monthSoFar(month, current));
  const orders = countOf(totalOf(since, "orders"), "order");
  return {
    title: follows ? `Revenue, ${monthSoFar(current, current)}` : `Revenue since ${monthText(last)}`,
    ...amount(totalOf(since, "revenue")),
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
    ...amount(totalOf(rows, "amount")),
    ...(currency !== "" && { unit: currency }),
    detail:
      rows.length === 0
        ? "no payment is late"
        : `${countOf(payments, "payment")}, the longest ${countOf(longest, "day")}`,
    isAbsence: rows.length === 0,
    good: rows.length === 0,
  };
}
