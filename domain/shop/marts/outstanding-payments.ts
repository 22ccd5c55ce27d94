import { date, decimal, integer, text } from "../../marts/column";
import { type Mart } from "../../marts/mart";

export const outstandingPayments: Mart = {
  name: "outstanding_payments",
  question: "Which payments are outstanding, and which of them are late?",
  row: "a payment that is not paid",
  note: "The days are counted to the present day in UTC. lead_times counts payments that were paid late.",
  columns: {
    payment_id: integer("key of the payment", { zeroIsKnown: true }),
    payment_type_name: text(
      "we receive SALES_RECEIPT and PURCHASE_REFUND, and pay PURCHASE_PAYMENT and SALES_REFUND",
    ),
    counterparty_id: integer("key in dim_counterparty", { zeroIsKnown: true }),
    counterparty_legal_name: text("legal name of the counterparty"),
    sales_order_id: integer("sales order of the payment; NULL for a purchase", { zeroIsKnown: true }),
    purchase_order_id: integer("purchase order of the payment; NULL for a sale", { zeroIsKnown: true }),
    currency_code: text("ISO 4217 code of the currency of the amount"),
    amount: decimal("amount due, in the currency of the row", { zeroIsKnown: true }),
    due_on: date("due date"),
    days_late: integer("days since the due date; 0 if the payment is not late", { zeroIsKnown: true }),
  },
  chart: { category: "payment_type_name", measures: ["amount"] },
  sql: `
SELECT f.payment_id, t.payment_type_name, f.counterparty_id, p.counterparty_legal_name,
       x.sales_order_id, x.purchase_order_id, c.currency_code, f.payment_amount AS amount,
       f.payment_date AS due_on,
       GREATEST((now() AT TIME ZONE 'UTC')::date - f.payment_date, 0) AS days_late
  FROM current_payment f
  JOIN dim_payment_type t USING (payment_type_id)
  JOIN dim_counterparty p ON p.counterparty_id = f.counterparty_id
  JOIN dim_transaction x USING (transaction_id)
  JOIN dim_currency c USING (currency_id)
 WHERE NOT f.paid`,
  example: `
SELECT counterparty_legal_name, currency_code, count(*) AS payments, sum(amount) AS amount, max(days_late) AS days_late
  FROM marts.outstanding_payments WHERE days_late > 0 AND payment_type_name = 'SALES_RECEIPT'
 GROUP BY 1, 2 ORDER BY days_late DESC`,
};
