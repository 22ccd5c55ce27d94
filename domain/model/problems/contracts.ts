import { contractsOf, type Model } from "../model";
import type { SourceColumn, SourceTable } from "../source";
import { readsTextsAlike } from "../source-types";
import { feedsOf, sourcesOf } from "../table";
import { canBeKey, isPrinted, typeName } from "../types";
import { has, listNames } from "./words";

/** The problems of the contracts of the source tables. */
export function contractProblems(model: Model): string[] {
  const contracts = new Set<SourceTable>(model.tables.flatMap((table) => feedsOf(table).flatMap(sourcesOf)));
  const names = [...contracts].map(({ name }) => name);
  return [
    ...[...contracts].flatMap(keyProblems),
    ...[...contractsOf(model).keys()]
      .filter((name) => names.indexOf(name) !== names.lastIndexOf(name))
      .map(
        (name) => `${name} has two contracts: declare the source table once, with all columns that are read`,
      ),
  ];
}

/** Why two rows of the source could get the same value of a column, and the remedy; undefined when they cannot. */
function mergesRows({ type, accepts = [] }: SourceColumn): string | undefined {
  const accepted = accepts.find((one) => readsTextsAlike(type, one));
  if (accepted !== undefined)
    return (
      `accepts ${accepted}, in which different texts are one ${typeName(type)}, so rows could be merged: ` +
      `declare it as text, with accepts: ["${typeName(type)}"]`
    );
  return "truncated" in type
    ? `is truncated, so rows that differ in the dropped digits would be merged: declare it as ${type.kind}`
    : undefined;
}

function keyProblems({ name, key, columns }: SourceTable): string[] {
  if (key.length === 0)
    return [`${name}: its contract has no key; name one of ${listNames(columns)}, or several`];
  return key.flatMap((column, place) => {
    const declared = has(columns, column) ? columns[column] : undefined;
    if (declared === undefined)
      return [
        `${name}: the key ${column} of its contract is not one of its columns; name one of ${listNames(columns)}`,
      ];
    if (declared.nullable)
      return [
        `${name}: the key ${column} of its contract may be NULL; declare it as a column that is NOT NULL`,
      ];
    const { type } = declared;
    if (!canBeKey(type))
      return [
        `${name}: the key ${column} of its contract is ${typeName(type)}, by which no row can be found; ` +
          (isPrinted(type)
            ? `declare it as text, with accepts: ["${typeName(type)}"]`
            : "leave the table out of the model, or give it another key in the source"),
      ];
    const merges = mergesRows(declared);
    if (merges !== undefined) return [`${name}: the key ${column} of its contract ${merges}`];
    return key.indexOf(column) === place ? [] : [`${name}: the key of its contract names ${column} twice`];
  });
}
