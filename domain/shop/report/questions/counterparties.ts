import { inAllMonths, shorten, topOfEachCurrency, type Question } from "../../../report/question";
import { rankingView } from "../../../report/ranking";

export const counterparties: Question = {
  mart: "counterparty_value",
  title: "Who are our largest customers?",
  scope: "All orders, the first ten by sales, whatever the period above",
  sql: (mart) =>
    topOfEachCurrency(mart, {
      columns: `counterparty_id, ${shorten("counterparty_legal_name")}, ${shorten("counterparty_legal_country")}, currency_code,
       sales_orders, sales_value, purchase_value`,
      order: "sales_value DESC, counterparty_id",
    }),
  view: (rows, filter) =>
    rankingView(rows, inAllMonths(filter), {
      name: "counterparty_legal_name",
      key: "counterparty_id",
      title: "Counterparty",
      texts: [{ column: "counterparty_legal_country", title: "Country" }],
      money: [
        { column: "sales_value", title: "Sales" },
        { column: "purchase_value", title: "Purchases" },
      ],
      counts: [{ column: "sales_orders", title: "Orders" }],
      did: "is the largest",
      of: "orders",
    }),
};
