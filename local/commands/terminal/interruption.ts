import { messageOf } from "../../../domain/errors";
import { hasCode } from "../../cloud/errno";

/** The exit code of a command that Ctrl-C ended, as shells report it. */
export const INTERRUPTED = 130;

/** Two signals closer than this count as one, because npm repeats the Ctrl-C that the terminal has already sent. */
const SAME_SIGNAL_MS = 500;

/**
 * Does work that must stop what it started, and informs it when a signal asks for the end. A second signal ends the
 * process immediately. Without this, a signal would leave PostgreSQL running. Child processes receive Ctrl-C too, so an
 * error after it is printed and is not a failure. A closed reader of the output, such as `head`, counts as a signal.
 *
 * @param work gets a promise that resolves with the first signal, and an AbortSignal
 * @throws the error of the work if nobody interrupted it
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
    // A cancelled start needs no error.
    if (error !== controller.signal.reason) process.stderr.write(`while stopping: ${messageOf(error)}\n`);
  }
  return isInterrupted() ? "interrupted" : "done";
}
