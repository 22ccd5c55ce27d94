import type { ReportDeclaration } from "../../report/declaration";
import { filters } from "./filters";
import { headlines } from "./headlines";
import { newestOrder } from "./newest-order";
import { overviewOf } from "./overview";
import { latePayments } from "./questions/late-payments";
import { questions } from "./questions/questions";
import { revenue } from "./questions/revenue";

/** The business report of the shop. */
export const report: ReportDeclaration = {
  questions,
  filters,
  newest: newestOrder,
  headlines,
  overview: { questions: [revenue, latePayments], view: overviewOf },
  notes: [
    "Money is never summed across currencies.",
    "Months are those of the source's clock; what is late is counted to the day on which the report was made, in UTC.",
  ],
};
