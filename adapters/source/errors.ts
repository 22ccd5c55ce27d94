import { MarbleError, messageOf, TerminalError, TransientError } from "../../domain/errors";
import { codeOf } from "../postgres/postgres";

/**
 * Errors that heal: the connection, a time-out of the session, a lock, a server that restarts (classes 08, 25P, 53, 55,
 * 57, 40), a table or a column that is gone since the catalogue was read (42P01, 42703): the next run sees another
 * catalogue.
 */
const TRANSIENT = /^(08|25P|53|55|57|40)|^42P01$|^42703$|^E[A-Z]+$/;

/**
 * Errors that are about what was asked of one table: a lock that somebody holds, a value that cannot be sent, a
 * limit, a timeout, a broken page, a table or a column that was dropped since. The connection stays usable.
 */
const ABOUT_TABLE = /^(22|42|53|54|55|58|XX|57014$)/;

const NO_SUCH_TABLE = "42P01";
const OUT_OF_SHARED_MEMORY = "53200";

/** A table was replaced or rewritten since the catalogue was read. */
export class TableChangedError extends TransientError {}

const causeOf = (error: unknown): string => (error instanceof MarbleError ? codeOf(error.cause) : "");

/** Did the source fail at one table, so that others can still be captured? */
export const isAboutTable = (error: unknown): boolean =>
  error instanceof TableChangedError || ABOUT_TABLE.test(causeOf(error));

/** Was the table dropped since the catalogue was read? */
export const isGone = (error: unknown): boolean => causeOf(error) === NO_SUCH_TABLE;

/** Has the server no room for another lock? */
export const isOutOfLocks = (error: unknown): boolean => causeOf(error) === OUT_OF_SHARED_MEMORY;

/** @throws TransientError or TerminalError that says what the source could not do */
export async function withSourceErrors<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw sourceError(what, error);
  }
}

export function sourceError(what: string, error: unknown): Error {
  if (error instanceof TerminalError || error instanceof TransientError) return error;
  const code = codeOf(error);
  const message = `the source could not ${what}: ${messageOf(error)}${code === OUT_OF_SHARED_MEMORY ? LOCKS : ""}`;
  if (code === "" || TRANSIENT.test(code)) return new TransientError(message, { cause: error });
  return new TerminalError(message, { cause: error });
}

const LOCKS =
  "; the server has room for about max_locks_per_transaction × (max_connections + max_prepared_transactions) locks of all " +
  "sessions together, and a table needs one for itself, and for each partition and each index: raise " +
  "max_locks_per_transaction";
