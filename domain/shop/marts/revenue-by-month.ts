import { date, decimal, integer } from "../../marts/column";
import { monthOf, type Mart } from "../../marts/mart";
import { SHARED } from "./orders";

export const revenueByMonth: Mart = {
  name: "revenue_by_month",
  question: "What did we sell each month, in each currency?",
  row: "a month in which sales orders were placed, and a currency",
  note: "Revenue is the value of the orders. Refunds are payments and do not reduce it.",
  columns: {
    month: date("first day of the month in which the orders were placed"),
    currency_code: SHARED.currency,
    orders: SHARED.salesOrders,
    units_sold: integer("units in the orders"),
    revenue: SHARED.salesValue,
    average_order: decimal("revenue per order, in the currency of the row, rounded to 2 decimals", {
      zeroIsKnown: true,
    }),
  },
  chart: { category: "month", measures: ["revenue"] },
  // By day first: a hash of few days and currencies, where a sort of all orders by month would spill.
  sql: `
SELECT ${monthOf("o.created_date")} AS month, c.currency_code,
       sum(o.orders)::bigint AS orders,
       sum(o.units)::bigint AS units_sold,
       sum(o.revenue) AS revenue,
       round(sum(o.revenue) / sum(o.orders), 2) AS average_order
  FROM (SELECT created_date, currency_id, count(*) AS orders, sum(units_sold) AS units,
               sum(units_sold * unit_price) AS revenue
          FROM current_sales_order GROUP BY 1, 2) o
  JOIN dim_currency c USING (currency_id)
 GROUP BY 1, 2`,
  example: `
SELECT month, revenue FROM marts.revenue_by_month
 WHERE currency_code = 'GBP' ORDER BY month DESC LIMIT 12`,
};
