import type { Expression } from "./expressions";

export interface ColumnDesign {
  readonly name: string;
  readonly expression: Expression;
  readonly whenNull: boolean;
  /** The name of a dimension. */
  readonly refers?: string;
}

export interface FeedDesign {
  readonly source: number;
  readonly columns: readonly ColumnDesign[];
  readonly where?: Expression;
}

export interface TableDesign {
  readonly name: string;
  readonly kind: "dimension" | "fact";
  readonly key: readonly string[];
  readonly feeds: readonly FeedDesign[];
  /** References of several columns. */
  readonly references: readonly { readonly columns: readonly string[]; readonly to: string }[];
  readonly surrogateKey: string;
  readonly currentView: string;
}

export const CALENDAR = "dim_date";
