import type { ColumnType } from "../../../../domain/model/types";
import type { Computation } from "./computations";
import type { SourceDesign } from "../source/sources";

/** One step from a row to the row that it refers to. */
export interface PathStep {
  readonly kind: "inner" | "left";
  /** The columns that hold the key. */
  readonly on: readonly string[];
  readonly to: number;
}

/** A value made from one column of a source table. */
export interface ReadExpression {
  readonly is: "read";
  readonly how: "copy" | "dateOf" | "timeOf" | "parsedDate" | "derive";
  readonly zone?: string;
  readonly path: readonly PathStep[];
  readonly column: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
}

/** The origin of a column of a warehouse table. */
export type Expression =
  | ReadExpression
  | { readonly is: "constant"; readonly type: ColumnType; readonly nullable: false }
  | {
      readonly is: "computed";
      readonly computation: Computation;
      readonly inputs: readonly Expression[];
      readonly type: ColumnType;
      readonly nullable: boolean;
    };

/** The source table in which a path ends. */
export const endOf = (start: number, path: readonly PathStep[]): number => path.at(-1)?.to ?? start;

/** Every read of an expression, in order. */
export const readsIn = (expression: Expression): readonly ReadExpression[] =>
  expression.is === "read"
    ? [expression]
    : expression.is === "computed"
      ? expression.inputs.flatMap(readsIn)
      : [];

/** Follows references from a table as long as there are any. */
export function followPath(
  sources: readonly SourceDesign[],
  start: number,
  drawn: readonly { readonly reference: number; readonly inner: boolean }[],
): PathStep[] {
  const path: PathStep[] = [];
  for (const { reference, inner } of drawn) {
    const references = sources[endOf(start, path)]?.references ?? [];
    const found = references[reference % Math.max(references.length, 1)];
    if (found === undefined) break;
    path.push({ kind: inner ? "inner" : "left", on: found.columns, to: found.to });
  }
  return path;
}
