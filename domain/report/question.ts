import { monthText } from "./months";

/** A row of a query: texts by column, as PostgreSQL gives them. */
export type Row = Readonly<Record<string, string | null>>;

/** What a reader chose to see. */
export interface Filter {
  /** ISO 4217 code */
  readonly currency: string;
  /** the first month shown; "" shows all */
  readonly since: string;
}

/** A chart as data. Bars lie, and rank what has names; columns and lines stand on months. */
export interface Chart {
  readonly kind: "columns" | "bars" | "lines";
  readonly categories: readonly string[];
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
  /** what the values are: `GBP`, `days` */
  readonly unit: string;
}

/** The numbers behind a chart, all digits, for those who want them or cannot see it. */
export interface Table {
  readonly columns: readonly { readonly title: string; readonly isNumber?: boolean }[];
  readonly rows: readonly (readonly string[])[];
}

/** A question answered. */
export interface View {
  /** One sentence. */
  readonly answer: string;
  /** none where there is nothing to draw */
  readonly chart?: Chart;
  readonly table: Table;
}

/** A question of the business, with how the page answers it from one mart. */
export interface Question {
  /** the mart that it asks */
  readonly mart: string;
  /** its name in the report, where another question asks the same mart; without one, it is the mart's */
  readonly id?: string;
  /** in the words of those who ask */
  readonly title: string;
  /** What the numbers are of, where a filter does not hold for them. */
  readonly scope?: string;
  /**
   * A query of few rows, however many the mart has.
   * @param mart its qualified name
   */
  readonly sql: (mart: string) => string;
  /** @param running the month in which the data was captured, which is not over: the text of its first day */
  readonly view: (rows: readonly Row[], filter: Filter, running?: string) => View;
}

/** The name of a question in the report: of its section, and of its rows. */
export const idOf = ({ id, mart }: Pick<Question, "id" | "mart">): string => id ?? mart;

/** How many names a ranking shows. */
export const TOP = 10;

/** What a query gives at most: a page with more could not be read, or be held in memory for sure. */
export const MOST_ROWS = 5000;

/** What a text gives at most, in characters. */
export const shorten = (column: string): string => `left(${column}, 80) AS ${column}`;

/** The first rows of each currency, by an order. */
export const topOfEachCurrency = (
  mart: string,
  { columns, order }: { readonly columns: string; readonly order: string },
): string => `
SELECT ${columns}
  FROM (SELECT *, row_number() OVER (PARTITION BY currency_code ORDER BY ${order}) AS place FROM ${mart}) AS ranked
 WHERE place <= ${TOP} ORDER BY currency_code, place LIMIT ${MOST_ROWS}`;

export const inCurrency = (rows: readonly Row[], { currency }: Filter): Row[] =>
  rows.filter(({ currency_code }) => currency_code === currency);

/** What a sentence says of the period: `in GBP since Dec 2025`, `in GBP`. */
export const ofFilter = ({ currency, since }: Filter): string =>
  since === "" ? `in ${currency}` : `in ${currency} since ${monthText(since)}`;

/** A filter for rows that the period does not change. */
export const inAllMonths = ({ currency }: Filter): Filter => ({ currency, since: "" });

export const inPeriod = (rows: readonly Row[], { since }: Filter): Row[] =>
  rows.filter(({ month }) => (month ?? "") >= since);

/** The text of a column; the empty text where there is none. */
export const textIn = (row: Row | undefined, column: string): string => row?.[column] ?? "";

/** A number of a column as text; zero where there is none. */
export const numberIn = (row: Row | undefined, column: string): string => row?.[column] ?? "0";
