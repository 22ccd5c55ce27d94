import type { MartColumn } from "../marts/column";
import { titleOf, type Mart } from "../marts/mart";
import { identifier } from "../sql";
import { amountText, countOf, countText } from "./amounts";
import type { ReportDeclaration } from "./declaration";
import { numberIn, textIn, type Question, type Row, type Table } from "./question";

/** How many rows of a mart a plain report shows. */
export const PLAIN_ROWS = 100;

/** A report of the marts of a model without own questions: for each mart its question and its first rows. */
export const plainReport = (marts: readonly Mart[]): ReportDeclaration => ({
  questions: marts.map(plainQuestion),
});

/** The column of the number of all rows, which no mart has. */
const TOTAL = "rows of the mart";

function plainQuestion({ name, question, row, note, columns }: Mart): Question {
  const names = Object.keys(columns);
  const [first = ""] = names;
  return {
    mart: name,
    title: question,
    scope: [`A row is ${row}.`, ...(note === undefined ? [] : [note])].join(" "),
    sql: (mart) => plainSql(mart, columns),
    view: (rows) => {
      const total = numberIn(rows[0], TOTAL);
      return {
        answer:
          rows.length === 0
            ? `The mart ${name} has no rows.`
            : Number(total) === rows.length
              ? `The mart ${name} has ${countOf(total, "row")}.`
              : `The mart ${name} has ${countOf(total, "row")}. The table has the first ${countText(rows.length)}, ordered by ${titleOf(first).toLowerCase()}.`,
        table: plainTable(rows, columns),
      };
    },
  };
}

/** The first rows in the order of all columns, from left to right. The newest day and the last month come first. */
function plainSql(mart: string, columns: Mart["columns"]): string {
  const values = Object.entries(columns).map(([name, { type }]) =>
    type === "text" ? `left(${identifier(name)}, 80) AS ${identifier(name)}` : identifier(name),
  );
  const order = Object.entries(columns).map(([name, { type }]) =>
    type === "date" || type === "timestamp" ? `${identifier(name)} DESC NULLS LAST` : identifier(name),
  );
  return `
SELECT ${values.join(", ")}, count(*) OVER () AS ${identifier(TOTAL)}
  FROM ${mart} ORDER BY ${order.join(", ")} LIMIT ${PLAIN_ROWS}`;
}

function plainTable(rows: readonly Row[], columns: Mart["columns"]): Table {
  const entries = Object.entries(columns);
  return {
    columns: entries.map(([name, { type, zeroIsKnown = false }]) => ({
      title: titleOf(name),
      isNumber: type === "integer" || type === "decimal",
      zeroIsKnown,
    })),
    rows: rows.map((row) => entries.map(([name, column]) => cellText(row, name, column))),
  };
}

function cellText(row: Row, name: string, { type }: MartColumn): string {
  const text = textIn(row, name);
  if (type !== "integer" && type !== "decimal") return text;
  if (text === "") return "–";
  return type === "integer" ? countText(text) : amountText(text);
}
