import { amountText, countOf, countText, roundedText, sum } from "../../../report/amounts";
import { monthsFrom, monthSoFar } from "../../../report/months";
import {
  inCurrency,
  inPeriod,
  MOST_ROWS,
  numberIn,
  ofFilter,
  textIn,
  type Question,
} from "../../../report/question";

export const revenue: Question = {
  mart: "revenue_by_month",
  title: "How much do we sell each month?",
  isWide: true,
  sql: (mart) => `
SELECT month, currency_code, orders, units_sold, revenue, average_order
  FROM ${mart} ORDER BY month DESC, currency_code LIMIT ${MOST_ROWS}`,
  view: (rows, filter, running) => {
    const shown = inPeriod(inCurrency(rows, filter), filter);
    const byMonth = new Map(shown.map((row) => [textIn(row, "month"), row]));
    const months = monthsFrom([...byMonth.keys()]);
    const total = sum(shown.map((row) => numberIn(row, "revenue")));
    const best = shown.toSorted((a, b) => Number(b["revenue"]) - Number(a["revenue"]))[0];
    return {
      answer:
        best === undefined
          ? `No sales ${ofFilter(filter)}.`
          : `${filter.currency} ${roundedText(total)} in ${countOf(months.length, "month")}; ` +
            `the best was ${monthSoFar(textIn(best, "month"), running)} with ${roundedText(numberIn(best, "revenue"))}.`,
      ...(best !== undefined && {
        chart: {
          kind: "columns",
          categories: months.map((month) => monthSoFar(month, running)),
          series: [
            {
              name: "Revenue",
              values: months.map((month) => Number(numberIn(byMonth.get(month), "revenue"))),
            },
          ],
          unit: filter.currency,
        },
      }),
      table: {
        columns: [
          { title: "Month" },
          { title: "Orders", isNumber: true },
          { title: "Units", isNumber: true },
          { title: `Revenue (${filter.currency})`, isNumber: true },
          { title: "Average order", isNumber: true, zeroIsKnown: true },
        ],
        rows: shown
          .toSorted((a, b) => textIn(b, "month").localeCompare(textIn(a, "month")))
          .map((row) => [
            monthSoFar(textIn(row, "month"), running),
            countText(numberIn(row, "orders")),
            countText(numberIn(row, "units_sold")),
            amountText(numberIn(row, "revenue")),
            amountText(numberIn(row, "average_order")),
          ]),
      },
    };
  },
};
