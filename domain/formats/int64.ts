/** What the upper half of a 64-bit value counts for, next to its lower half. */
export const TWO_32 = 2 ** 32;

/** A 64-bit value is exact as a number when its upper half lies within this distance of 0: 2^21 of 2^32 are 2^53. */
export const EXACT_HIGH = 2 ** 21;
