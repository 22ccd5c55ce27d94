import type { IngestCommit, ProcessCommit, TableCapture } from "./commit";
import type { SourceStatus } from "./source-status";
import { valueNamed } from "./by-name";

/** The state of a table according to its capture. */
export type Found = Pick<SourceStatus, "state" | "reason"> & { readonly isProcessed: boolean };

/**
 * The status of every source table after a commit, by name. Views and foreign tables, which are never captured, have no
 * status.
 */
export function sourceStatuses(
  commit: IngestCommit,
  previous: ProcessCommit | undefined,
  now: {
    readonly quarantine: ProcessCommit["quarantine"];
    /** How many rows were rejected and are missing, by source table of the model; if it is left out, it is as it was. */
    readonly missing?: ReadonlyMap<string, number>;
  },
): Record<string, SourceStatus> {
  const names = new Set([
    ...Object.keys(commit.tables),
    ...refusedTables(commit),
    ...Object.keys(now.quarantine),
  ]);
  const statuses = [...names].map((name): [string, SourceStatus] => {
    const before = valueNamed(previous?.sources, name);
    const found = find(commit, name, now.quarantine);
    const { missing } = now;
    const rejected = (missing === undefined ? before?.rejected : missing.get(name)) ?? 0;
    return [name, nextStatus(found, { before, commit, rejected })];
  });
  return Object.fromEntries(statuses);
}

/** The status of a table after a commit. */
export function nextStatus(
  { state, reason, isProcessed }: Found,
  {
    before,
    commit,
    rejected,
  }: {
    readonly before: SourceStatus | undefined;
    readonly commit: Pick<IngestCommit, "number" | "capturedAt" | "createdAt">;
    readonly rejected: number;
  },
): SourceStatus {
  const capturedAt = commit.capturedAt ?? commit.createdAt;
  return {
    state,
    reason,
    asOf: isProcessed ? { commit: commit.number, capturedAt } : (before?.asOf ?? null),
    since: before?.state === state ? before.since : capturedAt,
    rejected,
  };
}

const refusedTables = ({ refused }: IngestCommit): string[] =>
  Object.entries(refused).flatMap(([name, { kind }]) => (kind === "table" ? [name] : []));

/**
 * A table that was dropped or may not be read breaks its contract only for that reason, so the status names the cause.
 */
function find(commit: IngestCommit, name: string, quarantine: ProcessCommit["quarantine"]): Found {
  const capture = valueNamed(commit.tables, name);
  if (capture?.mode === "absent") return ofCapture(capture);
  const refusal = valueNamed(commit.refused, name);
  if (capture === undefined && refusal?.kind === "table")
    return { state: "refused", reason: refusal.reason, isProcessed: false };
  const waiting = valueNamed(quarantine, name);
  if (waiting !== undefined)
    return { state: "quarantined", reason: waiting.breaches.join("; "), isProcessed: false };
  if (capture !== undefined) return ofCapture(capture);
  throw new RangeError(`the commit ${commit.number} says nothing of a table ${name}`);
}

/** The state of a table according to its capture. */
export function ofCapture({ mode, held, absent, slice }: TableCapture): Found {
  switch (mode) {
    case "held":
    case "failed":
      return { state: mode, reason: held?.reason ?? null, isProcessed: false };
    case "absent":
      return { state: mode, reason: absent, isProcessed: false };
    default:
      return slice === null
        ? { state: "current", reason: null, isProcessed: true }
        : { state: "partial", reason: "its first capture is underway", isProcessed: true };
  }
}
