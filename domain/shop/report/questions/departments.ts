import { sum } from "../../../report/amounts";
import {
  inCurrency,
  inPeriod,
  MOST_ROWS,
  numberIn,
  shorten,
  textIn,
  TOP,
  type Question,
  type Row,
} from "../../../report/question";
import { rankingView } from "../../../report/ranking";

const MEASURES = ["sales_orders", "sales_value", "purchase_value"] as const;

/** One row for each department, the largest sales first; all rows are of one currency. */
function totals(rows: readonly Row[]): Row[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const name = textIn(row, "department_name");
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  return [...groups.values()]
    .map((group) => ({
      department_name: textIn(group[0], "department_name"),
      currency_code: textIn(group[0], "currency_code"),
      ...Object.fromEntries(
        MEASURES.map((measure) => [measure, sum(group.map((row) => numberIn(row, measure)))]),
      ),
    }))
    .toSorted((a: Row, b: Row) => Number(b["sales_value"]) - Number(a["sales_value"]));
}

export const departments: Question = {
  mart: "department_performance",
  title: "Which departments sell and buy most?",
  sql: (mart) => `
SELECT ${shorten("department_name")}, month, currency_code, sales_orders, sales_value, purchase_value
  FROM ${mart} ORDER BY month DESC, sales_value DESC LIMIT ${MOST_ROWS}`,
  view: (rows, filter) => {
    const shown = totals(inPeriod(inCurrency(rows, filter), filter));
    return rankingView(shown.slice(0, TOP), filter, {
      name: "department_name",
      title: "Department",
      money: [
        { column: "sales_value", title: "Sales" },
        { column: "purchase_value", title: "Purchases" },
      ],
      counts: [{ column: "sales_orders", title: "Sales orders" }],
      did: "sells most",
      of: "orders",
    });
  },
};
