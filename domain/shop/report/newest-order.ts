import type { NewestDeclaration } from "../../report/declaration";

/** The day of the newest sales order, of any currency. Each order has a design. */
export const newestOrder: NewestDeclaration = {
  id: "newest_order",
  mart: "best_designs",
  title: "Newest sales order",
  sql: (mart) => `SELECT max(last_ordered_on)::text AS day FROM ${mart}`,
};
