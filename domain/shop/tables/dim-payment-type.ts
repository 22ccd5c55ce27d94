import { columnsOf } from "../../model/columns";
import { paymentType } from "../sources";
import { dimension } from "../../model/table";

const own = columnsOf(paymentType);

export const dimPaymentType = dimension("dim_payment_type", {
  description: "Receipts, payments and refunds.",
  source: paymentType,
  key: "payment_type_id",
  columns: {
    payment_type_id: own.copy("payment_type_id"),
    payment_type_name: own.copy("payment_type_name"),
  },
});
