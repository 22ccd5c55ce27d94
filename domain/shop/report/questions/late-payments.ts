import { amountText, countOf, countText, roundedText, sum } from "../../../report/amounts";
import {
  inCurrency,
  MOST_ROWS,
  numberIn,
  textIn,
  type Filter,
  type Question,
  type Row,
  type View,
} from "../../../report/question";

/** Days that a payment is late, from the least; the last has no end. */
const AGES = [
  { age: "1", title: "1–7 days" },
  { age: "2", title: "8–30 days" },
  { age: "3", title: "31–90 days" },
  { age: "4", title: "over 90 days" },
] as const;

const DIRECTIONS = [
  { direction: "in", title: "Owed to us" },
  { direction: "out", title: "We owe" },
] as const;

/** The rows of payments that come to us (`in`) or that we pay (`out`), and are late. */
export const lateRows = (rows: readonly Row[], direction: "in" | "out"): Row[] =>
  rows.filter((row) => row["direction"] === direction && row["age"] !== "0");

export const totalOf = (rows: readonly Row[], column: string): string =>
  sum(rows.map((row) => numberIn(row, column)));

/** What is late in both directions. Over a gap, a direction without rows is not known. */
function lateAnswer(
  owed: readonly Row[],
  owing: readonly Row[],
  { currency }: Filter,
): Pick<View, "answer" | "answerOverGap"> {
  const amountOf = (rows: readonly Row[]): string => roundedText(totalOf(rows, "amount"));
  const paymentsOf = (rows: readonly Row[]): string => countOf(totalOf(rows, "payments"), "payment");
  const owedToUs = `${currency} ${amountOf(owed)} is owed to us late, in ${paymentsOf(owed)}`;
  return {
    answer: `${owedToUs}; we owe ${amountOf(owing)} late, in ${countText(totalOf(owing, "payments"))}.`,
    ...(owing.length === 0 && { answerOverGap: `${owedToUs}; what we owe late is not known.` }),
    ...(owed.length === 0 && {
      answerOverGap: `What is owed to us late is not known; we owe ${currency} ${amountOf(owing)} late, in ${paymentsOf(owing)}.`,
    }),
  };
}

export const latePayments: Question = {
  mart: "outstanding_payments",
  title: "Which payments are late?",
  scope: "All payments that are outstanding now, whatever the period above",
  sql: (mart) => `
SELECT currency_code,
       CASE WHEN payment_type_name IN ('SALES_RECEIPT', 'PURCHASE_REFUND') THEN 'in' ELSE 'out' END AS direction,
       CASE WHEN days_late = 0 THEN 0 WHEN days_late <= 7 THEN 1 WHEN days_late <= 30 THEN 2
            WHEN days_late <= 90 THEN 3 ELSE 4 END AS age,
       count(*) AS payments, sum(amount) AS amount, max(days_late) AS days_late
  FROM ${mart} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 LIMIT ${MOST_ROWS}`,
  view: (rows, filter) => {
    const own = inCurrency(rows, filter);
    const [owed, owing] = [lateRows(own, "in"), lateRows(own, "out")];
    const cell = (direction: string, age: string): Row | undefined =>
      own.find((row) => row["direction"] === direction && row["age"] === age);
    const isLate = owed.length + owing.length > 0;
    return {
      ...(isLate ? lateAnswer(owed, owing, filter) : { answer: `No payment in ${filter.currency} is late.` }),
      isAbsence: !isLate,
      ...(isLate && {
        chart: {
          kind: "columns",
          categories: AGES.map(({ title }) => title),
          series: DIRECTIONS.map(({ direction, title }) => ({
            name: title,
            values: AGES.map(({ age }) => Number(numberIn(cell(direction, age), "amount"))),
          })),
          unit: filter.currency,
        },
      }),
      table: {
        columns: [
          { title: "Payments" },
          { title: "Late by" },
          { title: "Number", isNumber: true },
          { title: `Amount (${filter.currency})`, isNumber: true },
          { title: "Longest, days", isNumber: true, zeroIsKnown: true },
        ],
        rows: DIRECTIONS.flatMap(({ direction, title }) =>
          [{ age: "0", title: "not due yet" }, ...AGES].flatMap(({ age, title: since }) => {
            const row = cell(direction, age);
            if (row === undefined) return [];
            return [
              [
                title,
                since,
                countText(numberIn(row, "payments")),
                amountText(numberIn(row, "amount")),
                countText(textIn(row, "days_late")),
              ],
            ];
          }),
        ),
      },
    };
  },
};
