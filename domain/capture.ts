import type { IngestCommit } from "./commit";
import { horizonIsOld, nothingWritten, parseSnapshot, wentBackwards, type Snapshot } from "./snapshot";

/** Which cluster answered, and what its transaction sees. */
export interface SourceState {
  readonly systemIdentifier: string;
  /** Changes when a standby is promoted or a backup restored. */
  readonly timeline: number;
  readonly database: string;
  readonly snapshot: string;
}

/** What a run has to do, decided before any table is looked at. */
export type RunPlan =
  /** Nobody wrote anything since the last commit. */
  | { readonly kind: "idle" }
  /** There is no past that this source continues: every table in full. `reason` is for the log. */
  | { readonly kind: "full"; readonly reason: string }
  /** What changed since the last commit; `renew` when a commit is due even if nothing did. */
  | { readonly kind: "delta"; readonly since: Snapshot; readonly renew: boolean };

/**
 * Decides what a run has to do, from the last commit and what the source says of itself.
 * @param released tables whose deletes a person has allowed: one that is held must be looked at
 */
export function planRun(
  last: IngestCommit | undefined,
  now: SourceState,
  released: ReadonlySet<string> = new Set(),
): RunPlan {
  if (last === undefined) return { kind: "full", reason: "there is no earlier commit" };
  const was = last.source;
  if (was.systemIdentifier !== now.systemIdentifier || was.database !== now.database) {
    return { kind: "full", reason: "the source is another database than before" };
  }
  if (was.timeline !== now.timeline) {
    return { kind: "full", reason: "the source was restored from a backup or failed over" };
  }
  const since = parseSnapshot(last.snapshot);
  const snapshot = parseSnapshot(now.snapshot);
  if (wentBackwards(since, snapshot)) return { kind: "full", reason: "the source went back in time" };
  const isReleased = Object.entries(last.tables).some(
    ([name, { held }]) => held !== null && released.has(name),
  );
  if (nothingWritten(since, snapshot) && !isReleased) return { kind: "idle" };
  return { kind: "delta", since, renew: horizonIsOld(since, snapshot) };
}

/** A table as the catalogue describes it. */
export interface TableDescription {
  readonly name: string;
  readonly storage: string;
  readonly key: readonly string[];
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/** What to capture of one table. */
export type TablePlan =
  | { readonly mode: "full"; readonly recapture: boolean }
  | { readonly mode: "delta"; readonly recapture: boolean; readonly filter: VersionFilter };

/** Which row versions of a table are meant: those of transactions not older than a horizon. */
export interface VersionFilter {
  /** The snapshot of the last capture; its xmin is the horizon. */
  readonly since: Snapshot;
  /** Row transaction ids whose rows were captured then, although they lie behind the horizon. */
  readonly captured: readonly string[];
}

/**
 * Decides what to capture of one table.
 * @param last the last commit, if there is one
 */
export function planTable(last: IngestCommit | undefined, table: TableDescription, run: RunPlan): TablePlan {
  const previous = last?.tables[table.name];
  // In a source that is not the one of the last commit, every row may have been captured before.
  const full = { mode: "full", recapture: previous !== undefined } as const;
  if (last === undefined || previous === undefined || run.kind !== "delta") return full;
  // Under another key the rows have to be known anew.
  if (JSON.stringify(previous.key) !== JSON.stringify(table.key)) return full;
  const { snapshot, overlap } = previous.held ?? last;
  if (snapshot === null) return full;
  return {
    mode: "delta",
    // A rewritten table (ALTER TYPE, TRUNCATE and reload) carries new ids on rows that may be as they were.
    recapture: previous.storage !== table.storage,
    filter: { since: parseSnapshot(snapshot), captured: overlap },
  };
}

/**
 * How many rows were updated or deleted, without looking at a key: of the rows at the last capture,
 * all that were not captured now are still as they were.
 */
export const replacedRows = (counts: { previous: number; total: number; captured: number }): number =>
  counts.previous - (counts.total - counts.captured);

/** How much may be deleted between two runs before a person is asked. */
export interface DeleteGuard {
  /** Of the rows that the table had, 0 to 1. */
  readonly maxShare: number;
  /** Tables whose deletes a person has allowed. */
  readonly allowed: ReadonlySet<string>;
}

/** So few deletes are never suspicious, unless they empty the table. */
const FEW_DELETES = 20;

/** Why the deletes of a table must wait for a person; undefined when they need not. */
export function guardDeletes(
  guard: DeleteGuard,
  table: { name: string; previous: number; total: number; deleted: number },
): string | undefined {
  const { name, previous, total, deleted } = table;
  if (deleted === 0 || guard.allowed.has(name)) return undefined;
  const many = deleted > FEW_DELETES && deleted > previous * guard.maxShare;
  if (!many && total > 0) return undefined;
  const what = total === 0 ? "the table was emptied" : `${deleted} of ${previous} rows were deleted`;
  return `${what}; if that is right, invoke ingest with {"allowDeletes":[${JSON.stringify(name)}]}`;
}
