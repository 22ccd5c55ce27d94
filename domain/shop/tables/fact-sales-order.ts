import { columnsOf, references } from "../../model/columns";
import { salesOrder } from "../sources";
import { fact } from "../../model/table";

const own = columnsOf(salesOrder);

export const factSalesOrder = fact("fact_sales_order", {
  description: "Every version of every sales order.",
  source: salesOrder,
  key: "sales_order_id",
  surrogateKey: "sales_record_id",
  currentView: "current_sales_order",
  columns: {
    sales_order_id: own.copy("sales_order_id"),
    created_date: references("dim_date", own.dateOf("created_at")),
    created_time: own.timeOf("created_at"),
    last_updated_date: references("dim_date", own.dateOf("last_updated")),
    last_updated_time: own.timeOf("last_updated"),
    sales_staff_id: references("dim_staff", own.copy("staff_id")),
    counterparty_id: references("dim_counterparty", own.copy("counterparty_id")),
    units_sold: own.copy("units_sold"),
    unit_price: own.copy("unit_price"),
    currency_id: references("dim_currency", own.copy("currency_id")),
    design_id: references("dim_design", own.copy("design_id")),
    agreed_payment_date: references("dim_date", own.parsedDate("agreed_payment_date")),
    agreed_delivery_date: references("dim_date", own.parsedDate("agreed_delivery_date")),
    agreed_delivery_location_id: references("dim_location", own.copy("agreed_delivery_location_id")),
  },
});
