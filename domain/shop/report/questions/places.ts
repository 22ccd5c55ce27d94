import { inAllMonths, shorten, TOP, MOST_ROWS, type Question } from "../../../report/question";
import { rankingView } from "../../../report/ranking";

export const places: Question = {
  mart: "sales_by_place",
  title: "Which countries do we sell to?",
  scope: "All sales by country of agreed delivery, the first ten, whatever the period above",
  sql: (mart) => `
SELECT ${shorten("country")}, currency_code, orders, cities, revenue
  FROM (SELECT country, currency_code, sum(orders) AS orders, count(DISTINCT city) AS cities, sum(revenue) AS revenue,
               row_number() OVER (PARTITION BY currency_code ORDER BY sum(revenue) DESC, country) AS place
          FROM ${mart} GROUP BY country, currency_code) AS ranked
 WHERE place <= ${TOP} ORDER BY currency_code, place LIMIT ${MOST_ROWS}`,
  view: (rows, filter) =>
    rankingView(rows, inAllMonths(filter), {
      name: "country",
      title: "Country",
      money: [{ column: "revenue", title: "Revenue" }],
      counts: [
        { column: "cities", title: "Cities" },
        { column: "orders", title: "Orders" },
      ],
      did: "buys most",
      of: "sales",
    }),
};
