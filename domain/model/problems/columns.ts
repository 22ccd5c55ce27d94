import { isValueOf } from "../../formats/columnar/literal";
import { isTimeZone } from "../../transform/time-zone";
import type { Column, ReadOrigin } from "../columns";
import { pathOf } from "../join";
import type { SourceTable } from "../source";
import type { Feed } from "../table";
import { typeName, type ColumnType, type Kind } from "../types";
import { joinProblems } from "./joins";
import { addOrName, has, shownValue } from "./words";

/** The problems of the columns of a feed, and of its condition. */
export function feedProblems(table: string, feed: Feed, columns: object): string[] {
  const problems = Object.entries(feed.columns).flatMap(([name, column]) =>
    columnProblems(feed.source, column).map((problem) => `${table}.${name} ${problem}`),
  );
  const missing = Object.keys(columns).filter((name) => !has(feed.columns, name));
  const surplus = Object.keys(feed.columns).filter((name) => !has(columns, name));
  return [
    ...problems,
    ...missing.map((name) => `${table}.${name} is not made from ${feed.source.name}: add it there`),
    ...surplus.map(
      (name) => `${table} has no column ${name}, which is made from ${feed.source.name}: leave it out`,
    ),
    ...conditionProblems(table, feed),
  ];
}

function conditionProblems(table: string, { source, where }: Feed): string[] {
  if (where === undefined) return [];
  const problems = columnProblems(source, where).map((problem) => `${table}: its condition ${problem}`);
  if (where.type.kind !== "boolean")
    problems.push(
      `${table}: its condition is ${typeName(where.type)}, and must be boolean: ` +
        "copy a boolean column, or compute one",
    );
  return problems;
}

function columnProblems(source: SourceTable, column: Column): string[] {
  const { origin, type, whenNull } = column;
  return [
    ...valueProblems(type, whenNull, "replaces NULL by"),
    ...(origin.kind === "constant"
      ? valueProblems(type, origin.value, "is always")
      : origin.kind === "computed"
        ? Object.entries(origin.inputs).flatMap(([name, input]) =>
            columnProblems(source, input).map((problem) => `is computed from ${name}, which ${problem}`),
          )
        : readProblems(source, origin)),
  ];
}

/** Reports a value that does not have the type. */
function valueProblems(type: ColumnType, value: unknown, what: string): string[] {
  if (value === undefined || isValueOf(type, value)) return [];
  return [`${what} ${shownValue(value)}, which is not a value of ${typeName(type)}: give one that is`];
}

/** The kinds of columns that each function accepts, and the remedy for another kind. */
const TAKES: Readonly<Record<Exclude<ReadOrigin["kind"], "copy">, readonly Kind[]>> = {
  dateOf: ["timestamp", "timestamptz"],
  timeOf: ["timestamp", "timestamptz"],
  parsedDate: ["text"],
  derived: ["text"],
};

const NAMES: Readonly<Record<ReadOrigin["kind"], string>> = {
  copy: "copy",
  dateOf: "dateOf",
  timeOf: "timeOf",
  parsedDate: "parsedDate",
  derived: "derive",
};

function readProblems(source: SourceTable, origin: ReadOrigin): string[] {
  const { column, join, kind } = origin;
  if (origin.from !== undefined && origin.from !== source.name)
    return [
      `reads a row of ${origin.from}, but the table is made from rows of ${source.name}: ` +
        `join ${origin.from}, or use the columns of ${source.name}`,
    ];
  const from = join?.to ?? source;
  const joins = join === undefined ? [] : pathOf(join).flatMap((step) => joinProblems(step, source));
  if (!has(from.columns, column))
    return [
      `is made from ${from.name}.${column}, which the contract does not have; ${addOrName(from)}`,
      ...joins,
    ];
  const type = from.columns[column]?.type;
  if (type === undefined || kind === "copy") return joins;
  return [...joins, ...functionProblems(origin, { of: `${from.name}.${column}`, type })];
}

function functionProblems(
  origin: ReadOrigin,
  { of, type }: { readonly of: string; readonly type: ColumnType },
): string[] {
  const { kind } = origin;
  if (kind === "copy") return [];
  if (!TAKES[kind].includes(type.kind))
    return [
      `is ${NAMES[kind]} of ${of}, which is ${typeName(type)}, but ${NAMES[kind]} takes ${TAKES[kind].join(" or ")}: ` +
        remedy(kind, type),
    ];
  const timeZone = "timeZone" in origin ? origin.timeZone : undefined;
  if (timeZone === undefined) return [];
  if (type.kind !== "timestamptz")
    return [
      `is ${NAMES[kind]} of ${of} in the time zone ${timeZone}, but ${of} has no time zone: ` +
        "leave the time zone out, or declare the column as timestamptz",
    ];
  return isTimeZone(timeZone)
    ? []
    : [`is ${NAMES[kind]} in the time zone ${timeZone}, which is not known: name one such as Europe/London`];
}

const remedy = (kind: ReadOrigin["kind"], type: ColumnType): string =>
  (kind === "dateOf" || kind === "parsedDate") && type.kind === "date"
    ? "copy the column"
    : kind === "timeOf" && type.kind === "time"
      ? "copy the column"
      : "use computed(...), or copy the column";

/** A column must have the same type in all feeds. */
export function typesThatDiffer(table: string, feeds: readonly Feed[]): string[] {
  const [first, ...others] = feeds;
  if (first === undefined) return [];
  return others.flatMap(({ source, columns }) =>
    Object.entries(columns).flatMap(([name, { type, references, otherwise }]) => {
      const expected = first.columns[name];
      if (expected === undefined) return [];
      if (typeName(expected.type) !== typeName(type))
        return [
          `${table}.${name} is ${typeName(type)} from ${source.name}, but ${typeName(expected.type)} from ${first.source.name}: ` +
            "give both the same type",
        ];
      if (expected.references !== references)
        return [
          `${table}.${name} refers to a dimension from one of its source tables only: declare it for each`,
        ];
      return expected.otherwise?.whenMissing === otherwise?.whenMissing &&
        expected.otherwise?.whenNull === otherwise?.whenNull
        ? []
        : [
            `${table}.${name} refers to other members from ${source.name} than from ${first.source.name}: name the same`,
          ];
    }),
  );
}
