import { messageOf, TerminalError, TransientError } from "../domain/errors";
import { codeOf } from "./postgres";

/**
 * Errors that heal: the connection, a lock, a server that restarts (classes 08, 53, 55, 57, 40), a table or
 * a column that is gone since the catalogue was read (42P01, 42703): the next run sees another catalogue.
 */
const TRANSIENT = /^(08|53|55|57|40)|^42P01$|^42703$|^E[A-Z]+$/;

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
