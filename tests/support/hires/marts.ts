import { date, decimal, integer, text } from "../../../domain/marts/column";
import type { Mart } from "../../../domain/marts/mart";

const currency = text("ISO 4217 code of the currency of the row's money columns");
const kind = text("sale (a hire) or purchase (a repair)");

/** The money of hires and of repairs. */
const MONEY = `
  SELECT 'sale' AS kind, started_date AS day, currency_code, price AS amount FROM current_hire
   UNION ALL
  SELECT 'purchase', done_date, currency_code, cost FROM current_repair`;

export const takingsByDay: Mart = {
  name: "takings_by_day",
  question: "What did we take each day, in each currency?",
  row: "a day on which hires started, and a currency",
  note: "Hires count on the day on which they start.",
  columns: {
    day: date("day on which the hires started"),
    currency_code: currency,
    hires: integer("number of hires"),
    takings: decimal("price of the hires, in the currency of the row"),
  },
  chart: { category: "day", measures: ["takings"] },
  sql: `
SELECT d.date_id AS day, h.currency_code, count(*) AS hires, sum(h.price) AS takings
  FROM current_hire h JOIN dim_date d ON d.date_id = h.started_date
 GROUP BY 1, 2`,
  example: "SELECT day, takings FROM marts.takings_by_day WHERE currency_code = 'GBP' ORDER BY day",
};

const bestBikes: Mart = {
  name: "best_bikes",
  question: "Which bikes bring the most money, in each currency?",
  row: "a bike that was hired, and a currency",
  columns: {
    bike_id: integer("key in dim_bike"),
    frame: text("frame of the bike"),
    currency_code: currency,
    takings: decimal("price of its hires, in the currency of the row"),
  },
  chart: { category: "frame", measures: ["takings"] },
  sql: `
SELECT b.bike_id, b.frame, h.currency_code, sum(h.price) AS takings
  FROM current_hire h JOIN dim_bike b USING (bike_id)
 GROUP BY 1, 2, 3`,
  example: "SELECT frame, takings FROM marts.best_bikes WHERE currency_code = 'GBP' ORDER BY takings DESC",
};

const meanAmounts: Mart = {
  name: "mean_amounts",
  question: "How much do hires bring, and repairs cost, on average?",
  row: "a day, for hires and for repairs, and a currency",
  columns: {
    kind,
    day: date("day of the hires or repairs"),
    currency_code: currency,
    mean: decimal("average amount, in the currency of the row"),
    highest: decimal("highest amount, in the currency of the row"),
  },
  chart: { category: "day", measures: ["mean", "highest"], aggregate: "average" },
  sql: `
SELECT kind, day, currency_code, round(avg(amount), 2) AS mean, max(amount) AS highest
  FROM (${MONEY}) m
 GROUP BY 1, 2, 3`,
  example: "SELECT day, mean FROM marts.mean_amounts WHERE kind = 'sale' AND currency_code = 'GBP'",
};

const entries: Mart = {
  name: "entries",
  question: "How many hires and repairs does each currency have?",
  row: "a hire or a repair",
  columns: { kind, paid_in: text("ISO 4217 code"), day: date("its day") },
  chart: { category: "paid_in", measures: [], series: "kind" },
  sql: `SELECT kind, currency_code AS paid_in, day FROM (${MONEY}) m`,
  example: "SELECT paid_in, count(*) FROM marts.entries GROUP BY 1",
};

/** Marts with each kind of chart, of a day and of names, in one currency and of hires and repairs. */
export const hireMarts: readonly Mart[] = [takingsByDay, bestBikes, meanAmounts, entries];

/** The mart of takings with columns in another order, and one more. */
export const changedTakings: Mart = {
  ...takingsByDay,
  columns: { hires: integer("number of hires"), day: date("day of the hires"), extra: integer("always 1") },
  sql: "\nSELECT count(*) AS hires, started_date AS day, 1 AS extra FROM current_hire GROUP BY 2",
};
