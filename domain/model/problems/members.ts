import { isValueOf, printedLiteral } from "../../formats/columnar/literal";
import { memberValue, type Member } from "../members";
import type { Model } from "../model";
import { inKeyOrder, referencesIn, type Dimension, type Fact, type Reference } from "../table";
import { typeName } from "../types";
import { has, listNames, shownValue } from "./words";

/** The problems of the members of a dimension. */
export function memberProblems(table: Dimension | Fact, model: Model): string[] {
  if (table.kind === "fact" || table.members === undefined) return [];
  const members = Object.entries(table.members);
  const problems = members.flatMap(([name, member]) =>
    valuesOf(table, member).map((problem) => `${table.name}: its member ${name} ${problem}`),
  );
  if (problems.length > 0) return problems;
  return [
    ...sameKeys(table, members),
    ...members.flatMap(([name, member]) =>
      referencesIn(table)
        .filter((reference) => refersToNoMember(table, { member, reference, model }))
        .map(
          ({ columns, to }) =>
            `${table.name}: its member ${name} refers by ${columns.join(", ")} to a row of ${to} that is not a member of it: ` +
            remedyOf({ columns, to }, model),
        ),
    ),
  ];
}

function remedyOf({ columns, to }: Pick<Reference, "columns" | "to">, { calendar }: Model): string {
  const held = columns.join(", ");
  return to === calendar.name
    ? `a calendar has no members, so give ${held} NULL, or copy the day without a reference to ${to}`
    : `give ${held} the key of a member of ${to}, or NULL`;
}

function valuesOf({ columns }: Dimension, member: Member): string[] {
  const surplus = Object.keys(member).filter((name) => !has(columns, name));
  return [
    ...surplus.map(
      (name) => `has a value for ${name}, which is not one of its columns; name one of ${listNames(columns)}`,
    ),
    ...Object.entries(columns).flatMap(([name, { type, nullable }]) => {
      const value = memberValue(member, name);
      if (value === null) return nullable ? [] : [`has no value for ${name}, which is NOT NULL: give it one`];
      return isValueOf(type, value)
        ? []
        : [`has ${name} ${shownValue(value)}, which is not a value of ${typeName(type)}: give one that is`];
    }),
  ];
}

/** The key of a member as one text. */
const keyText = ({ key, columns }: Dimension, member: Member): string =>
  JSON.stringify(key.map((name) => textOf(columns[name], memberValue(member, name))));

const textOf = (column: Dimension["columns"][string] | undefined, value: unknown): string | null =>
  column === undefined || value === null ? null : printedLiteral(column.type, value);

function sameKeys(table: Dimension, members: readonly (readonly [string, Member])[]): string[] {
  const first = new Map<string, string>();
  return members.flatMap(([name, member]) => {
    const key = keyText(table, member);
    const other = first.get(key);
    first.set(key, other ?? name);
    return other === undefined
      ? []
      : [`${table.name}: its members ${other} and ${name} have the same key: give each another`];
  });
}

/** A member may only refer to another member, because a row of the source may be missing. */
function refersToNoMember(
  table: Dimension,
  {
    member,
    reference,
    model,
  }: { readonly member: Member; readonly reference: Reference; readonly model: Model },
): boolean {
  const parent = model.tables.find(({ name }) => name === reference.to);
  const columns = parent === undefined ? reference.columns : inKeyOrder(reference, parent.key);
  const values = columns.map((name) => textOf(table.columns[name], memberValue(member, name)));
  if (values.includes(null)) return false;
  const members = parent?.kind === "dimension" ? Object.values(parent.members ?? {}) : [];
  return !members.some(
    (one) => parent?.kind === "dimension" && keyText(parent, one) === JSON.stringify(values),
  );
}
