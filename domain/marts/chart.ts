/** A chart of a mart, in the names of its columns. */
export interface MartChart {
  /** The values of the axis: dates, as months, or names. */
  readonly category: string;
  /** What is drawn of each category, next to each other; an empty list counts rows. */
  readonly measures: readonly string[];
  /** How several rows become one value; their sum by default. */
  readonly aggregate?: "sum" | "average";
  /** A column whose values have a colour each, for one measure or none. */
  readonly series?: string;
}

/** Columns that part the rows of a mart: numbers of two currencies, or of sales and purchases, are never one. */
export const PARTITION_COLUMNS = ["currency_code", "kind"] as const;
