import type { ColumnShape } from "../formats/columnar/arrow";
import type { Column } from "../model/columns";
import { keyColumns } from "../model/table";
import { printedType } from "../model/types";
import { identifier, qualified } from "../sql";
import type { TargetTable, TargetType } from "./target";

/**
 * How a value of the model compares with one that the warehouse holds. A prepared column may have another type and
 * keep less, such as time(0): two values are equal when the warehouse would store the same for both.
 */

/** The names of a table and its columns, quoted. */
export interface Names {
  readonly into: string;
  /** Of the target and of the staging table, in the same order. */
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

/** What the warehouse calls a column of the model. */
export const theirName = ({ columns }: TargetTable, column: string): string => columns.get(column) ?? column;

/** Quoted names as a list, each after the alias of its table. */
export const list = (names: readonly string[], of?: string): string =>
  names.map((name) => (of === undefined ? name : `${of}.${name}`)).join(", ");

/** `character varying(5)` and `character(5)`: which of them, and how long. */
const LIMITED = /^(character varying|character)\((\d+)\)$/;

/** Has the column of the warehouse the type of the model? Values need then no cast. */
export const isOwnType = (type: ColumnShape["type"], { declared, isLoose }: TargetType): boolean =>
  !isLoose && (declared === printedType(type) || (type.kind === "text" && declared === "text"));

/**
 * A value of the model as the column of the warehouse would hold it, to be compared with `heldValue`.
 * @param value an SQL expression of the model's type
 */
export function storedValue(value: string, type: ColumnShape["type"], target: TargetType): string {
  if (isOwnType(type, target)) return value;
  const { declared, isText } = target;
  if (!isText) return `CAST(${value} AS ${declared})`;
  const [, kind, length] = LIMITED.exec(declared) ?? [];
  const plain = `CAST(${value} AS text)`;
  if (declared === "bpchar" || kind === "character") return `rtrim(${plain}, ' ') COLLATE "C"`;
  // What is too long keeps its length, and so differs: the server refuses to store it, and says so. Blanks are cut off.
  if (length !== undefined)
    return `(CASE WHEN char_length(rtrim(${plain}, ' ')) <= ${length} THEN left(${plain}, ${length}) ELSE ${plain} END) COLLATE "C"`;
  return `CAST(CAST(${value} AS ${declared}) AS text) COLLATE "C"`;
}

/** A value that the warehouse holds, in the form of `storedValue`. */
export const heldValue = (value: string, type: ColumnShape["type"], target: TargetType): string =>
  target.isText && !isOwnType(type, target) ? `CAST(${value} AS text)` : value;

/** The columns of some rows of a target and of its staging table, by their aliases. */
export interface Aliases {
  readonly theirs: string;
  readonly ours: string;
}

/** For each of these columns of the model: what the target holds, and what it would hold of the staged row. */
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

/** Has a row of the target the key of a staged row? */
export const sameKey = (target: TargetTable, aliases: Aliases): string =>
  pairs(target, keyColumns(target.table), aliases)
    .map(({ held, stored }) => `${held} = ${stored}`)
    .join(" AND ");

/**
 * Does a row of the target differ from what it would hold of a staged row?
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
