import { inAllMonths, shorten, topOfEachCurrency, type Question } from "../../../report/question";
import { rankingView } from "../../../report/ranking";

export const staff: Question = {
  mart: "staff_performance",
  title: "Who sells most?",
  scope: "All orders, the first ten by sales, whatever the period above",
  sql: (mart) =>
    topOfEachCurrency(mart, {
      columns: `staff_id, ${shorten("staff_name")}, ${shorten("department_name")}, currency_code, sales_orders, sales_value`,
      order: "sales_value DESC, staff_id",
    }),
  view: (rows, filter) =>
    rankingView(rows, inAllMonths(filter), {
      name: "staff_name",
      key: "staff_id",
      title: "Name",
      texts: [{ column: "department_name", title: "Department" }],
      money: [{ column: "sales_value", title: "Sales" }],
      counts: [{ column: "sales_orders", title: "Orders" }],
      did: "sold most",
      of: "orders",
    }),
};
