import type { TableDescription } from "./table-description";
import type { TableCapture } from "../log/commit";
import { storageChange } from "./table-storage-id";

/**
 * The columns that distinguish the rows of a table: its primary key, or the last primary key of a table that has none
 * now, so that deletes are still found. Empty when it never had a primary key.
 */
export const identityOf = (table: TableDescription, previous: TableCapture | undefined): readonly string[] =>
  table.key.length > 0 || previous === undefined ? table.key : (earlierIdentity(table, previous) ?? []);

/**
 * The present names of the columns that distinguished rows at the last capture; undefined when there were none, or one
 * of them was dropped. A column keeps its number when it is renamed. If another table has taken the name, its columns
 * are found by their names.
 */
export function earlierIdentity(
  table: TableDescription,
  previous: TableCapture,
): readonly string[] | undefined {
  const { replaced } = storageChange(previous.storage, table.storage);
  const names = (previous.identity ?? previous.key).map((name) => {
    const before = previous.columns.find((column) => column.name === name);
    const number = replaced ? undefined : before?.number;
    return table.columns.find((column) =>
      number === undefined ? column.name === name : column.number === number,
    )?.name;
  });
  const known = names.filter((name) => name !== undefined);
  return known.length === 0 || known.length < names.length ? undefined : known;
}
