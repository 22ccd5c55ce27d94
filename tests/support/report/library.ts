import { decimal, date, integer, text } from "../../../domain/marts/column";
import type { Mart } from "../../../domain/marts/mart";
import { countOf } from "../../../domain/report/amounts";
import type { ReportDeclaration } from "../../../domain/report/declaration";
import { monthSoFar } from "../../../domain/report/months";
import { plainReport } from "../../../domain/report/plain";
import { idOf, inPeriod, numberIn, textIn, type Question } from "../../../domain/report/question";
import { rowsOf } from "../../../domain/report/report";

/**
 * A business without money: a library that lends books. Its report has the parts that the engine adds to any report.
 */
const loans: Question = {
  mart: "loans_by_month",
  title: "How many books do we lend each month?",
  isWide: true,
  sql: (mart) => `SELECT month, loans FROM ${mart}`,
  view: (rows, filter, running) => {
    const shown = inPeriod(rows, filter);
    const values = shown.map((row) => Number(numberIn(row, "loans")));
    const months = shown.map((row) => monthSoFar(textIn(row, "month"), running));
    return {
      answer: `${countOf(
        values.reduce((sum, value) => sum + value, 0),
        "loan",
      )}.`,
      ...(shown.length > 0 && {
        chart: {
          kind: "columns",
          categories: months,
          series: [{ name: "Loans", values }],
          unit: "loans",
        },
      }),
      table: {
        columns: [{ title: "Month" }, { title: "Loans", isNumber: true }],
        rows: months.map((month, place) => [month, String(values[place])]),
      },
    };
  },
};

export const library: ReportDeclaration = {
  questions: [loans],
  filters: { question: loans, rankedBy: "loans" },
  newest: {
    id: "newest_loan",
    mart: "loans_by_month",
    title: "Newest loan",
    sql: (mart) => `SELECT max(day)::text AS day FROM ${mart}`,
  },
  headlines: [
    {
      question: loans,
      titles: ["Loans"],
      view: (report) => [
        {
          title: "Loans",
          value: numberIn(rowsOf(report, idOf(loans))[0], "loans"),
          detail: "as we counted",
          good: true,
        },
      ],
    },
  ],
  overview: {
    questions: [loans],
    view: (report) =>
      report.rows["loans_by_month"] === null
        ? undefined
        : {
            title: "How is each branch?",
            scope: "All branches",
            table: { columns: [{ title: "Branch" }], rows: [["Main Street"]] },
          },
  },
  notes: ["A book is lent when it leaves the building."],
};

/** Two marts of the library, for a report without declared questions. */
const libraryMarts: readonly Mart[] = [
  {
    name: "loans_by_day",
    question: "Which books were lent each day?",
    row: "a day and a book",
    note: "Renewals do not count.",
    columns: {
      day: date("day of the loans"),
      book_title: text("title of the book"),
      loans: integer("number of loans"),
      fees: decimal("fees paid"),
    },
    sql: "SELECT day, book_title, loans, fees FROM fact_loan",
    example: "SELECT * FROM marts.loans_by_day",
  },
  {
    name: "branches",
    question: "Which branches do we have?",
    row: "a branch",
    columns: { name: text("name of the branch") },
    sql: "SELECT name FROM dim_branch",
    example: "SELECT * FROM marts.branches",
  },
];

export const plainLibrary = plainReport(libraryMarts);
