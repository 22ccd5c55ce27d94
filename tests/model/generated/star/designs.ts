import type { Literal } from "../../../../domain/model/values";
import type { Expression } from "./expressions";

/** The members to which a row refers instead, by their positions. */
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

/** The values that are not NULL, by column, as declared and as PostgreSQL prints them. */
export type MemberDesign = ReadonlyMap<string, { readonly value: Literal; readonly printed: string }>;

export interface TableDesign {
  readonly name: string;
  readonly kind: "dimension" | "fact";
  readonly key: readonly string[];
  readonly feeds: readonly FeedDesign[];
  /** True if the keys of its source tables are never equal. Otherwise a constant in the key distinguishes them. */
  readonly keysAreDisjoint: boolean;
  /** References of several columns. */
  readonly references: readonly ReferenceOfTable[];
  /** The members of a dimension. */
  readonly members: readonly MemberDesign[];
  /** The history of a dimension, if it keeps one. */
  readonly history?: string;
  readonly surrogateKey: string;
  readonly currentView: string;
}

export const CALENDAR = "dim_date";
