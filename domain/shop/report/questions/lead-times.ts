import { countText } from "../../../report/amounts";
import { monthsFrom, monthSoFar, monthText } from "../../../report/months";
import { inPeriod, MOST_ROWS, numberIn, textIn, type Question } from "../../../report/question";

export const leadTimes: Question = {
  mart: "lead_times",
  title: "How long until a sale is delivered and paid?",
  scope: "Sales of all currencies: the currency above does not change these numbers",
  sql: (mart) => `
SELECT month, orders, days_to_delivery, days_to_agreed_payment, paid_orders, days_to_payment, paid_late
  FROM ${mart} WHERE kind = 'sale' ORDER BY month DESC LIMIT ${MOST_ROWS}`,
  view: (rows, filter, running) => {
    const shown = inPeriod(rows, filter).toSorted((a, b) =>
      textIn(b, "month").localeCompare(textIn(a, "month")),
    );
    const [newest] = shown;
    const byMonth = new Map(shown.map((row) => [textIn(row, "month"), row]));
    const months = monthsFrom([...byMonth.keys()]);
    const series = (name: string, column: string) => ({
      name,
      zeroIsKnown: true,
      values: months.map((month) => {
        const value = byMonth.get(month)?.[column];
        return value === undefined || value === null ? null : Number(value);
      }),
    });
    const days = (text: string): string => (text === "" ? "–" : countText(text));
    const late = shown.reduce((count, row) => count + Number(numberIn(row, "paid_late")), 0);
    const paid = shown.reduce((count, row) => count + Number(numberIn(row, "paid_orders")), 0);
    const delivered = `Orders of ${monthSoFar(textIn(newest, "month"), running)} are to be delivered after ${days(textIn(newest, "days_to_delivery"))} days on average.`;
    return {
      answer:
        newest === undefined
          ? `No sales${filter.since === "" ? "" : ` since ${monthText(filter.since)}`}.`
          : `${delivered} Of ${countText(paid)} paid orders ${countText(late)} were paid late.`,
      ...(late === 0 && { answerOverGap: `${delivered} It is not known how many orders were paid late.` }),
      ...(newest !== undefined && {
        chart: {
          kind: "lines",
          categories: months.map((month) => monthSoFar(month, running)),
          series: [
            series("To agreed delivery", "days_to_delivery"),
            series("To agreed payment", "days_to_agreed_payment"),
            series("To payment", "days_to_payment"),
          ],
          unit: "days",
        },
      }),
      table: {
        columns: [
          { title: "Month" },
          { title: "Orders", isNumber: true },
          { title: "Days to agreed delivery", isNumber: true, zeroIsKnown: true },
          { title: "To agreed payment", isNumber: true, zeroIsKnown: true },
          { title: "To payment", isNumber: true, zeroIsKnown: true },
          { title: "Paid", isNumber: true },
          { title: "Paid late", isNumber: true },
        ],
        rows: shown.map((row) => [
          monthSoFar(textIn(row, "month"), running),
          countText(numberIn(row, "orders")),
          days(textIn(row, "days_to_delivery")),
          days(textIn(row, "days_to_agreed_payment")),
          days(textIn(row, "days_to_payment")),
          countText(numberIn(row, "paid_orders")),
          countText(numberIn(row, "paid_late")),
        ]),
      },
    };
  },
};
