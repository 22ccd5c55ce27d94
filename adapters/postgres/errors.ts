import type { DatabaseError } from "pg";
import { messageOf, TransientError } from "../../domain/errors";

/** The class "data exception" (PostgreSQL manual, appendix A). Its messages quote the value that was refused. */
const DATA_EXCEPTION = /^22/;

/** From the first quotation mark of any language to the last. */
const QUOTED = /\p{Quotation_Mark}.*\p{Quotation_Mark}/gsu;

/** The bytes of a text: `0xc3 0x28`. */
const BYTES = /0x[0-9a-f]{2}(?: 0x[0-9a-f]{2})*/g;

/** Errors about a character that an encoding lacks. Their messages quote only names of encodings. */
const ENCODING = new Set(["22021", "22P05"]);

/** The column that a COPY had reached: `COPY dim_staff, line 1, column first_name`, possibly followed by a value. */
const COPIED = /^COPY .*, \S+ \d+, \S+ ([^:]+)/s;

/**
 * Removes everything from a PostgreSQL error that may hold values of a row, because errors are logged with all of their
 * fields. Code, table, column, constraint, and a message without values remain. The server's own log has the rest.
 */
export function forgetValues(error: DatabaseError): void {
  error.column ??= COPIED.exec(error.where ?? "")?.[1];
  // "Failing row contains (…)"; the line of a COPY; a statement within a function.
  error.detail = undefined;
  error.where = undefined;
  error.internalQuery = undefined;
  if (!DATA_EXCEPTION.test(error.code ?? "")) return;
  const { message, stack = "" } = error;
  const quoted = ENCODING.has(error.code ?? "") ? message : message.replaceAll(QUOTED, "…");
  error.message = quoted.replaceAll(BYTES, "…");
  // The stack begins with the message.
  error.stack = stack.replace(message, () => error.message);
}

/** The client's messages for a lost connection, whatever ended it. */
const CONNECTION_LOST =
  /Client has encountered a connection error and is not queryable|Connection terminated( unexpectedly)?/;

/**
 * Replaces the client's generic message with the reason that the server gave when it ended the connection.
 * @param lost the database, and the error that ended the connection while it was idle, if any
 */
export function withReason(
  error: unknown,
  { name, reason }: { readonly name: string; readonly reason: Error | undefined },
): unknown {
  const message = messageOf(error);
  if (reason === undefined || !CONNECTION_LOST.test(message)) return error;
  const said = `the connection to the ${name} was ended: ${messageOf(reason)}`;
  return new TransientError(
    message.replace(CONNECTION_LOST, () => said),
    { cause: reason },
  );
}
