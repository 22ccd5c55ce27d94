import type { TableDescription } from "./table-description";
import type { TableCapture } from "../log/commit";
import { storageChange } from "./table-storage-id";

/**
 * The columns that distinguish the rows of a table: those of its primary key, or, while it has none, of
 * the one that it had last, so that what is deleted meanwhile is found. Empty when it never had one.
 */
export const identityOf = (table: TableDescription, previous: TableCapture | undefined): readonly string[] =>
  table.key.length > 0 || previous === undefined ? table.key : (earlierIdentity(table, previous) ?? []);

/**
 * The present names of the columns that distinguished rows at the last capture; undefined when there were
 * none, or one of them is gone. In a table that took the place of another they have the same names.
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
