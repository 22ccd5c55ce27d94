import type { InvocationResult } from "../../cloud/lambda/function";

/** The error of a failed invocation. */
export type StageError = NonNullable<InvocationResult["error"]>;

/**
 * The remedy for a failed stage, in addition to its error message. `TransientError` and `TerminalError` are those of
 * domain/errors.ts. All other names come from Lambda or from a bug.
 */
export function remedyOf({ type }: StageError): string {
  switch (type) {
    case "TransientError":
      return "It recovers once the cause is gone: the next run continues where this one stopped, and loses no row.";
    case "TerminalError":
      return "A person has to do what the message says: see “A stage fails” in docs/runbook.md. The next run then continues where this one stopped, and loses no row.";
    case "Sandbox.Timedout":
    case "Runtime.ExitError":
      return "Lambda ended it: it ran out of time or memory. The next run continues from the last commit; if it happens again, see “A stage runs long” in docs/runbook.md.";
    case "Sandbox.NotStarted":
      return "This machine could not start the process: it has no memory, processes or files left, or the unpacked archive under functions/ is gone, which a restart unpacks again. The next run tries it again from the last commit; in AWS, Lambda does so by itself.";
    default:
      return "No error that Marble knows: see “A stage fails” in docs/runbook.md. The next run tries it again from the last commit.";
  }
}
