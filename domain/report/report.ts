import { questions } from "../shop/report/questions/questions";
import { revenue } from "../shop/report/questions/revenue";
import { monthAfter } from "./months";
import { idOf, numberIn, textIn, type Filter, type Row } from "./question";

/** The content of a report: what the warehouse had in one transaction. */
export interface Report {
  /** the newest loaded commit */
  readonly commit: number;
  /** when its data was captured from the source, ISO 8601 in UTC */
  readonly capturedAt: string;
  /** when the report was made, likewise */
  readonly madeAt: string;
  /** The rows by the name of their question; null when its mart could not be read. */
  readonly rows: Readonly<Record<string, readonly Row[] | null>>;
  /** The tables of the warehouse that are behind, by name; undefined when the warehouse does not know. */
  readonly behind?: Readonly<Record<string, TableBehind>>;
  /** The tables of the warehouse that lack rows, by name; undefined when the warehouse does not know. */
  readonly lacking?: Readonly<Record<string, RowsLacking>>;
  /** The tables of the warehouse that each mart reads. */
  readonly reads?: Readonly<Record<string, readonly string[]>>;
}

/** A table of the warehouse that does not show the state of the source at `capturedAt`. */
export interface TableBehind {
  /** the time whose state it shows, ISO 8601 in UTC; null when it never got a row */
  readonly asOf: string | null;
  /** since when it is behind, likewise */
  readonly since: string | null;
  readonly reason: string;
}

/** The rows that a table of the warehouse lacks. */
export interface RowsLacking {
  /** Rows of its sources that were rejected and are still missing. */
  readonly rejected: number;
  /** Rows that wait for a row that they refer to. */
  readonly waiting: number;
}

/** The tables that a mart reads and that are behind. */
export const behindOf = ({ behind = {}, reads = {} }: Report, mart: string): [string, TableBehind][] =>
  ofTables(behind, reads[mart]);

/** The tables that a mart reads and that lack rows. */
export const lackingOf = ({ lacking = {}, reads = {} }: Report, mart: string): [string, RowsLacking][] =>
  ofTables(lacking, reads[mart]);

const ofTables = <T>(found: Readonly<Record<string, T>>, tables: readonly string[] = []): [string, T][] =>
  Object.entries(found).filter(([table]) => tables.includes(table));

/** The periods that a reader can choose, in months. */
export const PERIODS = [6, 12, 24] as const;

/** An option of a filter: its value and its text. */
export interface Choice {
  readonly value: string;
  readonly title: string;
}

export const rowsOf = ({ rows }: Report, question: string): readonly Row[] => rows[question] ?? [];

/** All currencies of the report, the one with the most sales orders first. */
export function currenciesOf(report: Report): string[] {
  const orders = new Map<string, number>();
  for (const question of questions) {
    for (const row of rowsOf(report, idOf(question))) {
      const code = textIn(row, "currency_code");
      if (code === "") continue;
      orders.set(
        code,
        (orders.get(code) ?? 0) + (question === revenue ? Number(numberIn(row, "orders")) : 0),
      );
    }
  }
  return [...orders].toSorted(([a, m], [b, n]) => n - m || a.localeCompare(b)).map(([code]) => code);
}

/** The newest month with sales. Future months, which come from wrong dates, do not count. */
const newestMonth = (report: Report): string | undefined =>
  rowsOf(report, revenue.mart)
    .map((row) => textIn(row, "month"))
    .filter((month) => month <= report.capturedAt)
    .sort()
    .at(-1);

/** The periods to choose from: the first month of each, "" for all months. */
export function periodsOf(report: Report): Choice[] {
  const newest = newestMonth(report);
  const recent = newest === undefined ? [] : PERIODS.map((months) => choice(newest, months));
  return [...recent, { value: "", title: "All months" }];
}

const choice = (newest: string, months: number): Choice => ({
  value: monthAfter(newest, 1 - months),
  title: `Last ${months} months`,
});

/**
 * The initial filter: the currency with the most orders, and twelve months, or all months if twelve have almost no
 * orders.
 */
export function firstFilter(report: Report): Filter {
  const since = periodsOf(report).find(({ title }) => title === "Last 12 months")?.value ?? "";
  const months = new Set(rowsOf(report, revenue.mart).map((row) => textIn(row, "month")));
  const recent = [...months].filter((month) => month >= since);
  return { currency: currenciesOf(report)[0] ?? "", since: recent.length < 3 ? "" : since };
}
