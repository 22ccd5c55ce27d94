import type { Model } from "../model/model";
import { dimCounterparty } from "./tables/dim-counterparty";
import { dimCurrency } from "./tables/dim-currency";
import { dimDate } from "../model/dim-date";
import { dimDesign } from "./tables/dim-design";
import { dimLocation } from "./tables/dim-location";
import { dimPaymentType } from "./tables/dim-payment-type";
import { dimStaff } from "./tables/dim-staff";
import { dimTransaction } from "./tables/dim-transaction";
import { factPayment } from "./tables/fact-payment";
import { factPurchaseOrder } from "./tables/fact-purchase-order";
import { factSalesOrder } from "./tables/fact-sales-order";

export { marts } from "./marts/marts";
export { report } from "./report/report";

/** Three star schemas that share their dimensions. To add a table, write a file and add its name here. */
export const model: Model = {
  version: 1,
  calendar: dimDate,
  tables: [
    dimCounterparty,
    dimCurrency,
    dimDesign,
    dimLocation,
    dimPaymentType,
    dimStaff,
    dimTransaction,
    factPayment,
    factPurchaseOrder,
    factSalesOrder,
  ],
};
