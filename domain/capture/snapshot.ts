import { TerminalError } from "../errors";

/**
 * A snapshot of PostgreSQL, as `pg_current_snapshot()` prints it: `xmin:xmax:xip,xip,…` in 64-bit
 * transaction ids (PostgreSQL manual, 9.27.8 "Transaction ID and Snapshot Information Functions").
 *
 * - Everything before `xmin` has ended: it is the **horizon**.
 * - Nothing from `xmax` on had begun.
 * - `inProgress` names top-level transactions only; a row that was written under a savepoint
 *   carries the subtransaction's id. Never decide on the list alone.
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
 * Was nothing written in the whole cluster between two snapshots? Exact: every writer
 * takes a transaction id, which moves `xmax`, and one that was in progress may have ended since.
 */
export const nothingWritten = (earlier: Snapshot, later: Snapshot): boolean =>
  later.xmin === later.xmax && earlier.xmin === earlier.xmax && earlier.xmax === later.xmax;

/** Is the later snapshot older than the earlier one? Then it is of another cluster, or of a restored one. */
export const wentBackwards = (earlier: Snapshot, later: Snapshot): boolean =>
  later.xmax < earlier.xmax || later.xmin < earlier.xmin;

/** A transaction id as rows carry it: the low 32 bits. */
export const rowXid = (xid: bigint): string => String(xid & 0xffff_ffffn);

/**
 * How many ids may pass before the recorded horizon must be renewed. Ages are compared in 31 bits;
 * half of that leaves room for a long outage.
 */
export const HORIZON_LIFETIME = 2n ** 30n;

export const horizonIsOld = (recorded: Snapshot, now: Snapshot): boolean =>
  now.xmax - recorded.xmin > HORIZON_LIFETIME;

/** Can ages no longer tell what came after the recorded horizon? */
export const horizonIsLost = (recorded: Snapshot, now: Snapshot): boolean =>
  now.xmax - recorded.xmin >= 2n ** 31n;

/**
 * Have ids come round? A row keeps the 32 bits of the id that wrote it for ever, frozen or not, so one of
 * an earlier round may by chance look as if it had been written since the last commit. Never the other
 * way: a row that was written since always looks so.
 */
export const idsCameRound = (now: Snapshot): boolean => now.xmax >= 2n ** 32n;
