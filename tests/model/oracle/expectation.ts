import { contentOf, type Observation, type ObservedRow, type Outcome, type Reference } from "./observation";
import type { Layout } from "./warehouse";

type Present = Extract<Outcome, { readonly kind: "present" }>;

/** The expected state of a warehouse table after a commit. */
interface TableExpectation {
  /** The rows of a dimension, or of the current view of a fact, by key. */
  readonly shown: Map<string, string>;
  /** All versions of each row of a fact, or of a dimension with a history. */
  readonly versions: Map<string, readonly string[]>;
  /** Rows that wait for a row of a dimension, in order. A dimension has at most one for each key. */
  readonly waiting: Map<string, readonly Present[]>;
  /** Rows that refer to a member instead of a missing row, by key. `shown` is their content until the row arrives. */
  readonly placeholders: Map<string, { readonly row: Present; readonly shown: string }>;
}

/** The expected warehouse after a commit, and the expected number of rejected rows. */
export interface Expectation {
  readonly observation: Observation;
  readonly tables: ReadonlyMap<string, TableExpectation>;
  readonly rejected: { readonly atLeast: number; readonly atMost: number };
  /** The number of currently rejected rows of each source table that has any. */
  readonly missing: ReadonlyMap<string, number>;
}

/** The expected warehouse after a commit. */
interface Next {
  readonly before: Expectation | undefined;
  readonly observation: Observation;
  /** The source tables that the commit captured in full. */
  readonly recaptured: ReadonlySet<string>;
  readonly tables: Map<string, TableExpectation>;
}

/**
 * The expected warehouse after a commit, when it was `before`.
 * @param recaptured the source tables that the commit captured in full
 * @throws Error when a table was captured again without a reason
 */
export function expectAfter(
  before: Expectation | undefined,
  observation: Observation,
  { layouts, recaptured }: { readonly layouts: readonly Layout[]; readonly recaptured: ReadonlySet<string> },
): Expectation {
  for (const source of recaptured)
    if (!observation.reshaped.has(source)) throw new Error(`${source} was captured again without a reason`);
  const tables = new Map<string, TableExpectation>();
  const next: Next = { before, observation, recaptured, tables };
  for (const { name, kind, members, versions } of layouts) {
    const was = before?.tables.get(name);
    const table: TableExpectation = {
      shown: new Map(was?.shown ?? members),
      versions: new Map(was?.versions),
      waiting: new Map(was?.waiting),
      placeholders: new Map(was?.placeholders),
    };
    tables.set(name, table);
    const rows = observation.tables.get(name) ?? new Map<string, ObservedRow>();
    if (kind === "dimension") {
      loadDimension(table, rows, next);
      if (versions !== undefined) keepHistory(table);
    } else loadFact(table, rows, next);
  }
  return { observation, tables, rejected: rejectedRows(next), missing: missingRows(observation) };
}

const isThere = (tables: Next["tables"], { to, key }: Reference): boolean =>
  // The calendar must have every day that a row names.
  !tables.has(to) || tables.get(to)?.shown.has(key) === true;

/** True if all rows exist for which a row waits. */
const isComplete = ({ refers }: Present, isThereFor: (reference: Reference) => boolean): boolean =>
  refers.every((reference) => reference.instead !== undefined || isThereFor(reference));

/** The content of a row while rows to which it refers are missing. */
function shownFor({ content, refers }: Present, tables: Next["tables"]): string {
  const texts = JSON.parse(content) as (string | null)[];
  for (const reference of refers) {
    if (reference.instead === undefined || isThere(tables, reference)) continue;
    const { places, texts: instead } = reference.instead;
    places.forEach((place, at) => (texts[place] = instead[at] ?? null));
  }
  return contentOf(texts);
}

/** Records the shown content of a row. If it differs from the true content, the row also has a placeholder. */
function show({ shown, placeholders }: TableExpectation, key: string, row: Present, says: string): void {
  shown.set(key, says);
  if (says === row.content) placeholders.delete(key);
  else placeholders.set(key, { row, shown: says });
}

/** Rows of a dimension stay, because facts refer to them. A row waits while a row to which it refers is missing. */
function loadDimension(
  table: TableExpectation,
  rows: ReadonlyMap<string, ObservedRow>,
  { tables }: Next,
): void {
  const { shown, waiting, placeholders } = table;
  for (const [key, { outcome }] of rows) {
    if (outcome.kind !== "present") continue;
    if (placeholders.get(key)?.row.content === outcome.content) {
      waiting.delete(key);
      continue;
    }
    placeholders.delete(key);
    if (shown.get(key) === outcome.content) waiting.delete(key);
    else waiting.set(key, [outcome]);
  }
  // Rows of one commit may refer to each other. Remove those with a missing parent until no such row is left.
  const coming = new Map(waiting);
  const comes = (reference: Reference): boolean =>
    isThere(tables, reference) || (tables.get(reference.to) === table && coming.has(reference.key));
  for (let size = -1; size !== coming.size;) {
    size = coming.size;
    for (const [key, [row]] of coming) if (row === undefined || !isComplete(row, comes)) coming.delete(key);
  }
  const loaded = new Map([...placeholders].map(([key, { row }]) => [key, row]));
  for (const [key, [row]] of coming) {
    waiting.delete(key);
    if (row === undefined) continue;
    shown.set(key, row.content);
    loaded.set(key, row);
  }
  // All keys exist now.
  for (const [key, row] of loaded) show(table, key, row, shownFor(row, tables));
}

