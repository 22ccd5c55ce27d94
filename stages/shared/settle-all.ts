/**
 * Waits for all works, as `Promise.all` does, but also for the others when one has failed, so that nothing
 * is left running when the stage gives up.
 * @throws the error of the first of them that failed
 */
export async function settleAll<T extends readonly unknown[]>(works: {
  readonly [Index in keyof T]: Promise<T[Index]>;
}): Promise<T> {
  await Promise.allSettled(works);
  return await Promise.all(works);
}
