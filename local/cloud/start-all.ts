import { messageOf } from "./message";

/** Remembers how to stop a started part. */
export type Started = (stop: () => Promise<void> | void) => void;

/**
 * Starts several parts. `stop` of the result stops them, the last started first. If a part cannot start, the earlier
 * parts are stopped, and the error is that part's.
 * @param signal ends the start: no part is started after the current one, and the error is the reason of the signal
 */
export async function startAll<T extends object>(
  start: (started: Started) => Promise<T>,
  signal?: AbortSignal,
): Promise<T & { stop(): Promise<void> }> {
  const stops: (() => Promise<void> | void)[] = [];
  const stopAll = async (): Promise<unknown[]> => {
    const failures: unknown[] = [];
    for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) {
      // A part that cannot be stopped must not keep the others running.
      try {
        await stop();
      } catch (error) {
        failures.push(error);
      }
    }
    return failures;
  };
  try {
    const parts = await start((stop) => {
      stops.push(stop);
      signal?.throwIfAborted();
    });
    let stopping: Promise<void> | undefined;
    return { ...parts, stop: () => (stopping ??= stopAll().then(requireNone)) };
  } catch (error) {
    const failures = await stopAll();
    if (failures.length === 0) throw error;
    throw new AggregateError([error, ...failures], `${messageOf(error)}; then ${stopFailure(failures)}`);
  }
}

function requireNone(failures: readonly unknown[]): void {
  if (failures.length > 0) throw new AggregateError(failures, stopFailure(failures));
}

const stopFailure = (failures: readonly unknown[]): string =>
  `some parts could not be stopped: ${failures.map(messageOf).join("; ")}`;
