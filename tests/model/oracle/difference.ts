import type { Expectation } from "./expectation";
import type { WarehouseState } from "./warehouse";

/** The first difference from the expected warehouse after the last loaded commit; undefined without one. */
export function difference({ tables, observation }: Expectation, actual: WarehouseState): string | undefined {
  for (const [name, wanted] of observation.mirror) {
    const has = actual.mirror.get(name) ?? [];
    if (listed(wanted) === listed(has)) continue;
    const lacks = wanted.find((row) => !has.includes(row));
    const wrong = has.find((row) => !wanted.includes(row));
    return (
      `the mirror of ${name} has ${has.length} rows, and must have ${wanted.length}; ` +
      `it has ${wrong ?? "no other row"}, and lacks ${lacks ?? "none"}`
    );
  }
  for (const [name, { shown }] of tables) {
    const found = actual.shown.get(name) ?? new Map<string, string>();
    for (const key of new Set([...shown.keys(), ...found.keys()])) {
      if (shown.get(key) === found.get(key)) continue;
      return `${name} shows ${found.get(key) ?? `no row ${key}`}, and must show ${shown.get(key) ?? `no row ${key}`}`;
    }
  }
  for (const [name, { versions }] of tables) {
    const found = actual.versions.get(name);
    for (const key of new Set([...versions.keys(), ...(found?.keys() ?? [])])) {
      const wanted = versions.get(key) ?? [];
      const has = found?.get(key) ?? [];
      if (listed(wanted) === listed(has)) continue;
      return (
        `${name} has ${has.length} versions of row ${key}, and must have ${wanted.length}: ` +
        `${listed(has)}; must be ${listed(wanted)}`
      );
    }
  }
  for (const [name, count] of actual.gaps)
    if (count > 0)
      return `${count} versions in the history of ${name} do not begin where the one before ends, or not when their commit was captured`;
  for (const [name, { waiting }] of tables) {
    const wanted = [...waiting.values()].reduce((sum, queue) => sum + queue.length, 0);
    const has = actual.waiting.get(name) ?? 0;
    if (wanted !== has)
      return `${has} rows of ${name} wait for a row of a dimension, and ${wanted} must: ${[...waiting.keys()].join(" ")}`;
  }
  for (const [name, { placeholders }] of tables) {
    const has = actual.placeholders.get(name) ?? 0;
    if (placeholders.size !== has)
      return `${has} rows of ${name} refer to a member in place of a missing row, and ${placeholders.size} must: ${[...placeholders.keys()].join(" ")}`;
  }
  return undefined;
}

const listed = (contents: readonly string[]): string =>
  contents.length === 0 ? "none" : contents.join(" then ");