/** A row of a dimension gets a new version when a commit changes its content. */
function keepHistory({ shown, versions }: TableExpectation): void {
  for (const [key, says] of shown) {
    const known = versions.get(key) ?? [];
    if (known.at(-1) !== says) versions.set(key, [...known, says]);
  }
}

/** One version for each version in a commit. A version that is captured or made again counts only if it differs. */
function loadFact(table: TableExpectation, rows: ReadonlyMap<string, ObservedRow>, next: Next): void {
  const { shown, versions, waiting, placeholders } = table;
  const complete = (row: Present): boolean => isComplete(row, (reference) => isThere(next.tables, reference));
  const append = (key: string, row: Present): void => {
    const says = shownFor(row, next.tables);
    show(table, key, row, says);
    versions.set(key, [...(versions.get(key) ?? []), says]);
  };
  for (const [key, queue] of waiting) {
    const last = queue.findLastIndex(complete);
    for (const row of queue.slice(0, last + 1)) if (complete(row)) append(key, row);
    setQueue(waiting, key, queue.slice(last + 1));
  }
  for (const key of new Set([...shown.keys(), ...waiting.keys()])) {
    const outcome = rows.get(key)?.outcome;
    if (outcome !== undefined && outcome.kind !== "absent") continue;
    shown.delete(key);
    waiting.delete(key);
    placeholders.delete(key);
  }
  for (const [key, { outcome, isNew, joined, source }] of rows) {
    if (outcome.kind !== "present") continue;
    const again = joined || next.recaptured.has(source);
    if (!isNew && !again) continue;
    const queue = waiting.get(key) ?? [];
    if (!complete(outcome)) {
      if (!again || queue.at(-1)?.content !== outcome.content) waiting.set(key, [...queue, outcome]);
      continue;
    }
    waiting.delete(key);
    const says = shownFor(outcome, next.tables);
    if (!again || shown.get(key) !== says) append(key, outcome);
    else show(table, key, outcome, says);
  }
  // A row of this commit already has its true reference.
  for (const [key, { row, shown: before }] of placeholders)
    if (shownFor(row, next.tables) !== before) append(key, row);
}

function setQueue(waiting: TableExpectation["waiting"], key: string, queue: readonly Present[]): void {
  if (queue.length > 0) waiting.set(key, queue);
  else waiting.delete(key);
}

/**
 * A row is rejected whenever it is captured or made again. Marble may decide when a table is captured again, and when a
 * joined row is made again.
 */
function rejectedRows({ before, observation, recaptured }: Next): Expectation["rejected"] {
  const rejected = { atLeast: 0, atMost: 0 };
  for (const { source, isNew, times } of observation.unreadable) {
    if (isNew) rejected.atLeast += times;
    if (isNew || recaptured.has(source)) rejected.atMost += times;
  }
  for (const [name, rows] of observation.tables) {
    const earlier = before?.observation.tables.get(name);
    for (const [key, { source, isNew, joined, outcome }] of rows) {
      if (!isRejected(outcome)) continue;
      const known = earlier?.get(key);
      if (joined ? known === undefined || !isRejected(known.outcome) : isNew) rejected.atLeast += 1;
      if (isNew || joined || recaptured.has(source)) rejected.atMost += 1;
    }
  }
  return rejected;
}

/** A row is missing once, even if several warehouse tables lack it. */
function missingRows({ tables, unreadable }: Observation): ReadonlyMap<string, number> {
  const keys = new Map<string, Set<string>>();
  const add = (source: string, key: string): void => {
    keys.set(source, (keys.get(source) ?? new Set()).add(key));
  };
  for (const { source, sourceKey, times } of unreadable) if (times > 0) add(source, sourceKey);
  for (const rows of tables.values())
    for (const { source, sourceKey, outcome } of rows.values())
      if (isRejected(outcome)) add(source, sourceKey);
  return new Map([...keys].map(([source, { size }]) => [source, size]));
}

const isRejected = (outcome: Outcome): boolean =>
  outcome.kind === "rejected" || (outcome.kind === "absent" && outcome.rejected);
