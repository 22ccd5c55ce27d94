/** Remembers how to stop a part that was started. */
export type Started = (stop: () => Promise<void> | void) => void;

/**
 * Starts several parts. `stop` of the result ends them, the last started first; when a later part cannot
 * be started, those before it are stopped.
 */
export async function startAll<T extends object>(
  start: (started: Started) => Promise<T>,
): Promise<T & { stop(): Promise<void> }> {
  const stops: (() => Promise<void> | void)[] = [];
  const stopAll = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) {
      // One part that cannot be stopped must not keep the others running.
      try {
        await stop();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, "some parts could not be stopped");
  };
  try {
    const parts = await start((stop) => stops.push(stop));
    let stopping: Promise<void> | undefined;
    return { ...parts, stop: () => (stopping ??= stopAll()) };
  } catch (error) {
    await stopAll();
    throw error;
  }
}
