import { MEANS, type Mart } from "./mart";

export const deletedOrders: Mart = {
  name: "deleted_orders",
  question: "Which orders were deleted, when, and what were they worth?",
  row: "a deletion of an order",
  note: "The values are those of the last version before the deletion.",
  columns: {
    kind: MEANS.kind,
    order_id: "sales_order_id or purchase_order_id",
    record_id: "surrogate key of the last version in its fact table",
    ordered_on: "day on which the order was placed",
    counterparty_legal_name: "legal name of the counterparty",
    currency_code: "ISO 4217 code of the currency of the value",
    value: "units × unit price, in the currency of the row",
    noticed_at: "when a run of the platform saw that the order was gone",
    commit: "number of the commit of that run",
    came_back: "whether an order with the same key has appeared since",
  },
  sql: `
SELECT v.kind, v.order_id, v.record_id, v.ordered_on, p.counterparty_legal_name, c.currency_code, v.value,
       l.captured_at AS noticed_at, v.commit, v.came_back
  FROM (SELECT 'sale' AS kind, f.sales_order_id AS order_id, d.record_id, f.created_date AS ordered_on,
               f.counterparty_id, f.currency_id, f.units_sold * f.unit_price AS value, d.commit,
               EXISTS (SELECT FROM fact_sales_order later WHERE later.sales_order_id = f.sales_order_id
                          AND later.sales_record_id > f.sales_record_id) AS came_back
          FROM marble_deletion d JOIN fact_sales_order f ON f.sales_record_id = d.record_id
         WHERE d.fact = 'fact_sales_order'
         UNION ALL
        SELECT 'purchase', f.purchase_order_id, d.record_id, f.created_date,
               f.counterparty_id, f.currency_id, f.item_quantity * f.item_unit_price, d.commit,
               EXISTS (SELECT FROM fact_purchase_order later WHERE later.purchase_order_id = f.purchase_order_id
                          AND later.purchase_record_id > f.purchase_record_id)
          FROM marble_deletion d JOIN fact_purchase_order f ON f.purchase_record_id = d.record_id
         WHERE d.fact = 'fact_purchase_order') v
  JOIN dim_counterparty p USING (counterparty_id)
  JOIN dim_currency c USING (currency_id)
  JOIN marble_ledger l USING (commit)`,
  example: `
SELECT noticed_at, kind, order_id, counterparty_legal_name, value, currency_code FROM marts.deleted_orders
 WHERE NOT came_back ORDER BY noticed_at DESC LIMIT 20`,
};
