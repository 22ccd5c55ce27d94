import * as z from "zod";
import type { IngestCommit, ProcessCommit, TableCapture } from "./commit";

/**
 * How up to date a source table is after a commit.
 *
 * - `current`: all that the source had is processed.
 * - `partial`: its first capture is underway; the rows up to a key are there.
 * - `failed`: the source did not give it.
 * - `held`: the delete guard holds it back.
 * - `absent`: it was captured once, and cannot be now.
 * - `refused`: it cannot be captured.
 * - `quarantined`: its columns do not fit the contract.
 */
const state = z.enum(["current", "partial", "failed", "held", "absent", "refused", "quarantined"]);

export const sourceStatus = z.object({
  state,
  /** The commit that it is as of; null when nothing of it was ever processed. */
  asOf: z.object({ commit: z.int().positive(), capturedAt: z.iso.datetime() }).nullable(),
  /** When it was first seen in this state. */
  since: z.iso.datetime(),
  /** Why it is not current, with the remedy. */
  reason: z.string().nullable(),
  /** Rows of it that were rejected, by all commits so far. */
  rejected: z.int().nonnegative(),
});
export type SourceStatus = z.infer<typeof sourceStatus>;
export type SourceState = SourceStatus["state"];

type Found = Pick<SourceStatus, "state" | "reason"> & { readonly isProcessed: boolean };

/** What the log says of every source table after a commit, by name. */
export function sourceStatuses(
  commit: IngestCommit,
  previous: ProcessCommit | undefined,
  now: {
    readonly quarantine: ProcessCommit["quarantine"];
    /** Rows that this commit rejected, by source table. */
    readonly rejected: ReadonlyMap<string, number>;
  },
): Record<string, SourceStatus> {
  const capturedAt = commit.capturedAt ?? commit.createdAt;
  const names = new Set([
    ...Object.keys(commit.tables),
    ...Object.keys(commit.refused),
    ...Object.keys(now.quarantine),
  ]);
  const statuses = [...names].map((name): [string, SourceStatus] => {
    const before = own(previous?.sources ?? {}, name);
    const { state, reason, isProcessed } = find(commit, name, now.quarantine);
    return [
      name,
      {
        state,
        reason,
        asOf: isProcessed ? { commit: commit.number, capturedAt } : (before?.asOf ?? null),
        since: before?.state === state ? before.since : capturedAt,
        rejected: (before?.rejected ?? 0) + (now.rejected.get(name) ?? 0),
      },
    ];
  });
  return Object.fromEntries(statuses);
}

function find(commit: IngestCommit, name: string, quarantine: ProcessCommit["quarantine"]): Found {
  const waiting = own(quarantine, name);
  if (waiting !== undefined)
    return { state: "quarantined", reason: waiting.breaches.join("; "), isProcessed: false };
  const capture = own(commit.tables, name);
  if (capture !== undefined) return ofCapture(capture);
  return { state: "refused", reason: own(commit.refused, name)?.reason ?? null, isProcessed: false };
}

function ofCapture({ mode, held, absent, slice }: TableCapture): Found {
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

/** A table may be called `constructor`. */
const own = <T>(values: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(values, name) ? values[name] : undefined;
