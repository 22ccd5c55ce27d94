import type { ReportDeclaration } from "./declaration";
import { monthAfter } from "./months";
import { idOf, numberIn, textIn, type Filter } from "./question";
import { rowsOf, type Report } from "./report";

type Declared = Pick<ReportDeclaration, "questions" | "filters">;

/** The periods that a reader can choose, in months. */
const PERIODS = [6, 12, 24] as const;

/** An option of a filter: its value and its text. */
export interface Choice {
  readonly value: string;
  readonly title: string;
}

/** All currencies of the report, the first one by the declared rank; none without declared filters. */
export function currenciesOf(report: Report, { questions, filters }: Declared): string[] {
  if (filters === undefined) return [];
  const ranks = new Map<string, number>();
  for (const question of questions) {
    for (const row of rowsOf(report, idOf(question))) {
      const code = textIn(row, "currency_code");
      if (code === "") continue;
      const rank = question === filters.question ? Number(numberIn(row, filters.rankedBy)) : 0;
      ranks.set(code, (ranks.get(code) ?? 0) + rank);
    }
  }
  return [...ranks].toSorted(([a, m], [b, n]) => n - m || a.localeCompare(b)).map(([code]) => code);
}

/** The months with rows. */
function monthsOf(report: Report, { filters }: Declared): Set<string> {
  if (filters === undefined) return new Set();
  const months = rowsOf(report, idOf(filters.question)).map((row) => textIn(row, "month"));
  return new Set(months.filter((month) => month !== ""));
}

/**
 * The periods to choose from: the first month of each, "" for all months. Future months, which come from wrong dates, do
 * not count.
 */
export function periodsOf(report: Report, declared: Declared): Choice[] {
  const newest = [...monthsOf(report, declared)]
    .filter((month) => month <= report.capturedAt)
    .sort()
    .at(-1);
  const recent = newest === undefined ? [] : PERIODS.map((months) => choice(newest, months));
  return [...recent, { value: "", title: "All months" }];
}

const choice = (newest: string, months: number): Choice => ({
  value: monthAfter(newest, 1 - months),
  title: `Last ${months} months`,
});

/** The initial filter: the first currency, and twelve months, or all months if twelve have almost no rows. */
export function firstFilter(report: Report, declared: Declared): Filter {
  const since = periodsOf(report, declared).find(({ title }) => title === "Last 12 months")?.value ?? "";
  const recent = [...monthsOf(report, declared)].filter((month) => month >= since);
  return {
    currency: currenciesOf(report, declared)[0] ?? "",
    since: recent.length < 3 ? "" : since,
  };
}
