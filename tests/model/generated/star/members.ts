import type { ColumnType } from "../../../../domain/model/types";
import type { ColumnDesign, InsteadDesign, MemberDesign, ReferenceOfTable, TableDesign } from "./designs";
import { CALENDAR } from "./designs";
import { literalOf } from "./literals";

type Value = ReturnType<typeof literalOf>;

/** The name of a member, by its position. */
export const memberName = (place: number): string => ["unknown", "constructor"][place] ?? "";

/** The key of the second member. Some rows of the source have this key, too. */
function otherKey(type: ColumnType): Value {
  const same = (value: string): Value => ({ value, printed: value });
  switch (type.kind) {
    case "integer":
      return { value: 1, printed: "1" };
    case "bigint":
      return { value: 9007199254740994n, printed: "9007199254740994" };
    case "boolean":
      return { value: true, printed: "true" };
    case "text":
      return same("");
    case "date":
      return same("2024-02-20");
    case "time":
      return same("00:00:00");
    case "timestamp":
      return same("2024-02-20 20:59:59");
    case "timestamptz":
      return same("2024-02-20 20:59:59+00");
    case "decimal":
      return { value: "1.5", printed: `1.5${"0".repeat(type.scale - 1)}` };
    default:
      return literalOf(type);
  }
}

const isNullable = ({ expression, whenNull }: ColumnDesign): boolean => expression.nullable && !whenNull;

/** All references of a table, including those of one column. */
export const referencesIn = ({
  feeds,
  references,
}: Pick<TableDesign, "feeds" | "references">): readonly ReferenceOfTable[] => [
  ...(feeds[0]?.columns ?? []).flatMap(({ name, refers, instead }) =>
    refers === undefined ? [] : [{ columns: [name], to: refers, ...(instead !== undefined && { instead }) }],
  ),
  ...references,
];

/** The printed key of a member of a dimension, in the order of the key. */
export const memberKey = (
  { key, members }: Pick<TableDesign, "key" | "members">,
  place: number,
): readonly string[] => key.map((name) => members[place]?.get(name)?.printed ?? "");

/**
 * Gives a dimension members, if the rows to which they refer can exist.
 * @param tables the tables to which it may refer
 */
export function membersOf(
  table: Omit<TableDesign, "members">,
  count: number,
  tables: readonly TableDesign[],
): readonly MemberDesign[] {
  const columns = table.feeds[0]?.columns ?? [];
  const references = referencesIn(table);
  const referring = new Set(references.flatMap((reference) => reference.columns));
  const members = Array.from({ length: count }, (_, place) => {
    const values = new Map<string, Value>();
    columns.forEach((column, at) => {
      const { name, expression } = column;
      const isKey = table.key.includes(name);
      if (!isKey && isNullable(column) && (referring.has(name) || (at + place) % 2 === 0)) return;
      values.set(
        name,
        place === 1 && name === table.key[0] ? otherKey(expression.type) : literalOf(expression.type),
      );
    });
    return values;
  });
  for (const values of members)
    for (const { to, columns: names } of references) {
      const parent = to === table.name ? { ...table, members } : tables.find(({ name }) => name === to);
      const first = parent?.members[0];
      if (first === undefined || names.some((name) => !values.has(name) || table.key.includes(name)))
        continue;
      names.forEach((name, at) => {
        const value = first.get(parent?.key[at] ?? "");
        if (value !== undefined) values.set(name, value);
      });
    }
  const fits = members.every((values) =>
    references.every(({ to, columns: names }) => {
      if (names.some((name) => !values.has(name))) return true;
      const parent = to === table.name ? { ...table, members } : tables.find(({ name }) => name === to);
      const texts = names.map((name) => values.get(name)?.printed);
      return (
        to !== CALENDAR &&
        (parent?.members ?? []).some((_, place) => {
          const key = parent === undefined ? [] : memberKey(parent, place);
          return JSON.stringify(key) === JSON.stringify(texts);
        })
      );
    }),
  );
  return fits ? members : [];
}

/** The members to which a reference refers instead, if its columns do not belong to the key. */
export function insteadOf(
  drawn: number,
  {
    columns,
    key,
    members,
  }: { readonly columns: readonly string[]; readonly key: readonly string[]; readonly members: number },
): InsteadDesign | undefined {
  if (members === 0 || columns.some((name) => key.includes(name))) return undefined;
  const whenMissing = drawn % 4 > 0 ? { whenMissing: drawn % members } : {};
  const whenNull = drawn % 3 > 0 ? { whenNull: (drawn >> 2) % members } : {};
  return { ...whenMissing, ...whenNull };
}
