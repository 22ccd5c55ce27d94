import { messageOf } from "../../../domain/errors";
import { hasCode } from "../../cloud/errno";

/** What a shell reports for a command that Ctrl-C ended. */
export const INTERRUPTED = 130;

/** Two signals closer than this are one: npm passes on the Ctrl-C that the terminal has sent to all. */
const SAME_SIGNAL_MS = 500;

/**
 * Does some work that has to stop what it started, and tells it when a signal asks for the end; a later
 * signal ends the process immediately. Without this, a signal would leave PostgreSQL running. Ctrl-C reaches
 * child processes too, so what fails after it is printed but is not a failure. A reader of the output that has
 * gone away, such as `head`, asks for the end like a signal.
 *
 * @param work gets a promise that resolves with the first signal, and a signal that is aborted by it
 * @throws whatever the work throws when nobody interrupted it
 */
export async function untilInterrupted(
  work: (interrupted: Promise<void>, signal: AbortSignal) => Promise<void>,
): Promise<"done" | "interrupted"> {
  let first: number | undefined;
  const controller = new AbortController();
  const interrupted = new Promise<void>((resolve) => {
    const interrupt = (): void => {
      first ??= performance.now();
      controller.abort();
      resolve();
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        interrupt();
        if (performance.now() - (first ?? 0) > SAME_SIGNAL_MS) process.exit(INTERRUPTED);
      });
    }
    process.stdout.on("error", (error) => {
      if (hasCode(error, "EPIPE")) interrupt();
    });
  });
  const isInterrupted = (): boolean => first !== undefined;
  try {
    await work(interrupted, controller.signal);
  } catch (error) {
    if (!isInterrupted()) throw error;
    // A start that was ended has no more to say.
    if (error !== controller.signal.reason) process.stderr.write(`while stopping: ${messageOf(error)}\n`);
  }
  return isInterrupted() ? "interrupted" : "done";
}
