import { columnsOf } from "../../model/columns";
import { transaction } from "../sources";
import { dimension } from "../../model/table";

const own = columnsOf(transaction);

export const dimTransaction = dimension("dim_transaction", {
  description: "What a payment is for: one sales order or one purchase order.",
  source: transaction,
  key: "transaction_id",
  columns: {
    transaction_id: own.copy("transaction_id"),
    transaction_type: own.copy("transaction_type"),
    sales_order_id: own.copy("sales_order_id"),
    purchase_order_id: own.copy("purchase_order_id"),
  },
});
