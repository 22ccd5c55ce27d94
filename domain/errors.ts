/**
 * The error tree. Whether to retry is decided by the kind and nowhere else: a
 * transient error heals when the run is repeated, a terminal one needs a person.
 */
export type ErrorKind = "transient" | "terminal";

/** What an error is about; every field that is known is given. Never a row's content, never a secret. */
export interface ErrorSubject {
  readonly table?: string;
  readonly commit?: number;
  readonly row?: number;
  readonly key?: string;
}

/** The root of all errors that Marble raises on purpose. `message` names the thing and the remedy. */
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

/** Repeating the run heals it: a lost connection, a lost race, a throttled call. */
export class TransientError extends MarbleError {
  constructor(message: string, options: { subject?: ErrorSubject; cause?: unknown } = {}) {
    super("transient", message, options);
  }
}

/** A person has to act: a wrong secret, a missing right, a table that no longer fits. */
export class TerminalError extends MarbleError {
  constructor(message: string, options: { subject?: ErrorSubject; cause?: unknown } = {}) {
    super("terminal", message, options);
  }
}

/** The text of anything that was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
