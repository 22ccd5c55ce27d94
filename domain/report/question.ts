import { monthText } from "./months";

/** A row of a query: texts by column, as PostgreSQL prints them. */
export type Row = Readonly<Record<string, string | null>>;

/** The filter that a reader chose. */
export interface Filter {
  /** ISO 4217 code; "" when the report has no currency */
  readonly currency: string;
  /** the first month shown; "" shows all */
  readonly since: string;
}

/** A number of a row, or of a chart. */
export interface Measured {
  /**
   * True if a 0 comes from rows that exist, such as a key, an attribute or an average. By default, a 0 over a table that is
   * behind or lacks rows is not known, because a sum or a count may be 0 only for want of rows.
   */
  readonly zeroIsKnown?: boolean;
}

/** A series of a chart: a value for each category. */
export interface Series extends Measured {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

/** A chart as data. Bars are horizontal and rank names; columns and lines show months. */
export interface Chart {
  readonly kind: "columns" | "bars" | "lines";
  readonly categories: readonly string[];
  readonly series: readonly Series[];
  /** the unit of the values: `GBP`, `days` */
  readonly unit: string;
}

/** A column of a table. The first column names the rows. */
export interface TableColumn extends Measured {
  readonly title: string;
  readonly isNumber?: boolean;
}

/** The exact numbers of a chart, also for readers who cannot see it. */
export interface Table {
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly string[])[];
}

/** The answer to a question. */
export interface View {
  /** One sentence. */
  readonly answer: string;
  /**
   * True if the answer says that something does not exist. By default, this is so if the table has no rows. The page does
   * not say it over a table that is behind or lacks rows.
   */
  readonly isAbsence?: boolean;
  /**
   * What the page says in place of `answer` over a table that is behind or lacks rows, if only a part of `answer` says that
   * something does not exist.
   */
  readonly answerOverGap?: string;
  /** none when there is nothing to draw */
  readonly chart?: Chart;
  readonly table: Table;
}

/** A business question, and how the page answers it from one mart. */
export interface Question {
  /** the mart that it reads */
  readonly mart: string;
  /** its name in the report, if another question reads the same mart; by default that of the mart */
  readonly id?: string;
  /** in the words of the readers */
  readonly title: string;
  /** What the numbers cover, if a filter does not apply to them. */
  readonly scope?: string;
  /** True if its section has the full width of the page. */
  readonly isWide?: boolean;
  /**
   * A query with few rows, however many the mart has.
   * @param mart its qualified name
   */
  readonly sql: (mart: string) => string;
  /** @param running the month in which the data was captured and which is not over: the text of its first day */
  readonly view: (rows: readonly Row[], filter: Filter, running?: string) => View;
}

/** The name of a question in the report, for its section and its rows. */
export const idOf = ({ id, mart }: Pick<Question, "id" | "mart">): string => id ?? mart;

/** How many names a ranking shows. */
export const TOP = 10;

/** The maximum number of rows of a query. A page with more would be unreadable and might exhaust memory. */
export const MOST_ROWS = 5000;

/** The maximum length of a text, in characters. */
export const shorten = (column: string): string => `left(${column}, 80) AS ${column}`;

/** The first rows of each currency, in an order. */
export const topOfEachCurrency = (
  mart: string,
  { columns, order }: { readonly columns: string; readonly order: string },
): string => `
SELECT ${columns}
  FROM (SELECT *, row_number() OVER (PARTITION BY currency_code ORDER BY ${order}) AS place FROM ${mart}) AS ranked
 WHERE place <= ${TOP} ORDER BY currency_code, place LIMIT ${MOST_ROWS}`;

export const inCurrency = (rows: readonly Row[], { currency }: Filter): Row[] =>
  rows.filter(({ currency_code }) => currency_code === currency);

/** The filter in a sentence: `in GBP since Dec 2025`, `in GBP`. */
export const ofFilter = ({ currency, since }: Filter): string =>
  since === "" ? `in ${currency}` : `in ${currency} since ${monthText(since)}`;

/** The filter for rows that do not depend on the period. */
export const inAllMonths = ({ currency }: Filter): Filter => ({ currency, since: "" });

export const inPeriod = (rows: readonly Row[], { since }: Filter): Row[] =>
  rows.filter(({ month }) => (month ?? "") >= since);

/** The text of a column; the empty text when there is none. */
export const textIn = (row: Row | undefined, column: string): string => row?.[column] ?? "";

/** A number of a column as text; zero when there is none. */
export const numberIn = (row: Row | undefined, column: string): string => row?.[column] ?? "0";
