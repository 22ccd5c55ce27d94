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

const UNKNOWN = "not known";

/** A cell with a number of a mart. Rows that have not arrived may prove a zero wrong. */
function cellsOf(report: Report, mart: string): (number: string, text: (number: string) => string) => string {
  const isUnread = report.rows[mart] === null;
  const hasGap = gapOf(report, mart) !== undefined;
  return (number, text) => (isUnread || (hasGap && Number(number) === 0) ? UNKNOWN : text(number));
}

/** All currencies, each with its own numbers, because the report never sums currencies. */
export function overviewOf(report: Report): Overview | undefined {
  const months = comparedMonths(report);
  if (months === undefined) return undefined;
  const { last, before, current } = months;
  const saleCell = cellsOf(report, revenue.mart);
  const lateCell = cellsOf(report, latePayments.mart);
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
        const lateIn = (direction: "in" | "out"): string => totalOf(lateRows(late, direction), "amount");
        const compared = [saleCell(revenueIn(last), amountText), saleCell(revenueIn(before), amountText)];
        return [
          currency,
          saleCell(numberIn(inMonth(last), "orders"), countText),
          ...compared,
          compared.includes(UNKNOWN) ? UNKNOWN : (changeText(revenueIn(last), revenueIn(before)) ?? "–"),
          saleCell(totalOf(rowsSince(sales, months), "revenue"), amountText),
          lateCell(lateIn("in"), amountText),
          lateCell(lateIn("out"), amountText),
        ];
      }),
    },
  };
}
