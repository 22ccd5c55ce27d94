/**
 * Waits for work that has begun.
 * @throws the reason of the signal if the signal comes first; the work then continues, and its outcome is dropped
 */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  // The signal may come first, and nobody waits for the work then. If the work fails later, Node would end the process.
  work.catch(() => undefined);
  if (signal === undefined) return work;
  signal.throwIfAborted();
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, fail) => {
    stop = () => fail(signal.reason as Error);
    signal.addEventListener("abort", stop);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
