import type { DatabaseError } from "pg";
import { messageOf, TransientError } from "../../domain/errors";

/** The class "data exception" (PostgreSQL manual, appendix A): its messages quote the value that does not fit. */
const DATA_EXCEPTION = /^22/;

/** From the first quotation mark of whatever language to the last. */
const QUOTED = /\p{Quotation_Mark}.*\p{Quotation_Mark}/gsu;

/** Bytes of a text: `0xc3 0x28`. */
const BYTES = /0x[0-9a-f]{2}(?: 0x[0-9a-f]{2})*/g;

/** Of a character that an encoding does not have: what these messages quote are names of encodings. */
const ENCODING = new Set(["22021", "22P05"]);

/** The column that a COPY came to: `COPY dim_staff, line 1, column first_name`, behind it perhaps a value. */
const COPIED = /^COPY .*, \S+ \d+, \S+ ([^:]+)/s;

/**
 * Takes out of an error of PostgreSQL what may hold values of a row: errors are logged, with all that they carry.
 * What remains says where and what: code, table, column, constraint, and a message without values. The server's own
 * log has the rest.
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
  // It begins with the message.
  error.stack = stack.replace(message, () => error.message);
}

/** What the client says of a connection that is gone, whatever ended it. */
const CONNECTION_LOST =
  /Client has encountered a connection error and is not queryable|Connection terminated( unexpectedly)?/;

/**
 * Puts what the server said when it ended a connection in the place of the client's own sentence.
 * @param lost of which database, and what ended the connection while nothing was asked of it, if anything did
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
