/** A chart of a mart, with the names of its columns. */
export interface MartChart {
  /** The values of the axis: dates, as months, or names. */
  readonly category: string;
  /** The measures of each category, drawn next to each other; an empty list counts rows. */
  readonly measures: readonly string[];
  /** How several rows become one value; their sum by default. */
  readonly aggregate?: "sum" | "average";
  /** A column with one colour for each of its values, for at most one measure. */
  readonly series?: string;
}

/** Columns that partition the rows of a mart. Never add up two currencies, or sales and purchases. */
export const PARTITION_COLUMNS = ["currency_code", "kind"] as const;
