import { integer, text, timestamp } from "../../marts/column";
import type { Mart } from "../../marts/mart";
import { SHARED } from "./orders";

interface History {
  readonly kind: string;
  readonly fact: string;
  readonly key: string;
  readonly surrogateKey: string;
}

const SALES: History = {
  kind: "sale",
  fact: "fact_sales_order",
  key: "sales_order_id",
  surrogateKey: "sales_record_id",
};
const PURCHASES: History = {
  kind: "purchase",
  fact: "fact_purchase_order",
  key: "purchase_order_id",
  surrogateKey: "purchase_record_id",
};

/** The versions of orders with several versions, each with the version before it. Most orders have one version. */
const versions = ({ kind, fact, key, surrogateKey }: History): string => `
SELECT '${kind}' AS kind, v.${key} AS order_id, v.${surrogateKey} AS record_id,
       row_number() OVER own AS version, v.last_updated_date + v.last_updated_time AS changed_at,
       to_jsonb(v) AS now, lag(to_jsonb(v)) OVER own AS before
  FROM ${fact} v
 WHERE v.${key} IN (SELECT ${key} FROM ${fact} GROUP BY 1 HAVING count(*) > 1)
WINDOW own AS (PARTITION BY v.${key} ORDER BY v.${surrogateKey})`;

export const orderChanges: Mart = {
  name: "order_changes",
  question: "Which orders changed after they were placed, and how?",
  row: "a column that a version of an order changed",
  note:
    "The rows come from the versions that a run of the platform saw, including orders that were deleted later. A version " +
    "that changed only last_updated has no row.",
  columns: {
    kind: SHARED.kind,
    order_id: integer("sales_order_id or purchase_order_id", { zeroIsKnown: true }),
    version: integer("number of the version with the change; the first version of the order is 1", {
      zeroIsKnown: true,
    }),
    record_id: integer("surrogate key of that version in its fact table", { zeroIsKnown: true }),
    changed_at: timestamp(
      "last_updated of that version, by the clock of the application, without a time zone",
    ),
    changed: text("name of the column in the fact table"),
    before: text("value in the version before, as text"),
    after: text("value in this version, as text"),
  },
  chart: { category: "changed", measures: [], series: "kind" },
  sql: `
SELECT v.kind, v.order_id, v.version, v.record_id, v.changed_at, n.key AS changed, b.value AS before, n.value AS after
  FROM ((${versions(SALES)}) UNION ALL (${versions(PURCHASES)})) v,
       jsonb_each_text(v.now) n JOIN jsonb_each_text(v.before) b USING (key)
 WHERE n.value IS DISTINCT FROM b.value
   AND n.key NOT IN ('sales_record_id', 'purchase_record_id', 'last_updated_date', 'last_updated_time')`,
  example: `
SELECT changed_at, version, changed, before, after FROM marts.order_changes
 WHERE kind = 'sale' AND order_id = 17 ORDER BY version, changed`,
};
