import type { Mart } from "../../domain/marts/mart";

/** What a chart of a mart draws: columns of it. */
export interface MartChart {
  /** what stands along the axis: months, or names */
  readonly along: string;
  /** what is added up; undefined counts rows */
  readonly measure: string | undefined;
  /** what has a colour each, and can be filtered */
  readonly series: string;
}

/** Columns that part a mart's rows, in this order: numbers of two currencies are never one. */
const SERIES = ["currency_code", "kind"];

/**
 * The chart that answers a mart's question: its first amount, along its first month or name, in a colour for each
 * currency or kind. So a new mart has one as well.
 *
 * @throws Error for a mart that has no such columns
 */
export function chartOf({ name, columns }: Mart): MartChart {
  const entries = Object.entries(columns);
  const series = SERIES.find((column) => column in columns);
  const along = entries.find(
    ([column, { type }]) =>
      (type === "date" && column === "month") || (type === "text" && !SERIES.includes(column)),
  )?.[0];
  if (series === undefined || along === undefined) {
    throw new Error(
      `QuickSight cannot draw the mart ${name}: it needs a column ${SERIES.join(" or ")}, and a month or a text.`,
    );
  }
  return { along, series, measure: entries.find(([, { type }]) => type === "decimal")?.[0] };
}
