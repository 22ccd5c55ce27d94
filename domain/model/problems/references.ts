import type { Model } from "../model";
import { inKeyOrder, referencesIn, type Calendar, type Dimension, type Fact, type Reference } from "../table";
import { typeName } from "../types";
import { has, holderOf, listNames } from "./words";

/** The problems of the references of a table. */
export const referenceProblems = (table: Dimension | Fact, model: Model): string[] =>
  referencesIn(table).flatMap((reference) => problemsOf(table, reference, model));

function problemsOf(table: Dimension | Fact, reference: Reference, { calendar, tables }: Model): string[] {
  const { to, columns } = reference;
  const subject = columns.map((column) => `${table.name}.${column}`).join(", ");
  const unknown = columns.filter((column) => !has(table.columns, column));
  if (unknown.length > 0)
    return unknown.map(
      (column) =>
        `${table.name} refers to ${to} by ${column}, which is not one of its columns; name one of ${listNames(table.columns)}`,
    );
  const parents = [calendar, ...tables.filter((one) => one.kind === "dimension")];
  const parent = parents.find(({ name }) => name === to);
  if (tables.some(({ name, kind }) => name === to && kind === "fact"))
    return [
      `${subject} refers to ${to}, which is a fact: refer to a dimension (${parents.map(({ name }) => name).join(", ")}), ` +
        "or leave the reference out",
    ];
  if (parent === undefined)
    return [
      `${subject} refers to ${to}, which is not a dimension of the model: ` +
        `add that to the list of tables, or refer to one of ${parents.map(({ name }) => name).join(", ")}`,
    ];
  const inOrder = inKeyOrder(reference, parent.key);
  if (columns.length !== parent.key.length || inOrder.length !== columns.length)
    return [
      `${subject} refers to ${to}, whose key is ${parent.key.join(", ")}: ` +
        `give ${table.name} references: [{ to: "${to}", columns: ${holderOf(parent.key)} }] with a column for each`,
    ];
  return [
    ...inOrder.flatMap((column, place) => {
      const problem = columnProblem(table, column, { parent, key: parent.key[place] ?? "" });
      return problem === undefined ? [] : [`${table.name}.${column} ${problem}`];
    }),
    ...insteadProblems(table, reference, parent).map((problem) => `${subject} ${problem}`),
  ];
}

/** The problems of a reference with a member. The load changes the values of its columns. */
function insteadProblems(
  table: Dimension | Fact,
  reference: Reference,
  parent: Calendar | Dimension,
): string[] {
  const { whenMissing, whenNull, columns } = reference;
  const named = [whenMissing, whenNull].filter((name) => name !== undefined);
  if (named.length === 0) return [];
  const members = parent.kind === "dimension" ? (parent.members ?? {}) : {};
  const declared = Object.keys(members).length === 0 ? "it has none" : `it has ${listNames(members)}`;
  const inKey = columns.filter((column) => table.key.includes(column));
  const shared = columns.filter((column) =>
    referencesIn(table).some((other) => !isSame(other, reference) && other.columns.includes(column)),
  );
  return [
    ...named
      .filter((name) => !has(members, name))
      .map(
        (name) =>
          `refers to the member ${name} of ${parent.name}, which does not declare it (${declared}): declare it there`,
      ),
    ...inKey.map(
      (column) =>
        `refers to a member instead, but ${column} is part of the key of ${table.name}, by which the row is found: ` +
        "leave whenMissing and whenNull out, so that the row waits",
    ),
    ...shared.map(
      (column) =>
        `refers to a member instead, but ${column} is part of another reference too, which the member would change: ` +
        "leave whenMissing and whenNull out, so that the row waits",
    ),
  ];
}

const isSame = (one: Reference, other: Reference): boolean =>
  one.to === other.to && one.columns.join("\0") === other.columns.join("\0");

function columnProblem(
  table: Dimension | Fact,
  column: string,
  { parent, key }: { readonly parent: Calendar | Dimension; readonly key: string },
): string | undefined {
  const made = table.columns[column];
  const keyColumn = has(parent.columns, key) ? parent.columns[key] : undefined;
  if (made === undefined || keyColumn === undefined) return undefined;
  if (typeName(keyColumn.type) !== typeName(made.type))
    return (
      `is ${typeName(made.type)}, but ${parent.name}.${key}, to which it refers, is ${typeName(keyColumn.type)}: ` +
      "give both the same type, or leave the reference out"
    );
  return undefined;
}
