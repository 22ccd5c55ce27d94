import { DatabaseError } from "pg";
import { codeOf, MarbleError, messageOf, TerminalError, TransientError } from "../../domain/errors";

/**
 * Errors that resolve themselves: connection, serialization and deadlock, resources, a lock, a restart of the server.
 */
const TRANSIENT = /^(08|40|53|55|57|58)|^E[A-Z]+$/;

/** True if a retry may succeed. */
export const healsByItself = (error: unknown): boolean => {
  if (error instanceof MarbleError) return error.kind === "transient";
  const code = codeOf(error);
  return code === "" || TRANSIENT.test(code);
};

/** The SQLSTATE for a missing privilege. */
export const DENIED = "42501";

/** The SQLSTATE of an error of the server. */
const stateOf = (error: unknown): string => codeOf(error instanceof MarbleError ? error.cause : error);

/** The class "data exception": a value that does not fit the column of the warehouse. */
export const isDataException = (error: unknown): boolean => stateOf(error).startsWith("22");

/** A foreign key without its parent, or NULL in a column that is NOT NULL. */
export const lacksParentOrValue = (error: unknown): boolean => ["23503", "23502"].includes(stateOf(error));

/** The class "integrity constraint violation". */
const isViolation = (error: unknown): boolean => codeOf(error).startsWith("23");

/** A character that the encoding of the database lacks. */
const UNTRANSLATABLE = "22P05";

/** A value that the warehouse refuses: its column, and the key of its row (`staff_id 7`). */
export interface RefusedValue {
  readonly column?: string | undefined;
  readonly row?: string | undefined;
}

/** Where an error of the warehouse occurred, as far as it is known. */
interface Refused extends RefusedValue {
  readonly table?: string | undefined;
  /** The remedy, if it is known. */
  readonly remedy?: string | undefined;
}

/** An error that says where the warehouse failed, why, and what to do. Its cause is the error of the server. */
export function warehouseError(error: unknown, refused: Refused = {}): Error {
  if (error instanceof MarbleError) return error;
  const reported = error instanceof DatabaseError ? error : undefined;
  const { table = reported?.table, column = reported?.column, row } = refused;
  const remedy = refused.remedy ?? (table === undefined ? undefined : remedyFor(error));
  const where =
    table === undefined
      ? "the load"
      : `rows of ${table}${column === undefined ? "" : `, column ${column}`}${row === undefined ? "" : `, among them that with ${row}`}`;
  const message = `the warehouse refused ${where}: ${messageOf(error)}${remedy === undefined ? "" : `: ${remedy}`}`;
  const Kind = healsByItself(error) ? TransientError : TerminalError;
  return new Kind(message, { cause: error, ...(table !== undefined && { subject: { table } }) });
}

function remedyFor(error: unknown): string | undefined {
  if (codeOf(error) === UNTRANSLATABLE)
    return "load into a database with the encoding UTF8, or remove the character from the row in the source";
  if (isDataException(error) || isViolation(error))
    return "change the prepared table to match the model, or correct the row in the source; the commit waits until then";
  return undefined;
}
