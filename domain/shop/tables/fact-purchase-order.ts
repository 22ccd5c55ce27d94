import { columnsOf, references } from "../../model/columns";
import { purchaseOrder } from "../sources";
import { fact } from "../../model/table";

const own = columnsOf(purchaseOrder);

export const factPurchaseOrder = fact("fact_purchase_order", {
  description: "Every version of every purchase order.",
  source: purchaseOrder,
  key: "purchase_order_id",
  surrogateKey: "purchase_record_id",
  currentView: "current_purchase_order",
  columns: {
    purchase_order_id: own.copy("purchase_order_id"),
    created_date: references("dim_date", own.dateOf("created_at")),
    created_time: own.timeOf("created_at"),
    last_updated_date: references("dim_date", own.dateOf("last_updated")),
    last_updated_time: own.timeOf("last_updated"),
    staff_id: references("dim_staff", own.copy("staff_id")),
    counterparty_id: references("dim_counterparty", own.copy("counterparty_id")),
    item_code: own.copy("item_code"),
    item_quantity: own.copy("item_quantity"),
    item_unit_price: own.copy("item_unit_price"),
    currency_id: references("dim_currency", own.copy("currency_id")),
    agreed_delivery_date: references("dim_date", own.parsedDate("agreed_delivery_date")),
    agreed_payment_date: references("dim_date", own.parsedDate("agreed_payment_date")),
    agreed_delivery_location_id: references("dim_location", own.copy("agreed_delivery_location_id")),
  },
});
