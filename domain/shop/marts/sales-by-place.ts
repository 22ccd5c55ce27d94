import { integer, text } from "../../marts/column";
import type { Mart } from "../../marts/mart";
import { SHARED } from "./orders";

export const salesByPlace: Mart = {
  name: "sales_by_place",
  question: "Which countries and cities do our sales go to?",
  row: "a country and city of agreed delivery, and a currency",
  note: "A place comes from the present address. If an address changes, its orders move, too.",
  columns: {
    country: text("country of the agreed delivery"),
    city: text("city of the agreed delivery"),
    currency_code: SHARED.currency,
    orders: SHARED.salesOrders,
    units_sold: integer("units in the orders"),
    revenue: SHARED.salesValue,
  },
  chart: { category: "country", measures: ["revenue"] },
  sql: `
SELECT l.country, l.city, c.currency_code,
       sum(o.orders)::bigint AS orders,
       sum(o.units)::bigint AS units_sold,
       sum(o.revenue) AS revenue
  FROM (SELECT agreed_delivery_location_id AS location_id, currency_id, count(*) AS orders,
               sum(units_sold) AS units, sum(units_sold * unit_price) AS revenue
          FROM current_sales_order GROUP BY 1, 2) o
  JOIN dim_location l USING (location_id)
  JOIN dim_currency c USING (currency_id)
 GROUP BY 1, 2, 3`,
  example: `
SELECT country, sum(orders) AS orders, sum(revenue) AS revenue FROM marts.sales_by_place
 WHERE currency_code = 'EUR' GROUP BY country ORDER BY revenue DESC`,
};
