import type { Column } from "../columns";
import { feedsOf, type Calendar, type Dimension, type Fact, type Feed } from "../table";
import { canBeKey, typeName } from "../types";
import { has, listNames } from "./words";

/** Reports a key that is empty or not among the columns of its table. */
export function missingKeys({ name, key, columns }: Dimension | Fact | Calendar): string[] {
  if (key.length === 0) return [`${name} has no key; name one of ${listNames(columns)}, or several`];
  const twice = key.filter((column, place) => key.indexOf(column) !== place);
  return [
    ...key
      .filter((column) => !has(columns, column))
      .map(
        (column) => `${name}: its key ${column} is not one of its columns; name one of ${listNames(columns)}`,
      ),
    ...twice.map((column) => `${name}: its key names ${column} twice; name it once`),
  ];
}

/** The key must be that of the source, because deletes and later versions are found by it. */
export function keyProblems(table: Dimension | Fact): string[] {
  const problems = feedsOf(table).flatMap((feed) => keysOfFeed(table, feed));
  if (table.kind === "fact" && has(table.columns, table.surrogateKey)) {
    problems.push(
      `${table.name}: its surrogate key ${table.surrogateKey} is one of its columns too, but the warehouse gives its values: ` +
        "rename one of them",
    );
  }
  return [...problems, ...unclearFeeds(table)];
}

const isPlain = ({ whenNull }: Column): boolean => whenNull === undefined;

function keysOfFeed({ name, key }: Dimension | Fact, { source, columns }: Feed): string[] {
  const copied: string[] = [];
  const problems: string[] = [];
  for (const column of key) {
    const made = columns[column];
    if (made === undefined) continue;
    if (made.origin.kind === "constant") {
      if (!canBeKey(made.type))
        problems.push(
          `${name}.${column} is part of the key, but ${typeName(made.type)}, by which no row can be found: give it another type`,
        );
      continue;
    }
    if (
      made.origin.kind === "copy" &&
      made.origin.join === undefined &&
      source.key.includes(made.origin.column) &&
      isPlain(made)
    )
      copied.push(made.origin.column);
    else
      problems.push(
        `${name}.${column} is part of the key, but it is not a plain copy of a column of the key of ${source.name} ` +
          `(${source.key.join(", ")}): copy one of these, or leave ${column} out of the key`,
      );
  }
  const left = source.key.filter((column) => !copied.includes(column));
  if (problems.length === 0 && key.every((column) => has(columns, column)) && left.length > 0)
    problems.push(
      `${name}: its key ${key.join(", ")} lacks a copy of ${left.map((column) => `${source.name}.${column}`).join(", ")}, ` +
        "which the key of its source has: rows that differ only there would be taken for one; add the column to the key",
    );
  return problems;
}

/** Rows of several source tables need keys that show which of them are the same row. */
function unclearFeeds(table: Dimension | Fact): string[] {
  const feeds = feedsOf(table);
  if (feeds.length === 1 || table.keysAreDisjoint === true) return [];
  const constants = table.key.filter((column) =>
    feeds.every(({ columns }) => columns[column]?.origin.kind === "constant"),
  );
  const distinguishing = feeds.map(({ columns }) =>
    constants.map((column) => {
      const origin = columns[column]?.origin;
      return origin?.kind === "constant" ? String(origin.value) : "";
    }),
  );
  const texts = distinguishing.map((values) => JSON.stringify(values));
  if (constants.length > 0 && new Set(texts).size === texts.length) return [];
  return [
    `${table.name} is made from ${feeds.map(({ source }) => source.name).join(" and ")}, whose keys may be equal: ` +
      "add a constant column with another value for each to the key, or declare keysAreDisjoint: true",
  ];
}
