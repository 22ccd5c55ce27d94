import { boolean, date, decimal, integer, text, timestamp } from "../../marts/column";
import type { Mart } from "../../marts/mart";
import { SHARED } from "./orders";

interface Deleted {
  readonly kind: string;
  readonly fact: string;
  readonly key: string;
  readonly surrogateKey: string;
  readonly value: string;
}

/** The last version before each deletion, with the newest version of its key. If the newest is later, the order came back. */
const deleted = ({ kind, fact, key, surrogateKey, value }: Deleted): string => `
        SELECT '${kind}' AS kind, f.${key} AS order_id, d.record_id, f.created_date AS ordered_on,
               f.counterparty_id, f.currency_id, ${value} AS value, d.commit, n.newest > d.record_id AS came_back
          FROM marble_deletion d
          JOIN ${fact} f ON f.${surrogateKey} = d.record_id
          JOIN (SELECT ${key}, max(${surrogateKey}) AS newest FROM ${fact} GROUP BY 1) n USING (${key})
         WHERE d.fact = '${fact}'`;

const SALES = deleted({
  kind: "sale",
  fact: "fact_sales_order",
  key: "sales_order_id",
  surrogateKey: "sales_record_id",
  value: "f.units_sold * f.unit_price",
});
const PURCHASES = deleted({
  kind: "purchase",
  fact: "fact_purchase_order",
  key: "purchase_order_id",
  surrogateKey: "purchase_record_id",
  value: "f.item_quantity * f.item_unit_price",
});

export const deletedOrders: Mart = {
  name: "deleted_orders",
  question: "Which orders were deleted, when, and what were they worth?",
  row: "a deletion of an order",
  note: "The values come from the last version before the deletion.",
  columns: {
    kind: SHARED.kind,
    order_id: integer("sales_order_id or purchase_order_id", { zeroIsKnown: true }),
    record_id: integer("surrogate key of the last version in its fact table", { zeroIsKnown: true }),
    ordered_on: date("day on which the order was placed"),
    counterparty_legal_name: text("legal name of the counterparty"),
    currency_code: text("ISO 4217 code of the currency of the value"),
    value: decimal("units × unit price, in the currency of the row", { zeroIsKnown: true }),
    noticed_at: timestamp("when a run of the platform noticed the deletion"),
    commit: integer("number of the commit of that run", { zeroIsKnown: true }),
    came_back: boolean("whether an order with the same key has appeared since"),
  },
  chart: { category: "counterparty_legal_name", measures: ["value"], series: "kind" },
  sql: `
SELECT v.kind, v.order_id, v.record_id, v.ordered_on, p.counterparty_legal_name, c.currency_code, v.value,
       l.captured_at AS noticed_at, v.commit, v.came_back
  FROM (${SALES}
         UNION ALL${PURCHASES}) v
  JOIN dim_counterparty p USING (counterparty_id)
  JOIN dim_currency c USING (currency_id)
  JOIN marble_ledger l USING (commit)`,
  example: `
SELECT noticed_at, kind, order_id, counterparty_legal_name, value, currency_code FROM marts.deleted_orders
 WHERE NOT came_back ORDER BY noticed_at DESC LIMIT 20`,
};
