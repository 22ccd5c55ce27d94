/**
 * Waits for all works, like `Promise.all`. When one fails, it still waits for the others, so nothing is left running
 * when the stage gives up.
 * @throws the first error among them
 */
export async function settleAll<T extends readonly unknown[]>(works: {
  readonly [Index in keyof T]: Promise<T[Index]>;
}): Promise<T> {
  await Promise.allSettled(works);
  return await Promise.all(works);
}
