import type { ColumnShape } from "../formats/columnar/arrow";
import type { Column } from "../model/columns";
import { keyColumns } from "../model/table";
import { isPrinted, printedType, typeName } from "../model/types";
import { identifier, qualified } from "../sql";
import type { TargetTable, TargetType } from "./target";

/**
 * Compares values of the model with those in the warehouse. A prepared column may have another type and less precision,
 * such as time(0). Two values are equal when the warehouse would store the same for both.
 */

/** The names of a table and its columns, quoted. */
interface Names {
  readonly into: string;
  /** The columns of the target and of the staging table, in the same order. */
  readonly theirs: readonly string[];
  readonly ours: readonly string[];
  readonly theirKeys: readonly string[];
  readonly ourKeys: readonly string[];
}

/** The names of a table in the warehouse, and those of its staging table. */
export function namesOf(schema: string, target: TargetTable): Names {
  const keys = keyColumns(target.table);
  return {
    into: qualified(schema, target.name),
    theirs: [...target.columns.values()].map(identifier),
    ours: [...target.columns.keys()].map(identifier),
    theirKeys: keys.map((key) => identifier(theirName(target, key))),
    ourKeys: keys.map(identifier),
  };
}

/** The warehouse's name for a column of the model. */
export const theirName = ({ columns }: TargetTable, column: string): string => columns.get(column) ?? column;

/** Quoted names as a list, each after the alias of its table. */
export const list = (names: readonly string[], of?: string): string =>
  names.map((name) => (of === undefined ? name : `${of}.${name}`)).join(", ");

/** Parses the length of `character varying(5)` and `character(5)`. */
const LIMITED = /^(character varying|character)\((\d+)\)$/;

/** The type in which values are staged: the binary COPY gives the text of a printed value. */
export const stagedType = (type: ColumnShape["type"]): string => (isPrinted(type) ? "text" : typeName(type));

/** True if the column of the warehouse has the type of the staged values, so that they need no cast. */
const isOwnType = (type: ColumnShape["type"], { declared, isLoose }: TargetType): boolean =>
  !isLoose &&
  !isPrinted(type) &&
  (declared === printedType(type) || (type.kind === "text" && declared === "text"));

/**
 * A value of the model as the column of the warehouse would store it, for comparison with `heldValue`.
 * @param value an SQL expression of the staged type
 */
export function storedValue(value: string, type: ColumnShape["type"], target: TargetType): string {
  if (isOwnType(type, target)) return value;
  const { declared, isText } = target;
  // Printed values may be equal and still differ, such as the intervals P1M and P30D, and json cannot be compared.
  if (!isText && isPrinted(type)) return `CAST(CAST(${value} AS ${declared}) AS text) COLLATE "C"`;
  if (!isText) return `CAST(${value} AS ${declared})`;
  const [, kind, length] = LIMITED.exec(declared) ?? [];
  const plain = `CAST(${value} AS text)`;
  if (declared === "bpchar" || kind === "character") return `rtrim(${plain}, ' ') COLLATE "C"`;
  // A text that is too long keeps its length, so it differs and the server refuses it with an error. Blanks are cut
  // off.
  if (length !== undefined)
    return `(CASE WHEN char_length(rtrim(${plain}, ' ')) <= ${length} THEN left(${plain}, ${length}) ELSE ${plain} END) COLLATE "C"`;
  return `CAST(CAST(${value} AS ${declared}) AS text) COLLATE "C"`;
}

/** A value in the warehouse, in the form of `storedValue`. */
export const heldValue = (value: string, type: ColumnShape["type"], target: TargetType): string =>
  (target.isText || isPrinted(type)) && !isOwnType(type, target) ? `CAST(${value} AS text)` : value;

/**
 * The values of a staged row to insert, in the order of `theirs`. The column reads a printed value from its text; a text
 * column stores that text. Any other value is cast by the assignment, which refuses what does not fit.
 */
export const givenValues = (target: TargetTable, of: string): readonly string[] =>
  [...target.columns.keys()].map((name) => givenValue(target, name, of));

/** The same for one column of the model. */
export function givenValue(target: TargetTable, name: string, of: string): string {
  const shapes: Readonly<Record<string, ColumnShape | undefined>> = target.table.columns;
  const type = shapes[name]?.type;
  const targetType = target.types.get(name);
  const value = `${of}.${identifier(name)}`;
  return type === undefined || targetType === undefined || targetType.isText || !isPrinted(type)
    ? value
    : `CAST(${value} AS ${targetType.declared})`;
}

/** Some columns of a target and of its staging table, with their aliases. */
interface Aliases {
  readonly theirs: string;
  readonly ours: string;
}

/**
 * For each of these columns of the model: the value in the target, and the value that it would store of the staged row.
 */
function pairs(
  target: TargetTable,
  columns: readonly string[],
  { theirs, ours }: Aliases,
): { readonly held: string; readonly stored: string }[] {
  const shapes: Readonly<Record<string, Pick<Column, "type"> | undefined>> = target.table.columns;
  return columns.map((column) => {
    const type = shapes[column]?.type;
    const targetType = target.types.get(column);
    if (type === undefined || targetType === undefined)
      throw new TypeError(`${target.table.name} has no column ${column}`);
    return {
      held: heldValue(`${theirs}.${identifier(theirName(target, column))}`, type, targetType),
      stored: storedValue(`${ours}.${identifier(column)}`, type, targetType),
    };
  });
}

/** The condition that a row of the target has the key of a staged row. */
export const sameKey = (target: TargetTable, aliases: Aliases): string =>
  pairs(target, keyColumns(target.table), aliases)
    .map(({ held, stored }) => `${held} = ${stored}`)
    .join(" AND ");

/**
 * The condition that a row of the target differs from the values that it would store of a staged row.
 * @param columns of the model; all by default
 */
export function differs(
  target: TargetTable,
  aliases: Aliases,
  columns: readonly string[] = [...target.columns.keys()],
): string {
  const both = pairs(target, columns, aliases);
  return `(${both.map(({ held }) => held).join(", ")}) IS DISTINCT FROM (${both.map(({ stored }) => stored).join(", ")})`;
}
