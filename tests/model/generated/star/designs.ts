import type { Literal } from "../../../../domain/model/values";
import type { Expression } from "./expressions";

/** The members of a dimension that a row refers to instead, by their places. */
export interface InsteadDesign {
  readonly whenMissing?: number;
  readonly whenNull?: number;
}

export interface ColumnDesign {
  readonly name: string;
  readonly expression: Expression;
  readonly whenNull: boolean;
  /** The name of a dimension. */
  readonly refers?: string;
  readonly instead?: InsteadDesign;
}

export interface FeedDesign {
  readonly source: number;
  readonly columns: readonly ColumnDesign[];
  readonly where?: Expression;
}

export interface ReferenceOfTable {
  readonly columns: readonly string[];
  readonly to: string;
  readonly instead?: InsteadDesign;
}

/** By column, of those that are not NULL: the value as it is declared, and as PostgreSQL prints it. */
export type MemberDesign = ReadonlyMap<string, { readonly value: Literal; readonly printed: string }>;

export interface TableDesign {
  readonly name: string;
  readonly kind: "dimension" | "fact";
  readonly key: readonly string[];
  readonly feeds: readonly FeedDesign[];
  /** References of several columns. */
  readonly references: readonly ReferenceOfTable[];
  /** Rows that no source has, of a dimension. */
  readonly members: readonly MemberDesign[];
  /** Of a dimension that keeps its history. */
  readonly history?: string;
  readonly surrogateKey: string;
  readonly currentView: string;
}

export const CALENDAR = "dim_date";
