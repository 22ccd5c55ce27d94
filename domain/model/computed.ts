import type { Column } from "./columns";
import { declaredColumn, type ColumnOf, type DeclaredColumn } from "./source";
import type { ResultOf, ValueOf } from "./values";

/** The arguments of a function: NULL only for columns that may be NULL. */
export type RowOf<Inputs extends Readonly<Record<string, Column>>> = {
  readonly [Name in keyof Inputs]:
    ValueOf<Inputs[Name]["type"]> | (true extends Inputs[Name]["nullable"] ? null : never);
};

/** The result of a function: NULL only for a column that may be NULL. */
type Given<Declared extends DeclaredColumn> =
  ResultOf<ColumnOf<Declared>["type"]> | (true extends ColumnOf<Declared>["nullable"] ? null : never);

/**
 * A column made by a pure function of other columns. A decimal is rounded to the places of its type, half of
 * the last place away from zero, as PostgreSQL does. What the function throws, and a value that does not fit the
 * type, becomes the reason of the row's rejection.
 * @param type a plain type for a column that is NOT NULL, `optional(type)` for one that may be NULL
 */
export const computed = <Declared extends DeclaredColumn, Inputs extends Readonly<Record<string, Column>>>(
  type: Declared,
  inputs: Inputs,
  compute: (row: RowOf<Inputs>) => Given<Declared>,
): Column<ColumnOf<Declared>["type"], ColumnOf<Declared>["nullable"]> => {
  const { type: kind, nullable } = declaredColumn(type) as ColumnOf<Declared>;
  return { type: kind, nullable, origin: { kind: "computed", inputs, compute } };
};
