import fc from "fast-check";
import { declaredColumn } from "../../../domain/model/source";
import { boolean, date, text, time, typeName, type ColumnType } from "../../../domain/model/types";
import { COMPUTATIONS, type Computation } from "./computations";
import { endOf, followPath, type Expression, type PathStep, type ReadExpression } from "./expressions";
import { oneOf, looseForm, drawnName, nameGiver, type DrawnName, type NameGiver } from "./names";
import type { ReferenceDesign, SourceDesign } from "./sources";

const pick = fc.nat(999);

interface DrawnColumn {
  readonly name: DrawnName;
  readonly path: readonly { readonly reference: number; readonly inner: boolean }[];
  readonly how: number;
  readonly column: number;
  readonly other: number;
  readonly whenNull: boolean;
  readonly refers: boolean;
}

/** A warehouse table as it is drawn: numbers pick, modulo what there is. */
interface DrawnTable {
  readonly name: DrawnName;
  readonly view: DrawnName;
  readonly surrogate: DrawnName;
  readonly isFact: boolean;
  readonly source: number;
  readonly keyNames: readonly DrawnName[];
  readonly reverseKey: boolean;
  readonly refers: boolean;
  readonly columns: readonly DrawnColumn[];
  readonly where: number | null;
  /** Rows come a second time, told apart by a constant in the key. */
  readonly also: number | null;
}

const drawnColumn: fc.Arbitrary<DrawnColumn> = fc.record({
  name: drawnName,
  path: fc.array(fc.record({ reference: pick, inner: fc.boolean() }), { maxLength: 3 }),
  how: pick,
  column: pick,
  other: pick,
  whenNull: fc.boolean(),
  refers: fc.boolean(),
});

const drawnTable: fc.Arbitrary<DrawnTable> = fc.record({
  name: drawnName,
  view: drawnName,
  surrogate: drawnName,
  isFact: fc.boolean(),
  source: pick,
  keyNames: fc.array(drawnName, { minLength: 1, maxLength: 4 }),
  reverseKey: fc.boolean(),
  refers: fc.nat(3).map((drawn) => drawn > 0),
  columns: fc.array(drawnColumn, { maxLength: 5 }),
  where: oneOf(3, pick),
  also: oneOf(6, pick),
});

export const drawnTables = fc.array(drawnTable, { minLength: 1, maxLength: 5 });

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

/** Dimensions first: a table refers to those before it, and to itself. */
export function designTables(drawn: readonly DrawnTable[], sources: readonly SourceDesign[]): TableDesign[] {
  const names = nameGiver(looseForm, [
    CALENDAR,
    ...["ledger", "batch", "deletion", "orphan", "source", "lineage", "table"].map(
      (name) => `marble_${name}`,
    ),
  ]);
  const tables: TableDesign[] = [];
  const ordered = [...drawn.filter(({ isFact }) => !isFact), ...drawn.filter(({ isFact }) => isFact)];
  for (const table of ordered)
    tables.push(designTable(table, { names, index: tables.length, sources, tables }));
  return tables;
}

interface Design {
  readonly names: NameGiver;
  readonly index: number;
  readonly sources: readonly SourceDesign[];
  readonly tables: readonly TableDesign[];
}

function designTable(drawn: DrawnTable, design: Design): TableDesign {
  const { names, index, sources, tables } = design;
  const kind = drawn.isFact ? "fact" : "dimension";
  const name = names.give(drawn.name, `${kind === "fact" ? "fact" : "dim"}_${index}`);
  // Dimensions of many source tables, so that others can refer to them.
  const at = (kind === "dimension" && drawn.source % 4 > 0 ? index : drawn.source) % sources.length;
  const source = sources[at];
  if (source === undefined) throw new RangeError("there is no source table");
  const columnNames = nameGiver();
  const surrogateKey = columnNames.give(drawn.surrogate, "record_number");
  const keyColumns = source.key.map((column, place): ColumnDesign => {
    const given = columnNames.give(drawn.keyNames[place % drawn.keyNames.length] ?? null, `key_${place}`);
    return { name: given, expression: readOf(sources, at, [], column), whenNull: false };
  });
  const twice = drawn.also !== null;
  const constant: ColumnDesign = {
    name: columnNames.give(null, "origin"),
    expression: { is: "constant", type: text, nullable: false },
    whenNull: false,
  };
  const own = twice ? [constant, ...keyColumns] : keyColumns;
  const key = (drawn.reverseKey ? [...own].reverse() : own).map((column) => column.name);
  const itself: Target = { name, kind, key, feeds: [{ source: at, columns: own }] };
  const targets: readonly Target[] = kind === "dimension" && !twice ? [...tables, itself] : tables;
  const references: { columns: readonly string[]; to: string }[] = [];
  const others: ColumnDesign[] = [];
  if (drawn.refers)
    for (const [place, reference] of source.references.entries()) {
      const to = dimensionOf(reference, targets, sources, source);
      if (to === undefined) continue;
      const columns = reference.columns.map((column, part) => {
        const inKey = keyColumns.find(
          ({ expression }) => expression.is === "read" && expression.column === column,
        );
        if (inKey !== undefined) return inKey.name;
        const made = columnNames.give(null, `ref_${place}_${part}`);
        others.push({ name: made, expression: readOf(sources, at, [], column), whenNull: false });
        return made;
      });
      references.push({ columns: inOrderOf(to, columns, reference, sources), to: to.name });
    }
  for (const [place, column] of drawn.columns.entries()) {
    const expression = expressionOf(column, at, sources);
    const given = columnNames.give(column.name, `col_${place}`);
    const refers = column.refers ? referenceOf(expression, targets, sources, at) : undefined;
    others.push({
      name: given,
      expression,
      whenNull: column.whenNull,
      ...(refers !== undefined && { refers }),
    });
  }
  const single = references.filter(({ columns }) => columns.length === 1);
  const columns = inObjectOrder([...own, ...others]).map((column) => {
    const to = single.find((reference) => reference.columns[0] === column.name)?.to;
    return to === undefined ? column : { ...column, refers: to };
  });
  const feed = (where: number | null): FeedDesign => {
    const condition = where === null ? undefined : conditionOf(where, at, sources);
    return { source: at, columns, ...(condition !== undefined && { where: condition }) };
  };
  return {
    name,
    kind,
    key,
    feeds: twice ? [feed(drawn.where), feed(drawn.also)] : [feed(drawn.where)],
    references: references.filter((reference) => reference.columns.length > 1),
    surrogateKey,
    currentView: kind === "fact" ? names.give(drawn.view, `current_${index}`) : "",
  };
}

