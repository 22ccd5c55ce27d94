import { DatabaseError } from "pg";
import { MarbleError, messageOf, TerminalError, TransientError } from "../../domain/errors";
import { codeOf } from "../postgres/postgres";

/** Errors that heal: connection, serialization and deadlock, resources, a lock, a server that restarts. */
const TRANSIENT = /^(08|40|53|55|57|58)|^E[A-Z]+$/;

/** Is it enough to try again? */
export const healsByItself = (error: unknown): boolean => {
  if (error instanceof MarbleError) return error.kind === "transient";
  const code = codeOf(error);
  return code === "" || TRANSIENT.test(code);
};

/** SQLSTATE of what the role may not do. */
export const DENIED = "42501";

/** The SQLSTATE of what the server refused. */
const stateOf = (error: unknown): string => codeOf(error instanceof MarbleError ? error.cause : error);

/** The class "data exception": a value that the column of the warehouse does not take. */
export const isDataException = (error: unknown): boolean => stateOf(error).startsWith("22");

/** A foreign key without its parent, or NULL in a column that is NOT NULL. */
export const lacksParentOrValue = (error: unknown): boolean => ["23503", "23502"].includes(stateOf(error));

/** The class "integrity constraint violation". */
const isViolation = (error: unknown): boolean => codeOf(error).startsWith("23");

/** A character that the encoding of the database does not have. */
const UNTRANSLATABLE = "22P05";

/** A value that the warehouse does not take: of which column, and of a row with which key (`staff_id 7`). */
export interface RefusedValue {
  readonly column?: string | undefined;
  readonly row?: string | undefined;
}

/** What an error of the warehouse is about, as far as it is known. */
export interface Refused extends RefusedValue {
  readonly table?: string | undefined;
  /** What to do, where that is known. */
  readonly remedy?: string | undefined;
}

/** What the warehouse refused, as an error that says where, why and what to do; its cause is that of the server. */
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
    return "load into a database with the encoding UTF8, or take the character out of the row in the source";
  if (isDataException(error) || isViolation(error))
    return "bring the prepared table in line with the model, or correct the row in the source; the commit waits until then";
  return undefined;
}
