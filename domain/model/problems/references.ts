import type { Literal } from "../values";
import type { Model } from "../model";
import { referencesIn, type Calendar, type Dimension, type Fact, type Reference } from "../table";
import { typeName } from "../types";
import { isValueOf } from "./columns";
import { has, listed } from "./words";

/** What is wrong with the references of a table. */
export const referenceProblems = (table: Dimension | Fact, model: Model): string[] =>
  referencesIn(table).flatMap((reference) => problemsOf(table, reference, model));

function problemsOf(table: Dimension | Fact, reference: Reference, { calendar, tables }: Model): string[] {
  const { to, columns } = reference;
  const subject = columns.map((column) => `${table.name}.${column}`).join(", ");
  const unknown = columns.filter((column) => !has(table.columns, column));
  if (unknown.length > 0)
    return unknown.map(
      (column) =>
        `${table.name} refers to ${to} by ${column}, which is not one of its columns; name one of ${listed(table.columns)}`,
    );
  const parents = [calendar, ...tables.filter((one) => one.kind === "dimension")];
  const parent = parents.find(({ name }) => name === to);
  if (parent === undefined)
    return [
      `${subject} refers to ${to}, which is not a dimension of the model: ` +
        `add that to the list of tables, or refer to one of ${parents.map(({ name }) => name).join(", ")}`,
    ];
  if (columns.length !== parent.key.length)
    return [
      `${subject} refers to ${to}, whose key is ${parent.key.join(", ")}: ` +
        `give ${table.name} references: [{ to: "${to}", columns: [...] }] with a column for each, in that order`,
    ];
  return columns.flatMap((column, place) => {
    const problem = columnProblem(table, column, { parent, key: parent.key[place] ?? "" });
    return problem === undefined ? [] : [`${table.name}.${column} ${problem}`];
  });
}

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
  const { whenMissing } = made;
  if (whenMissing === undefined) return undefined;
  const members = parent.kind === "dimension" ? (parent.members ?? []) : [];
  return members.some((member) => String(member[key]) === String(whenMissing))
    ? undefined
    : `refers to ${String(whenMissing)} where its row is missing, but ${parent.name} has no member with that ${key}: ` +
        `add it to members of ${parent.name}`;
}

/** What is wrong with the members of a dimension: each is a whole row. */
export function memberProblems({ name, key, columns, members = [] }: Dimension): string[] {
  const seen = new Set<string>();
  return members.flatMap((member) => {
    const id = JSON.stringify(key.map((column) => String(member[column])));
    const twice = seen.has(id);
    seen.add(id);
    return [
      ...(twice ? [`${name}: two of its members have the key ${id}; give each its own`] : []),
      ...Object.keys(member)
        .filter((column) => !has(columns, column))
        .map((column) => `${name}: a member has ${column}, which is not one of the columns; leave it out`),
      ...Object.entries(columns).flatMap(([column, { type, nullable }]) => {
        const value: Literal | null | undefined = has(member, column) ? member[column] : undefined;
        if ((value === null || value === undefined) && nullable) return [];
        if (value !== null && value !== undefined && isValueOf(type, value)) return [];
        return [
          `${name}: a member has ${column} ${value === undefined ? "missing" : String(value)}, which is not a value of ${typeName(type)}; give one that is`,
        ];
      }),
    ];
  });
}
