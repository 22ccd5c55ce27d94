import type { Table } from "./question";

/** The beginning of a formula in a spreadsheet. */
const FORMULA = /^[=+\-@\t\r]/;

/** A number that is not known. */
export const UNKNOWN_NUMBER = "?";

/** The text of a number as programs read it: `1234.50`, `-4.2`. It is empty if the number is missing or not known. */
const numberText = (cell: string): string =>
  cell === "–" || cell === UNKNOWN_NUMBER
    ? ""
    : cell.replaceAll(",", "").replace("−", "-").replace(/^±/, "").replace(/ %$/, "");

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/**
 * A table as CSV (RFC 4180), with a header. Numbers have all digits and no commas. An apostrophe precedes a text that a
 * spreadsheet would read as a formula.
 */
export function tableCsv({ columns, rows }: Table): string {
  const cellText = (cell: string, index: number): string => {
    if (columns[index]?.isNumber) return numberText(cell);
    return quoted(FORMULA.test(cell) ? `'${cell}` : cell);
  };
  const head = columns.map(({ title }) => quoted(title));
  return [head, ...rows.map((row) => row.map(cellText))].map((line) => `${line.join(",")}\r\n`).join("");
}

/**
 * A table whose zeros and missing numbers are not known. Rows that have not arrived may prove them wrong. The first column
 * names the rows, and a change of ±0 % compares numbers that exist, so these are known.
 */
export const withoutZeros = ({ columns, rows }: Table): Table => ({
  columns,
  rows: rows.map((row) =>
    row.map((cell, index) => {
      const column = columns[index];
      if (index === 0 || column?.isNumber !== true || cell.startsWith("±")) return cell;
      const number = numberText(cell);
      const isUnknown = number === "" || (Number(number) === 0 && column.zeroIsKnown !== true);
      return isUnknown ? UNKNOWN_NUMBER : cell;
    }),
  ),
});

/** How a column is sorted. */
interface Order {
  readonly column: number;
  readonly descending: boolean;
}

/** The row indexes of a table in an order. Rows without a value come last in both directions. */
export function orderOf({ columns, rows }: Table, { column, descending }: Order): number[] {
  const isNumber = columns[column]?.isNumber === true;
  const cells = rows.map((row) => row[column] ?? "");
  const values = cells.map((cell) => (isNumber ? numberText(cell) : cell));
  const compare = (a: string, b: string): number =>
    isNumber ? Number(a) - Number(b) : a.localeCompare(b, "en-GB");
  return rows
    .map((_, place) => place)
    .toSorted((a, b) => {
      const [one = "", other = ""] = [values[a], values[b]];
      if (one === "" || other === "") return Number(one === "") - Number(other === "") || a - b;
      return (descending ? compare(other, one) : compare(one, other)) || a - b;
    });
}
