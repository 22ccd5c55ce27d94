import { typeName } from "../../../../domain/model/types";
import { endOf, type Expression } from "./expressions";
import type { ReferenceDesign, SourceDesign } from "../source/sources";
import { CALENDAR, type FeedDesign, type TableDesign } from "./designs";

/** A table that another may refer to. */
export type Target = Pick<TableDesign, "name" | "kind" | "key"> & {
  readonly feeds: readonly Pick<FeedDesign, "source" | "columns">[];
};

/** The dimension to which a reference of a source table leads. */
export function dimensionOf<T extends Target>(
  { columns, to }: ReferenceDesign,
  tables: readonly T[],
  sources: readonly SourceDesign[],
  from: SourceDesign,
): T | undefined {
  const target = sources[to];
  const typeOf = (source: SourceDesign | undefined, name: string | undefined): string => {
    const found = source?.columns.find((column) => column.name === name);
    return found === undefined ? "" : typeName(found.kind.type);
  };
  if (!columns.every((column, place) => typeOf(from, column) === typeOf(target, target?.key[place])))
    return undefined;
  return tables.findLast(
    (table) => table.kind === "dimension" && table.feeds.length === 1 && table.feeds[0]?.source === to,
  );
}

/** The columns of a reference, in the order of the dimension's key. */
export const inOrderOf = (
  table: Target,
  columns: readonly string[],
  { to }: ReferenceDesign,
  sources: readonly SourceDesign[],
): string[] =>
  table.key.map((name) => {
    const made = table.feeds[0]?.columns.find((column) => column.name === name)?.expression;
    const place = made?.is === "read" ? (sources[to]?.key.indexOf(made.column) ?? -1) : -1;
    const column = columns[place];
    if (column === undefined) throw new RangeError(`${table.name}.${name} is not a copy of a key`);
    return column;
  });

/** The possible target of a single column: the calendar for a day, the dimension for a copy of a reference. */
export function referenceOf(
  expression: Expression,
  tables: readonly Target[],
  sources: readonly SourceDesign[],
  start: number,
): string | undefined {
  if (expression.type.kind === "date") return CALENDAR;
  if (expression.is !== "read" || expression.how !== "copy") return undefined;
  const end = sources[endOf(start, expression.path)];
  const reference = end?.references.find(
    ({ columns }) => columns.length === 1 && columns[0] === expression.column,
  );
  return reference && end && dimensionOf(reference, tables, sources, end)?.name;
}
