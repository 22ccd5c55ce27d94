import { inAllMonths, shorten, topOfEachCurrency, type Question } from "../../../report/question";
import { rankingView } from "../../../report/ranking";

export const whoOwes: Question = {
  id: "who_owes",
  mart: "outstanding_payments",
  title: "Who owes us, and since when?",
  scope: "Payments to us that are late now, the first ten by amount, whatever the period above",
  sql: (mart) =>
    topOfEachCurrency(
      `(SELECT counterparty_id, counterparty_legal_name, currency_code, count(*) AS payments, sum(amount) AS amount,
               min(due_on) AS due_on, max(days_late) AS days_late
          FROM ${mart} WHERE days_late > 0 AND payment_type_name IN ('SALES_RECEIPT', 'PURCHASE_REFUND')
         GROUP BY 1, 2, 3) AS owing`,
      {
        columns: `counterparty_id, ${shorten("counterparty_legal_name")}, currency_code, payments, amount,
       due_on::text AS due_on, days_late`,
        order: "amount DESC, counterparty_id",
      },
    ),
  view: (rows, filter) =>
    rankingView(rows, inAllMonths(filter), {
      name: "counterparty_legal_name",
      key: "counterparty_id",
      title: "Counterparty",
      texts: [{ column: "due_on", title: "Since" }],
      money: [{ column: "amount", title: "Owed" }],
      counts: [
        { column: "payments", title: "Payments" },
        { column: "days_late", title: "Longest, days" },
      ],
      did: "owes most",
      of: "late payments",
    }),
};
