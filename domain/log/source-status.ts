import * as z from "zod";

/**
 * How up to date a source table is after a commit.
 *
 * - `current`: all rows of the source are processed.
 * - `partial`: its first capture is underway; the rows up to a key are there.
 * - `failed`: the source failed at it.
 * - `held`: the delete guard stops it.
 * - `absent`: it was captured once and cannot be captured now.
 * - `refused`: it cannot be captured.
 * - `quarantined`: its columns do not fit the contract.
 */
const state = z.enum(["current", "partial", "failed", "held", "absent", "refused", "quarantined"]);

export const sourceStatus = z.object({
  state,
  /** The commit whose state it has; null when none of its rows was ever processed. */
  asOf: z.object({ commit: z.int().positive(), capturedAt: z.iso.datetime() }).nullable(),
  /** When it was first seen in this state. */
  since: z.iso.datetime(),
  /** Why it is not current, with the remedy. */
  reason: z.string().nullable(),
  /** The rejected rows that no later commit has brought or found deleted. */
  rejected: z.int().nonnegative(),
});
export type SourceStatus = z.infer<typeof sourceStatus>;
export type SourceState = SourceStatus["state"];
