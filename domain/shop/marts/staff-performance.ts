import { integer, text } from "../../marts/column";
import type { Mart } from "../../marts/mart";
import { BOTH_WAYS, ORDERS, SHARED } from "./orders";

export const staffPerformance: Mart = {
  name: "staff_performance",
  question: "Who sells and buys how much?",
  row: "a member of staff with orders, and a currency",
  columns: {
    staff_id: integer("key in dim_staff", { zeroIsKnown: true }),
    staff_name: text("first and last name"),
    department_name: text("present department of the person"),
    currency_code: SHARED.currency,
    sales_orders: SHARED.salesOrders,
    sales_value: SHARED.salesValue,
    purchase_orders: SHARED.purchaseOrders,
    purchase_value: SHARED.purchaseValue,
  },
  chart: { category: "staff_name", measures: ["sales_value", "purchase_value"] },
  sql: `
SELECT s.staff_id, s.first_name || ' ' || s.last_name AS staff_name, s.department_name, c.currency_code,
       sum(o.sales_orders)::bigint AS sales_orders,
       sum(o.sales_value) AS sales_value,
       sum(o.purchase_orders)::bigint AS purchase_orders,
       sum(o.purchase_value) AS purchase_value
  FROM (SELECT staff_id, currency_id, ${BOTH_WAYS}
          FROM (${ORDERS}) AS orders GROUP BY 1, 2) o
  JOIN dim_staff s USING (staff_id)
  JOIN dim_currency c USING (currency_id)
 GROUP BY s.staff_id, s.first_name, s.last_name, s.department_name, c.currency_code`,
  example: `
SELECT staff_name, department_name, sales_orders, sales_value FROM marts.staff_performance
 WHERE currency_code = 'GBP' ORDER BY sales_value DESC LIMIT 5`,
};
