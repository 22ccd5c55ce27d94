import { amountText } from "../../../report/amounts";
import {
  inCurrency,
  numberIn,
  shorten,
  textIn,
  topOfEachCurrency,
  type Question,
} from "../../../report/question";

export const deletedOrders: Question = {
  mart: "deleted_orders",
  title: "Which orders were deleted?",
  scope: "The ten newest deletions of orders that have not come back, whatever the period above",
  sql: (mart) =>
    topOfEachCurrency(`(SELECT * FROM ${mart} WHERE NOT came_back) AS gone`, {
      columns: `kind, order_id, ${shorten("counterparty_legal_name")}, currency_code, value,
       to_char(noticed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS noticed_on`,
      order: "noticed_at DESC, order_id",
    }),
  view: (rows, filter) => {
    const shown = inCurrency(rows, filter);
    const [newest] = shown;
    return {
      answer:
        newest === undefined
          ? `No order in ${filter.currency} is deleted.`
          : `The newest: ${textIn(newest, "kind")} ${textIn(newest, "order_id")} of ${textIn(newest, "counterparty_legal_name")}, ` +
            `worth ${filter.currency} ${amountText(numberIn(newest, "value"))}.`,
      table: {
        columns: [
          { title: "Noticed on" },
          { title: "Kind" },
          { title: "Order", isNumber: true, zeroIsKnown: true },
          { title: "Counterparty" },
          { title: `Value (${filter.currency})`, isNumber: true, zeroIsKnown: true },
        ],
        rows: shown.map((row) => [
          textIn(row, "noticed_on"),
          textIn(row, "kind"),
          textIn(row, "order_id"),
          textIn(row, "counterparty_legal_name"),
          amountText(numberIn(row, "value")),
        ]),
      },
    };
  },
};
