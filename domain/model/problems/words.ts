import type { SourceTable } from "../source";

export const has = (columns: object, name: string): boolean => Object.hasOwn(columns, name);
export const listed = (columns: object): string => Object.keys(columns).join(", ");

/** What to do about a column that a contract does not have. */
export const addOrName = ({ columns }: SourceTable): string =>
  `add it there, or name one of ${listed(columns)}`;

/** A value for a message; JSON has no bigint. */
export const shownValue = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? `${part}n` : part));
