import { BOTH_WAYS, MEANS, ORDERS, type Mart } from "./mart";

export const counterpartyValue: Mart = {
  name: "counterparty_value",
  question: "What is each counterparty worth to us, as a customer and as a supplier?",
  row: "a counterparty with orders, and a currency",
  columns: {
    counterparty_id: "key in dim_counterparty",
    counterparty_legal_name: "legal name",
    counterparty_legal_country: "country of the legal address",
    currency_code: MEANS.currency,
    sales_orders: MEANS.salesOrders,
    sales_value: MEANS.salesValue,
    purchase_orders: MEANS.purchaseOrders,
    purchase_value: MEANS.purchaseValue,
    balance: "sales less purchases, in the currency of the row; below zero where we buy more than we sell",
    last_ordered_on: "day of the newest order, either way",
  },
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
