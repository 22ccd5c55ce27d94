import { columnsOf, references } from "../../model/columns";
import { payment } from "../sources";
import { fact } from "../../model/table";

const own = columnsOf(payment);

export const factPayment = fact("fact_payment", {
  description: "Every version of every payment. Account numbers never leave the lake.",
  source: payment,
  key: "payment_id",
  surrogateKey: "payment_record_id",
  currentView: "current_payment",
  columns: {
    payment_id: own.copy("payment_id"),
    created_date: references("dim_date", own.dateOf("created_at")),
    created_time: own.timeOf("created_at"),
    last_updated_date: references("dim_date", own.dateOf("last_updated")),
    last_updated_time: own.timeOf("last_updated"),
    transaction_id: references("dim_transaction", own.copy("transaction_id")),
    counterparty_id: references("dim_counterparty", own.copy("counterparty_id")),
    payment_amount: own.copy("payment_amount"),
    currency_id: references("dim_currency", own.copy("currency_id")),
    payment_type_id: references("dim_payment_type", own.copy("payment_type_id")),
    paid: own.copy("paid"),
    payment_date: references("dim_date", own.parsedDate("payment_date")),
  },
});
