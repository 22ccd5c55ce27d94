import { date, integer } from "../../../domain/marts/column";
import type { Mart } from "../../../domain/marts/mart";
import { marts } from "../../../domain/declarations";

const [REVENUE] = marts;
/** The first mart with columns in another order, and one more. */
export const CHANGED: Mart = {
  ...REVENUE!,
  columns: { orders: integer("number of orders"), month: date("month"), extra: integer("always 1") },
  sql: "\nSELECT count(*) AS orders, created_date AS month, 1 AS extra FROM current_sales_order GROUP BY 2",
};
