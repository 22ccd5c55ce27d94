import { contractsOf, type Model } from "../model";
import type { SourceTable } from "../source";
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

function keyProblems({ name, key, columns }: SourceTable): string[] {
  if (key.length === 0)
    return [`${name}: its contract has no key; name one of ${listNames(columns)}, or several`];
  return key.flatMap((column, place) => {
    if (!has(columns, column))
      return [
        `${name}: the key ${column} of its contract is not one of its columns; name one of ${listNames(columns)}`,
      ];
    if (columns[column]?.nullable === true)
      return [
        `${name}: the key ${column} of its contract may be NULL; declare it as a column that is NOT NULL`,
      ];
    const type = columns[column]?.type;
    if (type !== undefined && !canBeKey(type))
      return [
        `${name}: the key ${column} of its contract is ${typeName(type)}, by which no row can be found; ` +
          (isPrinted(type)
            ? `declare it as text, with accepts: ["${typeName(type)}"]`
            : "leave the table out of the model, or give it another key in the source"),
      ];
    return key.indexOf(column) === place ? [] : [`${name}: the key of its contract names ${column} twice`];
  });
}
