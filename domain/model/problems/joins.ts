import { fromOf, type Join } from "../join";
import type { SourceTable } from "../source";
import { typeName, type ColumnType } from "../types";
import { addOrName, has, holderOf } from "./words";

/** The problems of a column's join, as the end of a sentence that begins with the column. */
export function joinProblems(join: Join, own: SourceTable): string[] {
  const { on, unknownParts, to } = join;
  const from = fromOf(join, own);
  const missing = on
    .filter((name) => !has(from.columns, name))
    .map((name) => `is joined on ${from.name}.${name}, which the contract does not have; ${addOrName(from)}`);
  if (missing.length > 0) return missing;
  if (unknownParts !== undefined)
    return [
      `is joined to ${to.name} by ${unknownParts.join(", ")}, but the key of ${to.name} is ${columnsIn(to, to.key)}: ` +
        `name a column of ${from.name} for each part of that key, and no other: ${holderOf(to.key)}`,
    ];
  if (on.length !== to.key.length)
    return [
      `is joined on ${columnsIn(from, on)}, but the key of ${to.name} is ${columnsIn(to, to.key)}: ` +
        `name a column of ${from.name} for each part of that key: ${holderOf(to.key)}`,
    ];
  return on.flatMap((name, place) => {
    const key = to.key[place] ?? "";
    const [type, keyType] = [from.columns[name]?.type, to.columns[key]?.type];
    if (type === undefined || keyType === undefined || canBeEqual(type, keyType)) return [];
    return [
      `is joined on ${from.name}.${name}, which is ${typeName(type)}, but ${to.name}.${key} is ${typeName(keyType)}: ` +
        "declare both as the same type",
    ];
  });
}

const columnsIn = (table: SourceTable, names: readonly string[]): string =>
  names.map((name) => `${table.name}.${name}`).join(", ");

const WHOLE: readonly string[] = ["integer", "bigint"];

/** True if values of the types can be equal; whole numbers of 32 and 64 bits can. */
const canBeEqual = (one: ColumnType, other: ColumnType): boolean =>
  (one.kind === "decimal" && other.kind === "decimal"
    ? one.scale === other.scale
    : one.kind === other.kind) ||
  (WHOLE.includes(one.kind) && WHOLE.includes(other.kind));
