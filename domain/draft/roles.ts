import type { DraftColumn, DraftTable, ForeignKey } from "./catalogue";
import { draftKeyType } from "./column-types";

/** The role of a table in a star schema. */
export type Role = "fact" | "dimension" | "joined" | "left out";

export interface TableRole {
  readonly table: DraftTable;
  readonly role: Role;
  /** The reason, as a sentence. */
  readonly because: string;
}

/** The foreign keys that a model can follow: they hold the primary key of another table that the model reads. */
export function usableForeignKeys(
  table: DraftTable,
  byName: ReadonlyMap<string, DraftTable>,
): readonly ForeignKey[] {
  return table.foreignKeys.filter(({ columns, to, toColumns }) => {
    const key = byName.get(to)?.key ?? [];
    return (
      key.length > 0 &&
      toColumns.length === key.length &&
      toColumns.every((column) => key.includes(column)) &&
      columns.every((column) => typeOf(table, column) !== undefined)
    );
  });
}

const typeOf = (table: DraftTable, name: string): string | undefined =>
  table.columns.find((column) => column.name === name)?.type;

/** Columns with the time at which the row was written, not an event. */
const BOOKKEEPING =
  /^(last_?update[ds]?|updated?_?(at|on|date)?|modified_?(at|on|date)?|created?_?(at|on|date)?)$/i;

/** Columns with an attribute of a thing, not an event. */
const ATTRIBUTE = /birth|hire|valid|expir|discontinu/i;

const isArray = (type: string): boolean => type.endsWith("[]");

/** True if the column holds the time of an event. */
export const isEventTime = ({ name, type }: DraftColumn): boolean =>
  /^(date$|timestamp)/.test(type) && !isArray(type) && !BOOKKEEPING.test(name) && !ATTRIBUTE.test(name);

/** Numeric columns outside every key: the values to add up. */
const measures = (table: DraftTable): readonly string[] => {
  const keys = new Set([...table.key, ...table.foreignKeys.flatMap(({ columns }) => columns)]);
  return table.columns
    .filter(
      ({ name, type }) =>
        !keys.has(name) && /^(smallint|integer|bigint|numeric|real|double)/.test(type) && !isArray(type),
    )
    .map(({ name }) => name);
};

/**
 * Guesses the role of each table from keys and foreign keys. A table with references that no other table refers to is a
 * fact. A table with the time of an event and two references, such as the header of an order, is a fact too. A table to
 * which facts refer is a dimension. A table to which only dimensions refer is joined into them.
 */
export function guessRoles(tables: readonly DraftTable[]): readonly TableRole[] {
  const byName = new Map(tables.map((table) => [table.name, table]));
  const readable = tables.filter(({ key }) => key.length > 0);
  const usable = new Map(readable.map((table) => [table.name, usableForeignKeys(table, byName)]));
  const others = (table: DraftTable): readonly ForeignKey[] =>
    (usable.get(table.name) ?? []).filter(({ to }) => to !== table.name);
  const referredBy = (table: DraftTable): readonly DraftTable[] =>
    readable.filter((other) => others(other).some(({ to }) => to === table.name));

  const facts = new Map<string, string>();
  for (const table of readable) {
    const because = reasonForFact(table, { out: others(table), referring: referredBy(table) });
    if (because !== undefined) facts.set(table.name, because);
  }
  return tables.map((table): TableRole => {
    if (table.key.length === 0)
      return {
        table,
        role: "left out",
        because:
          "it has no primary key, or other tables inherit from it, so a model cannot tell its rows apart",
      };
    const odd = table.key.find((name) => keyProblem(table, name));
    if (odd !== undefined)
      return { table, role: "left out", because: `its key ${odd} is of a type that a key cannot have` };
    const fact = facts.get(table.name);
    if (fact !== undefined) return { table, role: "fact", because: fact };
    const referring = referredBy(table).map(({ name }) => name);
    if (referring.length === 0) {
      const to = list([...new Set(others(table).map(({ to }) => to))]);
      return {
        table,
        role: "dimension",
        because:
          to === ""
            ? "no table refers to it, and it refers to no other"
            : `it refers to ${to}, but it has no time of an event and no measures`,
      };
    }
    if (referring.some((name) => facts.has(name)))
      return {
        table,
        role: "dimension",
        because: `facts refer to it: ${list(referring.filter((name) => facts.has(name)))}`,
      };
    return {
      table,
      role: "joined",
      because: `its columns are joined into ${list(referring)}`,
    };
  });
}

const keyProblem = (table: DraftTable, name: string): boolean => {
  const column = table.columns.find((one) => one.name === name);
  return column === undefined || draftKeyType(column)?.isKey !== true;
};

function reasonForFact(
  table: DraftTable,
  { out, referring }: { readonly out: readonly ForeignKey[]; readonly referring: readonly DraftTable[] },
): string | undefined {
  if (out.length === 0) return undefined;
  const keys = new Set(out.flatMap(({ columns }) => columns));
  if (table.key.length > 1 && table.key.every((column) => keys.has(column)))
    return `its key consists of references to ${list([...new Set(out.map(({ to }) => to))])}`;
  if (
    referring.length === 0 &&
    (out.length > 1 || table.columns.some(isEventTime) || measures(table).length > 1)
  )
    return `it refers to ${list([...new Set(out.map(({ to }) => to))])}, and no table refers to it`;
  if (out.length > 1 && table.columns.some(isEventTime))
    return "it says when something happened, and refers to several tables";
  return undefined;
}

const MOST_NAMED = 3;

/** `a, b and c`; a long list is truncated. */
function list(names: readonly string[]): string {
  const shown =
    names.length > MOST_NAMED
      ? [...names.slice(0, MOST_NAMED - 1), `${names.length - MOST_NAMED + 1} more`]
      : names;
  const last = shown.at(-1) ?? "";
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(", ")} and ${last}`;
}
