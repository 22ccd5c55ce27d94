/**
 * A row that breaks its contract. It is left out and stored where it can be found again. The first reason wins. The
 * reason may quote the value, so it goes into the rejected file and never into a log.
 */
export interface Rejection {
  readonly column: string;
  readonly reason: string;
}

/** The rejected rows of one batch, by row. */
export type Rejections = Map<number, Rejection>;

/** Marks a row as rejected, unless it already is. */
export function reject(rejections: Rejections, row: number, rejection: Rejection): void {
  if (!rejections.has(row)) rejections.set(row, rejection);
}

/** A line of a rejected file (NDJSON): the original row, and why it was left out. */
export interface RejectedRow extends Rejection {
  /** The warehouse table that lacks the row; absent when the row could not even be decoded. */
  readonly target?: string;
  readonly table: string;
  readonly commit: number;
  /** The record as CSV, and the header of its file. */
  readonly header: string;
  readonly row: string;
}

/** A reason quotes at most this much of a value. */
const QUOTED_CHARACTERS = 60;

export const quote = (value: string): string =>
  JSON.stringify(value.length > QUOTED_CHARACTERS ? `${value.slice(0, QUOTED_CHARACTERS)}…` : value);
