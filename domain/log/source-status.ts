import * as z from "zod";

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
  /** Rows of it that were rejected, and that no commit has brought or found deleted since. */
  rejected: z.int().nonnegative(),
});
export type SourceStatus = z.infer<typeof sourceStatus>;
export type SourceState = SourceStatus["state"];
