import type { RowKey } from "../../../domain/state/row-key";

/** Collects keys up to a number. Beyond it, no key stays in memory. */
interface BoundedKeys {
  add(keys: readonly RowKey[]): void;
  list(): readonly RowKey[] | "too many";
}

export function boundedKeys(most: number): BoundedKeys {
  let keys: RowKey[] = [];
  let count = 0;
  return {
    add: (more) => {
      count += more.length;
      if (count > most) keys = [];
      else for (const key of more) keys.push(key);
    },
    list: () => (count > most ? "too many" : keys),
  };
}
