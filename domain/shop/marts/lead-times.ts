import { date, decimal, integer } from "../../marts/column";
import { monthOf, type Mart } from "../../marts/mart";
import { SHARED } from "./orders";

export const leadTimes: Mart = {
  name: "lead_times",
  question: "How long does it take from an order to its agreed delivery, and to its payment?",
  row: "a month in which orders were placed, for sales and for purchases",
  note:
    "An order is paid if the present version of its payment says so. The day of payment is the day (last_updated) of the " +
    "first version that says so. Averages are days, rounded to 1 decimal.",
  columns: {
    kind: SHARED.kind,
    month: date("first day of the month in which the orders were placed"),
    orders: integer("number of orders"),
    days_to_delivery: decimal("average days from order to agreed delivery", { zeroIsKnown: true }),
    longest_days_to_delivery: integer("most days from order to agreed delivery", { zeroIsKnown: true }),
    days_to_agreed_payment: decimal("average days from order to agreed payment", { zeroIsKnown: true }),
    paid_orders: integer("number of paid orders"),
    days_to_payment: decimal(
      "average days from order to payment of the paid orders; NULL without paid orders",
      { zeroIsKnown: true },
    ),
    paid_late: integer("number of orders that were paid after the agreed day"),
  },
  chart: { category: "month", measures: ["days_to_delivery", "days_to_payment"], aggregate: "average" },
  // An order has one transaction, and a transaction one payment: both are unique in the source. By day first, as
  // in revenue_by_month.
  sql: `
SELECT d.kind, ${monthOf("d.created_date")} AS month,
       sum(d.orders)::bigint AS orders,
       round(sum(d.to_delivery)::numeric / sum(d.orders), 1) AS days_to_delivery,
       max(d.longest) AS longest_days_to_delivery,
       round(sum(d.to_agreed_payment)::numeric / sum(d.orders), 1) AS days_to_agreed_payment,
       sum(d.paid)::bigint AS paid_orders,
       round(sum(d.to_payment)::numeric / NULLIF(sum(d.paid), 0), 1) AS days_to_payment,
       sum(d.paid_late)::bigint AS paid_late
  FROM (WITH paid AS (
             SELECT x.sales_order_id, x.purchase_order_id, LEAST(f.last_updated_date, v.paid_on) AS paid_on
               FROM current_payment f
               JOIN dim_transaction x USING (transaction_id)
               LEFT JOIN (SELECT payment_id, min(last_updated_date) AS paid_on
                            FROM fact_payment WHERE paid GROUP BY 1 HAVING count(*) > 1) v USING (payment_id)
              WHERE f.paid)
        SELECT kind, created_date, count(*) AS orders,
               sum(agreed_delivery_date - created_date) AS to_delivery,
               max(agreed_delivery_date - created_date) AS longest,
               sum(agreed_payment_date - created_date) AS to_agreed_payment,
               count(paid_on) AS paid, sum(paid_on - created_date) AS to_payment,
               count(*) FILTER (WHERE paid_on > agreed_payment_date) AS paid_late
          FROM (SELECT 'sale' AS kind, o.created_date, o.agreed_delivery_date, o.agreed_payment_date, p.paid_on
                  FROM current_sales_order o LEFT JOIN paid p ON p.sales_order_id = o.sales_order_id
                 UNION ALL
                SELECT 'purchase', o.created_date, o.agreed_delivery_date, o.agreed_payment_date, p.paid_on
                  FROM current_purchase_order o LEFT JOIN paid p ON p.purchase_order_id = o.purchase_order_id) orders
         GROUP BY 1, 2) d
 GROUP BY 1, 2`,
  example: `
SELECT month, days_to_delivery, days_to_payment, paid_late FROM marts.lead_times
 WHERE kind = 'sale' ORDER BY month DESC LIMIT 12`,
};
