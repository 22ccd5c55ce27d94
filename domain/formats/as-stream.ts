/** The items as an asynchronous stream, which readers and uploads take. */
// eslint-disable-next-line @typescript-eslint/require-await -- nothing is awaited
export async function* asStream<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}
