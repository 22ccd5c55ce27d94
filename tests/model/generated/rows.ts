import { identifier } from "../../../domain/sql";
import { keyValues, type SourceDesign } from "./sources";

/** Keys of a table are counted from 0; rows refer to keys that there are, and to some that there are not. */
export const KEYS = 8;

/** The values of a row but its key, as SQL by column; a seed gives always the same. */
export function valuesOf(
  sources: readonly SourceDesign[],
  { columns, key, references }: SourceDesign,
  seed: number,
): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  references.forEach(({ columns: names, to, nullable }, place) => {
    const target = keyValues(sources, to, (seed + place * 3) % KEYS);
    const isNull = nullable && (seed + place) % 5 === 4;
    names.forEach((name, at) => {
      // Sometimes one column of several is NULL: there is no reference then.
      const missing = isNull && (at === names.length - 1 || seed % 2 === 0);
      if (!key.includes(name)) values.set(name, missing ? "NULL" : (target[at] ?? "NULL"));
    });
  });
  columns.forEach(({ name, kind, nullable }, place) => {
    if (key.includes(name) || values.has(name)) return;
    const at = seed + place;
    values.set(name, nullable && at % 4 === 3 ? "NULL" : (kind.values[at % kind.values.length] ?? "NULL"));
  });
  return values;
}

/** Inserts the row with the n-th key. */
export function insertRow(sources: readonly SourceDesign[], index: number, n: number, seed: number): string {
  const source = sources[index];
  if (source === undefined) throw new RangeError("there is no such table");
  const values = valuesOf(sources, source, seed);
  const names = [...source.key, ...values.keys()].map(identifier);
  const all = [...keyValues(sources, index, n), ...values.values()];
  return `INSERT INTO ${source.table} (${names.join(", ")}) VALUES (${all.join(", ")})`;
}

const FIRST_ROWS = 5;

/** The rows that the tables have to begin with. */
export const firstRows = (sources: readonly SourceDesign[]): string =>
  sources
    .flatMap((_, index) =>
      Array.from(
        { length: FIRST_ROWS },
        (_, n) => `${insertRow(sources, index, n, n + index)} ON CONFLICT DO NOTHING`,
      ),
    )
    .join(";\n");
