import {
  columnsOf,
  constant,
  references,
  whenNull,
  type Column,
  type ColumnsOf,
  type MembersInstead,
} from "../../../../domain/model/columns";
import { computed } from "../../../../domain/model/computed";
import { dimDate } from "../../../../domain/model/dim-date";
import type { Model } from "../../../../domain/model/model";
import type { SourceColumns, SourceTable } from "../../../../domain/model/source";
import { dimension, fact, type Feed } from "../../../../domain/model/table";
import type { ColumnType } from "../../../../domain/model/types";
import type { Expression, ReadExpression } from "./expressions";
import { literalOf } from "./literals";
import type { SourceDesign } from "../source/sources";
import type { ColumnDesign, FeedDesign, InsteadDesign, TableDesign } from "./designs";
import { memberName } from "./members";

/** The columns of some table, whose names only this test knows. */
type AnyColumns = ColumnsOf<SourceColumns, boolean>;

/** Declares the designed tables in the model language. Their order differs from the load order. */
export const declareModel = (tables: readonly TableDesign[], sources: readonly SourceDesign[]): Model => ({
  version: 1,
  calendar: dimDate,
  tables: [...tables].reverse().map((table) => declareTable(table, tables, sources)),
});

/** The columns for the parts of a key, in another order than the key. */
const holders = (key: readonly string[], columns: readonly string[]): Record<string, string> =>
  Object.fromEntries(key.map((part, place) => [part, columns[place] ?? ""] as const).reverse());

function declareTable(
  design: TableDesign,
  tables: readonly TableDesign[],
  sources: readonly SourceDesign[],
): Model["tables"][number] {
  const { name, kind, key, references: several, surrogateKey, currentView } = design;
  const [first, ...also] = design.feeds.map((feed) => declareFeed(feed, sources));
  if (first === undefined) throw new RangeError(`${name} is made from nothing`);
  const table = {
    ...first,
    description: "A generated table.",
    key,
    ...(several.length > 0 && {
      references: several.map(({ to, columns, instead }) => {
        const parent = tables.find((one) => one.name === to);
        return { to, columns: holders(parent?.key ?? [], columns), ...declareInstead(instead) };
      }),
    }),
    ...(also.length > 0 && {
      also: also.map((feed, place) => ({
        ...feed,
        columns: { ...feed.columns, ...(!design.keysAreDisjoint && originOf(place + 1)) },
      })),
    }),
    ...(design.keysAreDisjoint && { keysAreDisjoint: true }),
  };
  const members = Object.fromEntries(
    design.members.map((member, place) => [
      memberName(place),
      Object.fromEntries([...member].map(([column, { value }]) => [column, value])),
    ]),
  );
  return kind === "dimension"
    ? dimension(name, {
        ...table,
        ...(design.members.length > 0 && { members }),
        ...(design.history !== undefined && { history: design.history }),
      })
    : fact(name, { ...table, surrogateKey, currentView });
}

const declareInstead = ({ whenMissing, whenNull }: InsteadDesign = {}): MembersInstead => ({
  ...(whenMissing !== undefined && { whenMissing: memberName(whenMissing) }),
  ...(whenNull !== undefined && { whenNull: memberName(whenNull) }),
});

/** The constant that distinguishes the rows of several feeds. */
export const ORIGINS: readonly string[] = ["first", "second"];
const originOf = (place: number): Record<string, Column> => ({
  origin: constant({ kind: "text" }, ORIGINS[place] ?? ""),
});

function declareFeed({ source, columns, where }: FeedDesign, sources: readonly SourceDesign[]): Feed {
  const { contract } = sourceAt(sources, source);
  const make = (expression: Expression): Column => declareExpression(expression, contract, sources);
  const declared = columns.map((column) => [column.name, declareColumn(column, make)] as const);
  return {
    source: contract,
    columns: Object.fromEntries(declared),
    ...(where !== undefined && { where: make(where) }),
  };
}

function sourceAt(sources: readonly SourceDesign[], at: number): SourceDesign {
  const source = sources[at];
  if (source === undefined) throw new RangeError("there is no source table");
  return source;
}

function declareColumn(
  { name, expression, whenNull: replaces, refers, instead }: ColumnDesign,
  make: (expression: Expression) => Column,
): Column {
  const made = name === "origin" ? (originOf(0)["origin"] ?? make(expression)) : make(expression);
  const filled = replaces ? (whenNull(literalOf(made.type).value as never, made) as Column) : made;
  return refers === undefined ? filled : references(refers, filled, declareInstead(instead));
}

function declareExpression(
  expression: Expression,
  own: SourceTable,
  sources: readonly SourceDesign[],
): Column {
  switch (expression.is) {
    case "constant":
      return constant<ColumnType>(expression.type, literalOf(expression.type).value);
    case "read":
      return declareRead(expression, own, sources);
    case "computed": {
      const { computation, inputs } = expression;
      const named = inputs.map(
        (input, place) => [`input ${place}`, declareExpression(input, own, sources)] as const,
      );
      const first = inputs[0]?.type ?? { kind: "text" };
      return computed(
        computation.result(first),
        Object.fromEntries(named),
        (row) => computation.compute(named.map(([name]) => row[name] ?? null)) as never,
      );
    }
  }
}

function declareRead(read: ReadExpression, own: SourceTable, sources: readonly SourceDesign[]): Column {
  let columns = columnsOf(own) as AnyColumns;
  for (const { kind, on, to } of read.path) {
    const target = sourceAt(sources, to).contract;
    const [only = ""] = on;
    const holder = on.length === 1 ? only : holders(target.key, on);
    columns = (
      kind === "inner" ? columns.innerJoin(holder, target) : columns.leftJoin(holder, target)
    ) as AnyColumns;
  }
  const name = read.column as never;
  const zone = read.zone === undefined ? [] : ([{ timeZone: read.zone }] as const);
  switch (read.how) {
    case "copy":
      return columns.copy(read.column);
    case "dateOf":
      return columns.dateOf(name, ...(zone as []));
    case "timeOf":
      return columns.timeOf(name, ...(zone as []));
    case "parsedDate":
      return columns.parsedDate(name);
    case "derive":
      return columns.derive(name, derivation);
  }
}

/** A text made from another text. A text with "so" makes the function throw. */
function derivation(value: string): string {
  if (value.includes("so, ")) throw new Error("it is only so so");
  return `<${value}>`;
}
