import fc from "fast-check";
import { declaredColumn } from "../../../../domain/model/source";
import { boolean, date, text, time, typeName, type ColumnType } from "../../../../domain/model/types";
import { COMPUTATIONS, type Computation } from "./computations";
import { endOf, followPath, type Expression, type PathStep, type ReadExpression } from "./expressions";
import type { ColumnDesign } from "./designs";
import { drawnName, type DrawnName } from "../source/names";
import type { SourceDesign } from "../source/sources";

const pick = fc.nat(999);

/** A drawn column. Numbers select, modulo the number of choices. */
export interface DrawnColumn {
  readonly name: DrawnName;
  readonly path: readonly { readonly reference: number; readonly inner: boolean }[];
  readonly how: number;
  readonly column: number;
  readonly other: number;
  readonly whenNull: boolean;
  readonly refers: boolean;
}

export const drawnColumn: fc.Arbitrary<DrawnColumn> = fc.record({
  name: drawnName,
  path: fc.array(fc.record({ reference: pick, inner: fc.boolean() }), { maxLength: 3 }),
  how: pick,
  column: pick,
  other: pick,
  whenNull: fc.boolean(),
  refers: fc.boolean(),
});

/** A column of a further source table: a copy of a column with the same type, or else a constant. */
export function alsoOf(
  { expression: { type } }: Pick<ColumnDesign, "expression">,
  at: number,
  { start, sources }: { readonly start: number; readonly sources: readonly SourceDesign[] },
): Expression {
  const same = inputsOf(start, sources).filter((input) => typeName(input.type) === typeName(type));
  return same[at % Math.max(same.length, 1)] ?? { is: "constant", type, nullable: false };
}

/** Copies a column of the table in which a path ends. */
export function readOf(
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

/** Some ways to make a value of a column that fits its type. */
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

export function expressionOf(
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
  // The other inputs are of the table itself.
  const others = inputsOf(start, sources);
  const made = computedOf(other, [readAs, ...others]);
  if (made === undefined) return readAs;
  return (how % 7 === 6 ? computedOf(other + 1, [made, ...others]) : undefined) ?? made;
}

const inputsOf = (start: number, sources: readonly SourceDesign[]): ReadExpression[] =>
  (sources[start]?.columns ?? []).map(({ name }) => readOf(sources, start, [], name));

/** A function of the first input, and of some of the other inputs. */
function computedOf(at: number, inputs: readonly Expression[]): Expression | undefined {
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

function computedExpression(computation: Computation, inputs: readonly Expression[]): Expression {
  const type: ColumnType = declaredColumn(computation.result(inputs[0]?.type ?? text)).type;
  return { is: "computed", computation, inputs, type, nullable: computation.nullable };
}

/** A condition: a boolean column, or the test whether a number is odd. Both may be of a joined row. */
export function conditionOf(
  at: number,
  start: number,
  sources: readonly SourceDesign[],
): Expression | undefined {
  const path = followPath(sources, start, [{ reference: at, inner: at % 2 === 0 }]);
  const end = endOf(start, path);
  const isJoined = at % 3 === 0 && path.length > 0;
  const inputs = isJoined
    ? (sources[end]?.columns ?? []).map(({ name }) => readOf(sources, start, path, name))
    : inputsOf(start, sources);
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
