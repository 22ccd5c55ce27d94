import { decimal, integer, text } from "../../marts/column";

/** Columns that have the same meaning in every mart of the shop. */
export const SHARED = {
  kind: text("sale or purchase"),
  currency: text("ISO 4217 code of the currency of the row's money columns"),
  salesOrders: integer("number of sales orders"),
  salesValue: decimal("units × unit price of the sales orders, in the currency of the row"),
  purchaseOrders: integer("number of purchase orders"),
  purchaseValue: decimal("quantity × unit price of the purchase orders, in the currency of the row"),
} as const;

/** The current orders of both kinds, without deleted orders. */
export const ORDERS = `
  SELECT 'sale' AS kind, sales_order_id AS order_id, sales_staff_id AS staff_id, counterparty_id, currency_id,
         created_date, agreed_delivery_date, agreed_payment_date, units_sold * unit_price AS value
    FROM current_sales_order
   UNION ALL
  SELECT 'purchase', purchase_order_id, staff_id, counterparty_id, currency_id,
         created_date, agreed_delivery_date, agreed_payment_date, item_quantity * item_unit_price
    FROM current_purchase_order`;

/** The four measures of orders of both kinds. */
export const BOTH_WAYS = `count(*) FILTER (WHERE kind = 'sale') AS sales_orders,
         COALESCE(sum(value) FILTER (WHERE kind = 'sale'), 0.00) AS sales_value,
         count(*) FILTER (WHERE kind = 'purchase') AS purchase_orders,
         COALESCE(sum(value) FILTER (WHERE kind = 'purchase'), 0.00) AS purchase_value`;
