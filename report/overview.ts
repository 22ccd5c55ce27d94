import { amountText, changeText, countText } from "./amounts";
import { comparedMonths } from "./headlines";
import { monthText } from "./months";
import { numberIn, type Row, type Table } from "./question";
import { lateRows, latePayments, totalOf } from "./questions/late-payments";
import { revenue } from "./questions/revenue";
import { currenciesOf, rowsOf, type Report } from "./report";

/** All currencies side by side: they are never summed, and so never shown as one number. */
export function overviewTable(report: Report): Table | undefined {
  const months = comparedMonths(report);
  if (months === undefined) return undefined;
  const columns = [
    "Orders",
    monthText(months.last),
    monthText(months.before),
    "Change",
    "Late to us",
    "Late from us",
  ];
  return {
    columns: [{ title: "Currency" }, ...columns.map((title) => ({ title, isNumber: true }))],
    rows: currenciesOf(report).map((currency) => {
      const of = (mart: string): Row[] =>
        rowsOf(report, mart).filter(({ currency_code }) => currency_code === currency);
      const inMonth = (month: string): Row | undefined =>
        of(revenue.mart).find((row) => row["month"] === month);
      const [last, before] = [inMonth(months.last), inMonth(months.before)].map((row) =>
        numberIn(row, "revenue"),
      );
      const late = of(latePayments.mart);
      return [
        currency,
        countText(numberIn(inMonth(months.last), "orders")),
        amountText(last ?? "0"),
        amountText(before ?? "0"),
        changeText(last ?? "0", before ?? "0") ?? "–",
        amountText(totalOf(lateRows(late, "in"), "amount")),
        amountText(totalOf(lateRows(late, "out"), "amount")),
      ];
    }),
  };
}
