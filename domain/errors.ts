/**
 * The error tree. The kind alone decides whether to retry: a retry can resolve a transient error, a terminal error
 * needs a person.
 */
type ErrorKind = "transient" | "terminal";

/** What an error concerns, with every known field. Never the content of a row, never a secret. */
interface ErrorSubject {
  readonly table?: string;
  readonly commit?: number;
  readonly row?: number;
  readonly key?: string;
}

/** The root of all errors that Marble raises on purpose. `message` names the problem and the remedy. */
export class MarbleError extends Error {
  readonly kind: ErrorKind;
  readonly subject: ErrorSubject;

  constructor(kind: ErrorKind, message: string, options: { subject?: ErrorSubject; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.kind = kind;
    this.subject = options.subject ?? {};
  }
}

/** A repeated run can resolve it: a lost connection, a lost race, a throttled call. */
export class TransientError extends MarbleError {
  constructor(message: string, options: { subject?: ErrorSubject; cause?: unknown } = {}) {
    super("transient", message, options);
  }
}

/** A person has to act: a wrong secret, a missing privilege, a table that no longer fits. */
export class TerminalError extends MarbleError {
  constructor(message: string, options: { subject?: ErrorSubject; cause?: unknown } = {}) {
    super("terminal", message, options);
  }
}

/** The message of anything that was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The SQLSTATE of a PostgreSQL error, or the code of a system error. Returns an empty text for other errors. */
export function codeOf(error: unknown): string {
  const code: unknown =
    typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "";
}
