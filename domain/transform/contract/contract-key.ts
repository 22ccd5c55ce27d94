import type { TableCapture } from "../../log/commit";
import { nameAmong, type SourceColumn, type SourceTable } from "../../model/source";

/** The columns that distinguish the rows of a table in a commit. */
type KeyedCapture = Pick<TableCapture, "key" | "unique" | "identity" | "columns">;

/** The columns of the contract's key, by their names in the capture. */
export function keyIn(
  contract: SourceTable,
  { columns, key }: Pick<KeyedCapture, "columns" | "key">,
): readonly string[] {
  const names = new Set([...columns.map(({ name }) => name), ...key]);
  return [contract.key].flat().map((name) => {
    const column = contract.columns[name];
    return (column && nameAmong(name, column, (one) => names.has(one))) ?? name;
  });
}

const sameColumns = (these: readonly string[], those: readonly string[]): boolean =>
  these.length === those.length && these.every((name) => those.includes(name));

/** True if ingest identified the rows of a capture, and so the deleted ones, by the key of the contract. */
export const identifiesByKey = (contract: SourceTable, capture: KeyedCapture): boolean =>
  sameColumns(capture.identity ?? capture.key, keyIn(contract, capture));

/** True if ingest identified the rows of a capture by columns other than the key of the contract. */
export const identifiesOtherwise = (contract: SourceTable, capture: KeyedCapture): boolean =>
  (capture.identity ?? capture.key).length > 0 && !identifiesByKey(contract, capture);

/** True if the source ensures that each key of the contract occurs once in a capture. */
export function hasUniqueKeys(contract: SourceTable, capture: KeyedCapture): boolean {
  const own = keyIn(contract, capture);
  return [capture.key, ...(capture.unique ?? [])].some((columns) => sameColumns(columns, own));
}

/**
 * Why the key of a contract does not fit its table: rows with the same key would be merged, or deleted rows are
 * identified by other columns.
 * @param readsDeletes true if a table made of it needs the deleted rows
 * @returns a sentence with the remedy; undefined when the key fits, or when the commit is too old to tell
 */
export function keyBreach(
  contract: SourceTable,
  capture: KeyedCapture,
  { readsDeletes }: { readonly readsDeletes: boolean },
): string | undefined {
  if (capture.unique === undefined) return undefined;
  const own = keyIn(contract, capture);
  const key = own.join(", ");
  const primary =
    capture.key.length === 0
      ? "it has no primary key, or other tables inherit from it"
      : `its primary key is ${list(capture.key)}`;
  const gone = own.filter((name) => !capture.columns.some((column) => column.name === name));
  if (gone.length > 0)
    return (
      `${contract.name} no longer has ${list(gone)}, which the contract says ${gone.length === 1 ? "is" : "are"} in the key; ` +
      `${primary}: name the present column in the contract, with { formerly: ["${gone[0] ?? ""}"] } if it was renamed`
    );
  // The files of deleted rows have the columns of the primary key, so a unique constraint does not help with them.
  const asPrimary = `make (${key}) the primary key of ${contract.name}`;
  const follow = capture.key.length === 0 ? "" : `make ${list(capture.key)} the key of the contract, or `;
  if (!hasUniqueKeys(contract, capture)) {
    const remedy =
      capture.key.length === 0
        ? `add the primary key (${key}) to ${contract.name}`
        : readsDeletes
          ? asPrimary
          : `add a unique constraint on (${key}) to ${contract.name}`;
    return (
      `nothing in the source prevents two rows of ${contract.name} with the same ${key}, which the contract says ` +
      `is the key; ${primary}: ${follow}${remedy} in the source`
    );
  }
  const identity = capture.identity ?? capture.key;
  if (!readsDeletes || !identifiesOtherwise(contract, capture)) return undefined;
  return (
    `the deleted rows of ${contract.name} are identified by ${list(identity)}, not by ${key}, which the contract says is ` +
    `the key: make ${list(identity)} the key of the contract, or ${asPrimary} in the source`
  );
}

const list = (names: readonly string[]): string =>
  names.length === 1 ? names.join() : `(${names.join(", ")})`;

/**
 * The columns, by their names in the source, that the contract declares as NOT NULL and the source allows to be NULL.
 */
export const claimsOfNotNull = (
  contract: SourceTable,
  { columns }: Pick<KeyedCapture, "columns">,
): readonly string[] => {
  const nullable = new Map(columns.map((column) => [column.name, column.nullable === true]));
  return Object.entries<SourceColumn>(contract.columns).flatMap(([name, column]) => {
    const actual = nameAmong(name, column, (one) => nullable.has(one));
    return actual !== undefined && !column.nullable && nullable.get(actual) === true ? [actual] : [];
  });
};
