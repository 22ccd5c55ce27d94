import type { SourceTable } from "./source";

/** A lookup of a row of another source table by its key. */
export interface Join {
  /** "inner" drops a row without a partner; "left" gives it NULLs. */
  readonly kind: "inner" | "left";
  /** The columns that hold the key of `to`, in the order of that key. */
  readonly on: readonly string[];
  /** The parts that the declaration names, but that the key of `to` does not have; `modelProblems` reports them. */
  readonly unknownParts?: readonly string[];
  readonly to: SourceTable;
  /** The join that leads to the row with the columns `on`; undefined for the table's own row. */
  readonly via?: Join;
}

/** Identifies a join within a table: columns whose joins have the same name share the lookup. */
export const joinName = ({ kind, on, to, via }: Join): string =>
  `${via === undefined ? "" : `${joinName(via)}, `}${kind} ${JSON.stringify(on)} → ${to.name}`;

/** The joins that lead to a row, starting from the table's own row. */
export const pathOf = (join: Join): readonly Join[] => [
  ...(join.via === undefined ? [] : pathOf(join.via)),
  join,
];

/** The source table that has the columns `on` of a join. */
export const fromOf = (join: Join, own: SourceTable): SourceTable => join.via?.to ?? own;
