import type { TableDescription } from "./table-description";
import { changesRows, columnChanges } from "./column-changes";
import { captureOf, type IngestCommit, type TableCapture } from "../log/commit";
import {
  horizonIsLost,
  horizonIsOld,
  idsHaveWrapped,
  nothingWritten,
  parseSnapshot,
  wentBackwards,
  type Snapshot,
} from "./snapshot";
import { hasNotBegun } from "./slice";
import { storageChange } from "./table-storage-id";

/** Identifies the cluster that answered, and what its transaction sees. */
export interface SourceState {
  readonly systemIdentifier: string;
  /** Changes when a standby is promoted or a backup restored. */
  readonly timeline: number;
  readonly database: string;
  readonly schema: string;
  /**
   * When the server was started. The history of a running server is continuous: replacing its data requires a restart.
   */
  readonly startedAt: string;
  readonly snapshot: string;
}

/** The plan of a run, decided before any table is read. */
type RunPlan =
  /** Nothing was written since the last commit. */
  | { readonly kind: "idle" }
  /** The lake is of another source. */
  | { readonly kind: "other-source" }
  /** The source continues no earlier commit: every table in full. `reason` is for the log. */
  | { readonly kind: "full"; readonly reason: string }
  /** What changed since the last commit; `renew` when a commit is due even if nothing did. */
  | { readonly kind: "delta"; readonly since: Snapshot; readonly now: Snapshot; readonly renew: boolean };

/** The plan of a run that has something to capture. */
export type ActivePlan = Extract<RunPlan, { readonly kind: "full" | "delta" }>;

/** Inputs of the plan besides the source: what a person has allowed, and whether a commit is due. */
interface Allowances {
  /** Tables whose deletes a person has confirmed, so that the delete guard lets them through. */
  readonly deletes?: ReadonlySet<string>;
  /** True if another database may replace the previous one. */
  readonly otherSource?: boolean;
  /** A commit is due even if nothing was written. */
  readonly isDue?: boolean;
}

/** Plans a run from the last commit and the state of the source. */
export function planRun(
  last: IngestCommit | undefined,
  now: SourceState,
  { deletes = new Set(), otherSource = false, isDue = false }: Allowances = {},
): RunPlan {
  if (last === undefined) return { kind: "full", reason: "there is no earlier commit" };
  const was = last.source;
  const isOther =
    was.systemIdentifier !== now.systemIdentifier ||
    was.database !== now.database ||
    was.schema !== now.schema;
  if (isOther) {
    return otherSource
      ? { kind: "full", reason: "the source is another database than before" }
      : { kind: "other-source" };
  }
  if (was.timeline !== now.timeline) {
    return { kind: "full", reason: "the source was restored from a backup or failed over" };
  }
  const since = parseSnapshot(last.snapshot);
  const snapshot = parseSnapshot(now.snapshot);
  if (wentBackwards(since, snapshot)) return { kind: "full", reason: "the source went back in time" };
  // The files of the cluster may come from a backup whose transaction ids have overtaken ours. Only the restart shows
  // it.
  if (was.startedAt !== now.startedAt) {
    return { kind: "full", reason: "the server was restarted, maybe on other data" };
  }
  if (horizonIsLost(since, snapshot)) {
    return { kind: "full", reason: "the last commit is more than two billion transactions ago" };
  }
  const isReleased = Object.entries(last.tables).some(
    ([name, { held }]) => held !== null && deletes.has(name),
  );
  const hasFailed = Object.values(last.tables).some(({ mode }) => mode === "failed");
  if (nothingWritten(since, snapshot) && !isReleased && !hasFailed && !isUnderway(last) && !isDue)
    return { kind: "idle" };
  return { kind: "delta", since, now: snapshot, renew: isDue || horizonIsOld(since, snapshot) };
}

/** True if the first capture of a table is underway, so that work remains even without a write. */
export const isUnderway = ({ tables }: IngestCommit): boolean =>
  Object.values(tables).some(
    ({ slice, mode }) => slice !== null && (mode === "full" || mode === "delta" || mode === "unchanged"),
  );

/** The last capture of a table; undefined when its first capture has not begun. */
export function lastCapture(last: IngestCommit | undefined, table: string): TableCapture | undefined {
  const capture = captureOf(last, table);
  return capture !== undefined && hasNotBegun(capture) ? undefined : capture;
}

/** The plan for one table. `reason` is for the log. */
export type TablePlan =
  | { readonly mode: "full"; readonly recapture: boolean; readonly reason: string }
  | { readonly mode: "delta"; readonly recapture: boolean; readonly filter: VersionFilter };

/** Selects the row versions of a table whose transactions are not older than a horizon. */
export interface VersionFilter {
  /** The snapshot of the last capture; its xmin is the horizon. */
  readonly since: Snapshot;
  /** Row transaction ids after the horizon whose rows were captured already. */
  readonly captured: readonly string[];
  /**
   * Oids of partitions whose rows are all selected. They were attached after the last capture, and their rows may have
   * any age.
   */
  readonly joined: readonly string[];
}

/** Captures every row of a table that was captured before; some rows may be unchanged. */
export const planRecapture = (reason: string): TablePlan => ({ mode: "full", recapture: true, reason });

/**
 * Plans the capture of one table.
 * @param last the last commit, if there is one
 */
export function planTable(
  last: IngestCommit | undefined,
  table: TableDescription,
  run: ActivePlan,
): TablePlan {
  const previous = lastCapture(last, table.name);
  if (last === undefined || previous === undefined) {
    return { mode: "full", recapture: false, reason: "the table is new" };
  }
  if (run.kind === "full") return planRecapture(run.reason);
  const { snapshot, overlap } = previous.held ?? last;
  const since = snapshot === null ? undefined : parseSnapshot(snapshot);
  const reason = reasonToRecapture(previous, table);
  if (reason !== undefined) return planRecapture(reason);
  if (since === undefined) return planRecapture("it was to be captured in full when it was held back");
  if (horizonIsLost(since, run.now)) return planRecapture("it was held back for too many transactions");
  const { rewritten, joined } = storageChange(previous.storage, table.storage);
  return {
    mode: "delta",
    // A rewritten table (ALTER TYPE, TRUNCATE and reload) has new ids on rows that may be unchanged.
    recapture: rewritten || joined.length > 0 || idsHaveWrapped(run.now),
    filter: { since, captured: overlap, joined },
  };
}

/** Returns a reason to capture the whole table: its rows may have changed although no transaction wrote them. */
function reasonToRecapture(previous: TableCapture, table: TableDescription): string | undefined {
  if (previous.mode === "absent") return `it is back: ${previous.absent ?? "it was absent"}`;
  if (storageChange(previous.storage, table.storage).replaced) return "another table has its name";
  // A new key requires new files of known keys.
  if (JSON.stringify(previous.key) !== JSON.stringify(table.key)) return "its key changed";
  if (changesRows(columnChanges(previous.columns, table.columns))) return "its columns changed";
  if (table.names?.changed === true) return "objects that its rows name were renamed or dropped";
  return undefined;
}
