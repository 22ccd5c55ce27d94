import { date, integer, text } from "../../marts/column";
import { monthOf, type Mart } from "../../marts/mart";
import { BOTH_WAYS, ORDERS, SHARED } from "./orders";

export const departmentPerformance: Mart = {
  name: "department_performance",
  question: "How much does each department sell and buy, month by month?",
  row: "a department, a month in which its staff placed orders, and a currency",
  note: "An order counts for the present department of its staff member. If a person moves, earlier orders move, too.",
  columns: {
    department_name: text("name of the department"),
    month: date("first day of the month in which the orders were placed"),
    currency_code: SHARED.currency,
    staff: integer("number of people with orders in that month and currency"),
    sales_orders: SHARED.salesOrders,
    sales_value: SHARED.salesValue,
    purchase_orders: SHARED.purchaseOrders,
    purchase_value: SHARED.purchaseValue,
  },
  chart: { category: "month", measures: ["sales_value"], series: "department_name" },
  sql: `
SELECT s.department_name, ${monthOf("o.created_date")} AS month, c.currency_code,
       count(DISTINCT o.staff_id) AS staff,
       sum(o.sales_orders)::bigint AS sales_orders,
       sum(o.sales_value) AS sales_value,
       sum(o.purchase_orders)::bigint AS purchase_orders,
       sum(o.purchase_value) AS purchase_value
  FROM (SELECT staff_id, created_date, currency_id, ${BOTH_WAYS}
          FROM (${ORDERS}) AS orders GROUP BY 1, 2, 3) o
  JOIN dim_staff s USING (staff_id)
  JOIN dim_currency c USING (currency_id)
 GROUP BY 1, 2, 3`,
  example: `
SELECT department_name, sum(sales_value) AS sales_value FROM marts.department_performance
 WHERE currency_code = 'GBP' AND month >= '2024-01-01' GROUP BY department_name ORDER BY 2 DESC`,
};
