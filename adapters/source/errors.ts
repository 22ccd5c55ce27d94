import { codeOf, MarbleError, messageOf, TerminalError, TransientError } from "../../domain/errors";

/**
 * Errors that resolve themselves: a lost connection, a time-out of the session, a lock, a restart of the server
 * (classes 08, 25P, 53, 55, 57, 40), a table or a column that was dropped after the catalogue was read (42P01, 42703).
 * The next run reads a new catalogue.
 */
const TRANSIENT = /^(08|25P|53|55|57|40)|^42P01$|^42703$|^E[A-Z]+$/;

/**
 * Errors that concern one table: a lock, a value that cannot be sent, a limit, a timeout, a broken page, a table or a
 * column that was dropped. The connection stays usable.
 */
const ABOUT_TABLE = /^(22|42|53|54|55|58|XX|57014$)/;

const NO_SUCH_TABLE = "42P01";
const OUT_OF_SHARED_MEMORY = "53200";

/** A table was replaced or rewritten after the catalogue was read. */
export class TableChangedError extends TransientError {}

/** The code of the error of PostgreSQL or of the connection; empty for any other error. */
const causeCode = (error: unknown): string => (error instanceof MarbleError ? codeOf(error.cause) : "");

/** True if the source failed at one table, so that others can still be captured. */
export const isAboutTable = (error: unknown): boolean =>
  error instanceof TableChangedError || ABOUT_TABLE.test(causeCode(error));

/** True if the table was dropped after the catalogue was read. */
export const isGone = (error: unknown): boolean => causeCode(error) === NO_SUCH_TABLE;

/** True if the server's lock table is full. */
export const isOutOfLocks = (error: unknown): boolean => causeCode(error) === OUT_OF_SHARED_MEMORY;

/** @throws TransientError or TerminalError that names what the source could not do */
export async function withSourceErrors<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw sourceError(what, error);
  }
}

/** An error of the source, with what it could not do. Whether it is transient depends on its code. */
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
