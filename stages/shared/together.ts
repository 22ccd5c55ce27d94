/**
 * Waits for all of several works, as `Promise.all` does, but for those too that go on when one has failed:
 * nothing is left running when the stage gives up.
 * @throws the error of the first of them that failed
 */
export async function together<T extends readonly unknown[]>(works: {
  readonly [Index in keyof T]: Promise<T[Index]>;
}): Promise<T> {
  await Promise.allSettled(works);
  return await Promise.all(works);
}
