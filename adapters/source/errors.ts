import { MarbleError, messageOf, TerminalError, TransientError } from "../../domain/errors";
import { codeOf } from "../postgres/postgres";

/**
 * Errors that heal: the connection, a lock, a server that restarts (classes 08, 53, 55, 57, 40), a table or
 * a column that is gone since the catalogue was read (42P01, 42703): the next run sees another catalogue.
 */
const TRANSIENT = /^(08|53|55|57|40)|^42P01$|^42703$|^E[A-Z]+$/;

/**
 * Errors that are about what was asked of one table: a lock that somebody holds, a value that cannot be sent, a
 * limit, a time that is over, a broken page. The connection goes on. Not so 42P01 and 42703, which heal by
 * looking at the catalogue again.
 */
const ABOUT_TABLE = /^(22|42|53|54|55|58|XX|57014$)/;

/** Did the source fail at one table, so that others can still be captured? */
export function isAboutTable(error: unknown): boolean {
  const code = error instanceof MarbleError ? codeOf(error.cause) : "";
  return ABOUT_TABLE.test(code) && code !== "42P01" && code !== "42703";
}

/** @throws TransientError or TerminalError that says what the source could not do */
export async function asking<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw sourceError(what, error);
  }
}

export function sourceError(what: string, error: unknown): Error {
  if (error instanceof TerminalError || error instanceof TransientError) return error;
  const code = codeOf(error);
  const message = `the source could not ${what}: ${messageOf(error)}`;
  if (code === "" || TRANSIENT.test(code)) return new TransientError(message, { cause: error });
  return new TerminalError(message, { cause: error });
}
