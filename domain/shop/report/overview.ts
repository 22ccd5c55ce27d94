import { amountText, changeText, countText } from "../../report/amounts";
import { comparedMonths, rowsSince } from "./compared-months";
import { monthText } from "../../report/months";
import { gapOf } from "../../report/page/absence";
import type { Overview } from "../../report/declaration";
import { currenciesOf } from "../../report/filters";
import { numberIn, type Row } from "../../report/question";
import { lateRows, latePayments, totalOf } from "./questions/late-payments";
import { filters } from "./filters";
import { revenue } from "./questions/revenue";
import { questions } from "./questions/questions";
import { rowsOf, type Report } from "../../report/report";

/** Is it unknown what is late? Rows that have not arrived may be late, too. */
const isUnknown = (report: Report, late: readonly Row[]): boolean =>
  report.rows[latePayments.mart] === null ||
  (late.length === 0 && gapOf(report, latePayments.mart) !== undefined);

/** All currencies side by side: they are never summed, and so never shown as one number. */
export function overviewOf(report: Report): Overview | undefined {
  const months = comparedMonths(report);
  if (months === undefined) return undefined;
  const { last, before, current } = months;
  const columns = [
    "Orders",
    monthText(last),
    monthText(before),
    "Change",
    "Since",
    "Late to us",
    "Late from us",
  ];
  return {
    title: `How did each currency do in ${monthText(last)}?`,
    scope: `Orders and revenue of ${last < current ? "the last full month" : "this month so far"}, revenue of the month before and since, and what is late now`,
    table: {
      columns: [{ title: "Currency" }, ...columns.map((title) => ({ title, isNumber: true }))],
      rows: currenciesOf(report, { questions, filters }).map((currency) => {
        const of = (mart: string): Row[] =>
          rowsOf(report, mart).filter(({ currency_code }) => currency_code === currency);
        const sales = of(revenue.mart);
        const inMonth = (month: string): Row | undefined => sales.find((row) => row["month"] === month);
        const revenueIn = (month: string): string => numberIn(inMonth(month), "revenue");
        const late = of(latePayments.mart);
        const lateText = (direction: "in" | "out"): string =>
          isUnknown(report, lateRows(late, direction))
            ? "not known"
            : amountText(totalOf(lateRows(late, direction), "amount"));
        return [
          currency,
          countText(numberIn(inMonth(last), "orders")),
          amountText(revenueIn(last)),
          amountText(revenueIn(before)),
          changeText(revenueIn(last), revenueIn(before)) ?? "–",
          amountText(totalOf(rowsSince(sales, months), "revenue")),
          lateText("in"),
          lateText("out"),
        ];
      }),
    },
  };
}
