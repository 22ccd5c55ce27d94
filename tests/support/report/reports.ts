import type { Row } from "../../../domain/report/question";
import type { Report } from "../../../domain/report/report";

/** A month of sales in a currency, as the mart has it. */
export const sales = (month: string, revenue: string, orders = "1", currency_code = "GBP"): Row => ({
  month,
  currency_code,
  orders,
  units_sold: orders,
  revenue,
  average_order: revenue,
});

/** A report of marts with only the given rows. */
export const reportOf = (capturedAt: string, rows: Report["rows"]): Report => ({
  commit: 7,
  capturedAt,
  madeAt: capturedAt,
  rows,
});
