import { date, decimal, integer, text } from "../../marts/column";
import type { Mart } from "../../marts/mart";
import { BOTH_WAYS, ORDERS, SHARED } from "./orders";

export const counterpartyValue: Mart = {
  name: "counterparty_value",
  question: "What is each counterparty worth to us, as a customer and as a supplier?",
  row: "a counterparty with orders, and a currency",
  columns: {
    counterparty_id: integer("key in dim_counterparty", { zeroIsKnown: true }),
    counterparty_legal_name: text("legal name"),
    counterparty_legal_country: text("country of the legal address"),
    currency_code: SHARED.currency,
    sales_orders: SHARED.salesOrders,
    sales_value: SHARED.salesValue,
    purchase_orders: SHARED.purchaseOrders,
    purchase_value: SHARED.purchaseValue,
    balance: decimal(
      "sales minus purchases, in the currency of the row; negative if we buy more than we sell",
    ),
    last_ordered_on: date("day of the newest order, either way"),
  },
  chart: { category: "counterparty_legal_name", measures: ["sales_value", "purchase_value"] },
  sql: `
SELECT p.counterparty_id, p.counterparty_legal_name, p.counterparty_legal_country, c.currency_code,
       sum(o.sales_orders)::bigint AS sales_orders,
       sum(o.sales_value) AS sales_value,
       sum(o.purchase_orders)::bigint AS purchase_orders,
       sum(o.purchase_value) AS purchase_value,
       sum(o.sales_value) - sum(o.purchase_value) AS balance,
       max(o.last_ordered_on) AS last_ordered_on
  FROM (SELECT counterparty_id, currency_id, ${BOTH_WAYS},
               max(created_date) AS last_ordered_on
          FROM (${ORDERS}) AS orders GROUP BY 1, 2) o
  JOIN dim_counterparty p USING (counterparty_id)
  JOIN dim_currency c USING (currency_id)
 GROUP BY p.counterparty_id, p.counterparty_legal_name, p.counterparty_legal_country, c.currency_code`,
  example: `
SELECT counterparty_legal_name, sales_value, purchase_value, balance FROM marts.counterparty_value
 WHERE currency_code = 'USD' ORDER BY sales_value + purchase_value DESC LIMIT 10`,
};
