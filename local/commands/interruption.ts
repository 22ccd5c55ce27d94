import { messageOf } from "../../domain/errors";

/** What a shell reports for a command that Ctrl-C ended. */
export const INTERRUPTED = 130;

/** Two signals closer than this are one: npm passes on the Ctrl-C that the terminal has sent to all. */
const SAME_SIGNAL_MS = 500;

/**
 * Does some work that has to stop what it started, and tells it when a signal asks for the end; a later
 * signal ends the process at once. Without this, a signal would leave PostgreSQL running. Ctrl-C reaches
 * child processes too, so what fails after it is told but is no failure.
 *
 * @param work gets a promise that resolves with the first signal
 * @throws whatever the work throws when nobody interrupted it
 */
export async function untilInterrupted(
  work: (interrupted: Promise<void>) => Promise<void>,
): Promise<"done" | "interrupted"> {
  let first: number | undefined;
  const interrupted = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        first ??= performance.now();
        resolve();
        if (performance.now() - first > SAME_SIGNAL_MS) process.exit(INTERRUPTED);
      });
    }
  });
  const isInterrupted = (): boolean => first !== undefined;
  try {
    await work(interrupted);
  } catch (error) {
    if (!isInterrupted()) throw error;
    process.stderr.write(`while stopping: ${messageOf(error)}\n`);
  }
  return isInterrupted() ? "interrupted" : "done";
}
