import type { SourceTable } from "../source";

export const has = (columns: object, name: string): boolean => Object.hasOwn(columns, name);
export const listNames = (columns: object): string => Object.keys(columns).join(", ");

/** The remedy for a column that a contract lacks. */
export const addOrName = ({ columns }: SourceTable): string =>
  `add it there, or name one of ${listNames(columns)}`;

/** The form in which the columns for a key of several columns are declared. */
export const holderOf = (key: readonly string[]): string =>
  `{ ${key.map((part) => `${JSON.stringify(part)}: "…"`).join(", ")} }`;

/** Formats a value for a message; JSON has no bigint. */
export const shownValue = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? `${part}n` : part));
