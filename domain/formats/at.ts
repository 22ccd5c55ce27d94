/**
 * The element at an index that must exist. A wrong index fails here, instead of producing a plausible value elsewhere.
 * Long loops use `itemAt`, `byteAt`, `wordAt` and `doubleAt`: V8 compiles a function that sees many kinds of arrays to
 * slower code, by a third when decoding CSV.
 * @throws RangeError when the array has no such element
 */
export const at = <T>(array: ArrayLike<T>, index: number): T => array[index] ?? nothingAt(array, index);

/** `at` for lists only. */
export const itemAt = <T>(items: readonly T[], index: number): T => items[index] ?? nothingAt(items, index);

/** `at` for bytes only. */
export const byteAt = (bytes: Uint8Array, index: number): number => bytes[index] ?? nothingAt(bytes, index);

/** `at` for 32-bit words only. */
export const wordAt = (words: Int32Array, index: number): number => words[index] ?? nothingAt(words, index);

/** `at` for doubles only. */
export const doubleAt = (doubles: Float64Array, index: number): number =>
  doubles[index] ?? nothingAt(doubles, index);

function nothingAt(array: ArrayLike<unknown>, index: number): never {
  throw new RangeError(`no element ${index} in an array of length ${array.length}`);
}