/** A declaration is an object: names such as "7" come first in it, whatever their place. */
function inObjectOrder(columns: readonly ColumnDesign[]): ColumnDesign[] {
  const order = Object.keys(Object.fromEntries(columns.map(({ name }) => [name, 0])));
  return [...columns].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
}

type Target = Pick<TableDesign, "name" | "kind" | "key"> & {
  readonly feeds: readonly Pick<FeedDesign, "source" | "columns">[];
};

/** Copies a column of the table in which a path ends. */
function readOf(
  sources: readonly SourceDesign[],
  start: number,
  path: readonly PathStep[],
  column: string,
): ReadExpression {
  const found = sources[endOf(start, path)]?.columns.find(({ name }) => name === column);
  if (found === undefined) throw new RangeError(`there is no column ${column}`);
  const nullable = (found.nullable && !found.claimed) || path.at(-1)?.kind === "left";
  return { is: "read", how: "copy", path, column, type: found.kind.type, nullable };
}

const ZONES = ["Europe/London", "Asia/Kolkata", "America/St_Johns", "UTC"];

/** Some ways to make a value of a column that fit its type. */
function waysOf(read: ReadExpression, isDay: boolean): ReadExpression[] {
  const { type } = read;
  const ways: ReadExpression[] = [read];
  if (type.kind === "timestamp" || type.kind === "timestamptz")
    ways.push({ ...read, how: "dateOf", type: date }, { ...read, how: "timeOf", type: time });
  if (type.kind === "timestamptz")
    for (const zone of ZONES)
      ways.push({ ...read, how: "dateOf", type: date, zone }, { ...read, how: "timeOf", type: time, zone });
  if (isDay)
    ways.push({ ...read, how: "parsedDate", type: date }, { ...read, how: "parsedDate", type: date });
  if (type.kind === "text") ways.push({ ...read, how: "derive", type: text });
  return ways;
}

function expressionOf(
  { path: steps, how, column, other }: DrawnColumn,
  start: number,
  sources: readonly SourceDesign[],
): Expression {
  const path = followPath(sources, start, steps);
  const columns = sources[endOf(start, path)]?.columns ?? [];
  const found = columns[column % columns.length];
  if (found === undefined) throw new RangeError("there is no column");
  const read = readOf(sources, start, path, found.name);
  const ways = waysOf(read, found.kind.isDay === true);
  const readAs = ways[how % ways.length] ?? read;
  if (how % 7 === 5) return { is: "constant", type: read.type, nullable: false };
  if (how % 7 < 4) return readAs;
  // The other input is of the table itself.
  return computedOf(other, [readAs, ...inputsOf(start, sources)]) ?? readAs;
}

const inputsOf = (start: number, sources: readonly SourceDesign[]): ReadExpression[] =>
  (sources[start]?.columns ?? []).map(({ name }) => readOf(sources, start, [], name));

/** A function of the first input, and of more of those that there are. */
function computedOf(at: number, inputs: readonly ReadExpression[]): Expression | undefined {
  const [first, ...others] = inputs;
  if (first === undefined) return undefined;
  const fitting = COMPUTATIONS.flatMap((computation) => {
    const [own, ...rest] = computation.takes;
    if (own?.includes(first.type.kind) !== true) return [];
    const found = rest.map((kinds, place) => {
      const fit = others.filter(({ type }) => kinds.includes(type.kind));
      return fit[(at + place) % Math.max(fit.length, 1)];
    });
    return found.includes(undefined)
      ? []
      : [{ computation, inputs: [first, ...found.flatMap((one) => one ?? [])] }];
  });
  const chosen = fitting[at % Math.max(fitting.length, 1)];
  return chosen && computedExpression(chosen.computation, chosen.inputs);
}

function computedExpression(computation: Computation, inputs: readonly ReadExpression[]): Expression {
  const type: ColumnType = declaredColumn(computation.result(inputs[0]?.type ?? text)).type;
  return { is: "computed", computation, inputs, type, nullable: computation.nullable };
}

/** A condition: a boolean column, or whether a number is odd. */
function conditionOf(at: number, start: number, sources: readonly SourceDesign[]): Expression | undefined {
  const inputs = inputsOf(start, sources);
  const isOdd = COMPUTATIONS.find(({ name }) => name === "isOdd");
  const conditions = inputs.flatMap((input): Expression[] =>
    input.type.kind === boolean.kind
      ? [input]
      : isOdd?.takes[0]?.includes(input.type.kind) === true
        ? [computedExpression(isOdd, [input])]
        : [],
  );
  return conditions[at % Math.max(conditions.length, 1)];
}

/** The dimension whose rows are those that a reference of a source table leads to. */
function dimensionOf<T extends Target>(
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

/** The columns of a reference in the order in which the dimension has its key. */
const inOrderOf = (
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

/** What a single column can refer to: a day to the calendar, a copy of a reference to its dimension. */
function referenceOf(
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
