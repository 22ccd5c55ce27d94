import type { IngestCommit, TableCapture } from "./commit";
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

/** Decides what a run has to do, from the last commit and what the source says of itself. */
export function planRun(last: IngestCommit | undefined, now: SourceState): RunPlan {
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
  if (nothingWritten(since, snapshot)) return { kind: "idle" };
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
export interface TablePlan {
  readonly mode: "full" | "delta";
  readonly recapture: boolean;
}

/**
 * Decides what to capture of one table.
 * @param previous the table in the last commit, if it was there
 * @param run what the run has to do
 */
export function planTable(
  previous: TableCapture | undefined,
  table: TableDescription,
  run: RunPlan,
): TablePlan {
  // In a source that is not the one of the last commit, every row may have been captured before.
  if (previous === undefined || run.kind === "full")
    return { mode: "full", recapture: previous !== undefined };
  // A rewritten table (ALTER TYPE, TRUNCATE and reload) carries new ids on rows that may be as they were.
  return { mode: "delta", recapture: previous.storage !== table.storage };
}

/**
 * How many rows were updated or deleted, without looking at a key: of the rows at the last commit,
 * all that were not captured now are still as they were.
 */
export const replacedRows = (counts: { previous: number; total: number; captured: number }): number =>
  counts.previous - (counts.total - counts.captured);
