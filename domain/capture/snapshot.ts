import { TerminalError } from "../errors";

/**
 * A snapshot of PostgreSQL, as `pg_current_snapshot()` prints it: `xmin:xmax:xip,xip,…` in 64-bit transaction ids
 * (PostgreSQL manual, 9.27.8 "Transaction ID and Snapshot Information Functions").
 *
 * - Every transaction before `xmin` has ended. `xmin` is the **horizon**.
 * - No transaction from `xmax` on had begun.
 * - `inProgress` lists top-level transactions only. A row that was written under a savepoint has the id of the
 *   subtransaction, so never decide on the list alone.
 */
export interface Snapshot {
  readonly xmin: bigint;
  readonly xmax: bigint;
  readonly inProgress: readonly bigint[];
}

/** @throws TerminalError when the text is not a snapshot */
export function parseSnapshot(text: string): Snapshot {
  const match = /^(\d+):(\d+):((?:\d+(?:,\d+)*)?)$/.exec(text);
  if (match === null) throw new TerminalError(`"${text}" is not a PostgreSQL snapshot`);
  const [, xmin = "", xmax = "", list = ""] = match;
  return {
    xmin: BigInt(xmin),
    xmax: BigInt(xmax),
    inProgress: list === "" ? [] : list.split(",").map(BigInt),
  };
}

/**
 * True if nothing was written in the whole cluster between two snapshots. Exact, because every writer takes a
 * transaction id, which moves `xmax`, and a writer that was in progress may have ended since.
 */
export const nothingWritten = (earlier: Snapshot, later: Snapshot): boolean =>
  later.xmin === later.xmax && earlier.xmin === earlier.xmax && earlier.xmax === later.xmax;

/** True if the later snapshot is older than the earlier one. It then comes from another cluster or a restored one. */
export const wentBackwards = (earlier: Snapshot, later: Snapshot): boolean =>
  later.xmax < earlier.xmax || later.xmin < earlier.xmin;

/** A transaction id as rows store it: the low 32 bits. */
export const rowXid = (xid: bigint): string => String(xid & 0xffff_ffffn);

/**
 * How many ids may pass before the recorded horizon must be renewed. Ages are compared in 31 bits. Half of that leaves
 * a margin for a long outage.
 */
export const HORIZON_LIFETIME = 2n ** 30n;

export const horizonIsOld = (recorded: Snapshot, now: Snapshot): boolean =>
  now.xmax - recorded.xmin > HORIZON_LIFETIME;

/** True if the recorded horizon is too old for a comparison of ages. */
export const horizonIsLost = (recorded: Snapshot, now: Snapshot): boolean =>
  now.xmax - recorded.xmin >= 2n ** 31n;

/**
 * True if transaction ids have wrapped around. A row keeps the 32 bits of its writer's id forever, frozen or not. A row
 * of an earlier cycle may therefore look as if it was written since the last commit. The reverse cannot happen: a row
 * that was written since always looks so.
 */
export const idsHaveWrapped = (now: Snapshot): boolean => now.xmax >= 2n ** 32n;
