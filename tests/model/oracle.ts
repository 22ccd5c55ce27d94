import { FACT_NAMES, FACTS, type FactName, type SourceState, type WarehouseState } from "./observe";

/**
 * A version that a fact table must hold. An optional one has the content of the one before, and its table
 * was captured anew: Marble may take it for the same.
 */
interface Version {
  readonly content: string;
  readonly optional: boolean;
}

type Versions = ReadonlyMap<FactName, ReadonlyMap<string, readonly Version[]>>;

/** What the warehouse must be after a commit, and how many rows the commit must have rejected. */
export interface Expectation {
  readonly state: SourceState;
  readonly shown: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly versions: Versions;
  readonly rejected: { readonly atLeast: number; readonly atMost: number };
}

/** What a commit of `state` must make of the warehouse, which was as `before` says. */
export function expectAfter(before: Expectation | undefined, state: SourceState): Expectation {
  const shown = new Map<string, ReadonlyMap<string, string>>();
  // Rows of dimensions stay: history refers to them.
  for (const [name, rows] of state.dimensions)
    shown.set(name, new Map([...(before?.shown.get(name) ?? []), ...rows]));
  const versions = new Map<FactName, ReadonlyMap<string, readonly Version[]>>();
  const rejected = { atLeast: 0, atMost: 0 };
  for (const fact of FACT_NAMES) {
    const after = factAfter(fact, before, state);
    shown.set(FACTS[fact].view, after.shown);
    versions.set(fact, after.versions);
    rejected.atLeast += after.rejected.atLeast;
    rejected.atMost += after.rejected.atMost;
  }
  return { state, shown, versions, rejected };
}

/**
 * One version for each that a commit saw. Where a table was rewritten or its columns changed, it may be
 * captured anew: a version of the same content is then not told from the one before. A row that breaks its
 * contract is left out, and the last good version of it stays.
 */
function factAfter(
  fact: FactName,
  before: Expectation | undefined,
  state: SourceState,
): {
  readonly shown: ReadonlyMap<string, string>;
  readonly versions: ReadonlyMap<string, readonly Version[]>;
  readonly rejected: { atLeast: number; atMost: number };
} {
  const was = before?.state.facts.get(fact);
  const is = state.facts.get(fact);
  const shownBefore = before?.shown.get(FACTS[fact].view);
  const rewritten = was !== undefined && was.storage !== is?.storage;
  const altered = was !== undefined && was.columns !== is?.columns;
  const shown = new Map<string, string>();
  const versions = new Map(before?.versions.get(fact));
  const rejected = { atLeast: 0, atMost: 0 };
  for (const [key, { xmin, content }] of is?.rows ?? []) {
    const isNew = was?.rows.get(key)?.xmin !== xmin;
    const last = shownBefore?.get(key);
    if (content === null) {
      if (last !== undefined) shown.set(key, last);
      if (isNew) rejected.atLeast += 1;
      if (isNew || rewritten || altered) rejected.atMost += 1;
      continue;
    }
    shown.set(key, content);
    // A row that was bad may have been good before: what counts is the version that is loaded.
    const same = last === content;
    if (same && (rewritten || !isNew)) continue;
    if (!same || isNew)
      versions.set(key, [...(versions.get(key) ?? []), { content, optional: same && altered }]);
  }
  return { shown, versions, rejected };
}

/** How the warehouse differs from what it must be after the last loaded commit; undefined when it does not. */
export function difference(expected: Expectation, actual: WarehouseState): string | undefined {
  for (const [name, rows] of expected.shown) {
    const found = actual.shown.get(name) ?? new Map<string, string>();
    for (const key of new Set([...rows.keys(), ...found.keys()])) {
      if (rows.get(key) === found.get(key)) continue;
      return `${name} shows ${found.get(key) ?? `no row ${key}`}, and must show ${rows.get(key) ?? `no row ${key}`}`;
    }
  }
  for (const fact of FACT_NAMES) {
    const rows = expected.versions.get(fact);
    const found = actual.versions.get(fact);
    for (const key of new Set([...(rows?.keys() ?? []), ...(found?.keys() ?? [])])) {
      const wanted = rows?.get(key) ?? [];
      const versions = found?.get(key) ?? [];
      if (matches(wanted, versions)) continue;
      const list = (contents: readonly string[]): string =>
        contents.length === 0 ? "none" : contents.join(" then ");
      return (
        `${fact} has ${versions.length} versions of row ${key}, and must have ${wanted.length}: ` +
        `${list(versions)}; must be ${list(wanted.map(({ content, optional }) => (optional ? `${content} or not` : content)))}`
      );
    }
  }
  return actual.waiting === 0
    ? undefined
    : `${actual.waiting} fact versions wait for a dimension row that was there`;
}

/** Are the versions those that are wanted, in order? Of equal ones in a row, as many as must and may be. */
function matches(wanted: readonly Version[], found: readonly string[]): boolean {
  let place = 0;
  for (let start = 0; start < wanted.length;) {
    const content = wanted[start]?.content;
    let [atLeast, atMost, count] = [0, 0, 0];
    for (; wanted[start]?.content === content && start < wanted.length; start++) {
      atMost += 1;
      if (wanted[start]?.optional === false) atLeast += 1;
    }
    for (; found[place] === content && place < found.length; place++) count += 1;
    if (count < atLeast || count > atMost) return false;
  }
  return place === found.length;
}
