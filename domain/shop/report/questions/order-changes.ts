import { countOf, countText } from "../../../report/amounts";
import { numberIn, shorten, textIn, TOP, type Question } from "../../../report/question";

const wordsOf = (column: string): string => column.replace(/_id$/, "").replaceAll("_", " ");

export const orderChanges: Question = {
  mart: "order_changes",
  title: "What changes in orders after they are placed?",
  scope: "All sales and purchases, the first ten columns, whatever the currency and the period above",
  sql: (mart) => `
SELECT ${shorten("changed")}, count(*) FILTER (WHERE kind = 'sale') AS sales,
       count(*) FILTER (WHERE kind = 'purchase') AS purchases, count(*) AS changes
  FROM ${mart} GROUP BY changed ORDER BY changes DESC, changed LIMIT ${TOP}`,
  view: (rows) => {
    const [first] = rows;
    const values = (column: string): number[] => rows.map((row) => Number(numberIn(row, column)));
    return {
      answer:
        first === undefined
          ? "No order was changed after it was placed."
          : `Most often the ${wordsOf(textIn(first, "changed"))}: ${countOf(numberIn(first, "changes"), "time")}.`,
      ...(first !== undefined && {
        chart: {
          kind: "bars",
          categories: rows.map((row) => wordsOf(textIn(row, "changed"))),
          series: [
            { name: "Sales", values: values("sales") },
            { name: "Purchases", values: values("purchases") },
          ],
          unit: "changes",
        },
      }),
      table: {
        columns: [
          { title: "Column" },
          { title: "Changes of sales", isNumber: true },
          { title: "Changes of purchases", isNumber: true },
        ],
        rows: rows.map((row) => [
          textIn(row, "changed"),
          countText(numberIn(row, "sales")),
          countText(numberIn(row, "purchases")),
        ]),
      },
    };
  },
};
