/**
 * The element at an index that must exist: a wrong index fails here, and makes no plausible value elsewhere.
 * Long loops over bytes and words use `byteAt` and `wordAt`: V8 compiles a function that sees many kinds of arrays
 * to slower code, by a third where CSV is decoded.
 * @throws RangeError when the array has no such element
 */
export const at = <T>(array: ArrayLike<T>, index: number): T => array[index] ?? nothingAt(array, index);

/** As `at`, of bytes alone. */
export const byteAt = (bytes: Uint8Array, index: number): number => bytes[index] ?? nothingAt(bytes, index);

/** As `at`, of 32-bit words alone. */
export const wordAt = (words: Int32Array, index: number): number => words[index] ?? nothingAt(words, index);

function nothingAt(array: ArrayLike<unknown>, index: number): never {
  throw new RangeError(`no element ${index} in an array of length ${array.length}`);
}
