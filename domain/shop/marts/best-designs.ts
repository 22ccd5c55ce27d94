import { date, integer, text } from "../../marts/column";
import type { Mart } from "../../marts/mart";
import { SHARED } from "./orders";

export const bestDesigns: Mart = {
  name: "best_designs",
  question: "Which designs sell best, in each currency?",
  row: "a design that was ordered, and a currency",
  columns: {
    design_id: integer("key in dim_design", { zeroIsKnown: true }),
    design_name: text("name of the design"),
    currency_code: SHARED.currency,
    orders: SHARED.salesOrders,
    units_sold: integer("units in the orders"),
    revenue: SHARED.salesValue,
    revenue_rank: integer(
      "rank by revenue among all designs in this currency; 1 is the best seller, and equal designs share a rank",
      { zeroIsKnown: true },
    ),
    last_ordered_on: date("day of the newest order"),
  },
  chart: { category: "design_name", measures: ["revenue"] },
  sql: `
SELECT d.design_id, d.design_name, c.currency_code,
       sum(o.orders)::bigint AS orders,
       sum(o.units)::bigint AS units_sold,
       sum(o.revenue) AS revenue,
       rank() OVER (PARTITION BY c.currency_code ORDER BY sum(o.revenue) DESC) AS revenue_rank,
       max(o.last_ordered_on) AS last_ordered_on
  FROM (SELECT design_id, currency_id, count(*) AS orders, sum(units_sold) AS units,
               sum(units_sold * unit_price) AS revenue, max(created_date) AS last_ordered_on
          FROM current_sales_order GROUP BY 1, 2) o
  JOIN dim_design d USING (design_id)
  JOIN dim_currency c USING (currency_id)
 GROUP BY d.design_id, d.design_name, c.currency_code`,
  example: `
SELECT revenue_rank, design_name, revenue FROM marts.best_designs
 WHERE currency_code = 'GBP' ORDER BY revenue_rank LIMIT 10`,
};
