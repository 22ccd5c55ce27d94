import { inAllMonths, shorten, topOfEachCurrency, type Question } from "../../../report/question";
import { rankingView } from "../../../report/ranking";

export const designs: Question = {
  mart: "best_designs",
  title: "Which designs sell best?",
  scope: "All sales, the first ten, whatever the period above",
  sql: (mart) =>
    topOfEachCurrency(mart, {
      columns: `design_id, ${shorten("design_name")}, currency_code, orders, units_sold, revenue`,
      order: "revenue DESC, design_id",
    }),
  view: (rows, filter) =>
    rankingView(rows, inAllMonths(filter), {
      name: "design_name",
      key: "design_id",
      title: "Design",
      money: [{ column: "revenue", title: "Revenue" }],
      counts: [
        { column: "orders", title: "Orders" },
        { column: "units_sold", title: "Units" },
      ],
      did: "sells best",
      of: "sales",
    }),
};
