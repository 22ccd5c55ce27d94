import type { MartChart } from "./chart";
import type { MartColumn } from "./column";

/**
 * A mart: a view that answers one business question from the star schemas. It is declared with the names of the model.
 * `createMart` replaces them with the names of the warehouse.
 *
 * Values are exact: money is `numeric`, and never summed across currencies.
 */
export interface Mart {
  readonly name: string;
  /** In the words of the users. */
  readonly question: string;
  /** The meaning of one row. */
  readonly row: string;
  /** What readers have to know to interpret the numbers. */
  readonly note?: string;
  /** In the order of the view. */
  readonly columns: Readonly<Record<string, MartColumn>>;
  /** The chart that answers the question, for tools that draw charts. */
  readonly chart?: MartChart;
  /**
   * A SELECT, which may have a WITH. It reads tables of the model, the `current_*` views of facts, and the bookkeeping
   * tables of load.
   */
  readonly sql: string;
  /** An example query on the mart. */
  readonly example: string;
}

/** The first day of a date's month, independent of the session's time zone. */
export const monthOf = (day: string): string => `date_trunc('month', ${day}::timestamp)::date`;

/** `revenue_by_month` as a title: Revenue by month. */
export function titleOf(name: string): string {
  const words = name.replaceAll("_", " ");
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
}
