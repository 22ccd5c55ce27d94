/**
 * A set of keys of one table, as texts. Whole numbers, which most keys are, take a bit each where they
 * lie close together; any other key is held as it is.
 */
export interface KeySet {
  add(key: string): void;
  /** Returns whether it was there. */
  delete(key: string): boolean;
  has(key: string): boolean;
  readonly size: number;
  [Symbol.iterator](): Iterator<string>;
}

/** Numbers are kept in pages of this many bits: small, so that numbers far apart cost little too. */
const PAGE_BITS = 1 << 10;
const WORDS = PAGE_BITS / 32;

/** A number in its canonical form, and small enough that arithmetic on it is exact. */
const PLAIN_NUMBER = /^(0|[1-9]\d{0,14})$/;

/** An empty set. */
export function keySet(): KeySet {
  const pages = new Map<number, Uint32Array>();
  const others = new Set<string>();
  let numbers = 0;

  const word = (page: Uint32Array, number: number): { index: number; mask: number; value: number } => {
    const bit = number % PAGE_BITS;
    const index = bit >> 5;
    return { index, mask: (1 << (bit & 31)) >>> 0, value: page[index] ?? 0 };
  };
  const pageOf = (number: number): number => Math.floor(number / PAGE_BITS);
  const hasNumber = (number: number): boolean => {
    const page = pages.get(pageOf(number));
    if (page === undefined) return false;
    const { mask, value } = word(page, number);
    return (value & mask) !== 0;
  };

  return {
    add: (key) => {
      if (!PLAIN_NUMBER.test(key)) {
        others.add(key);
        return;
      }
      const number = Number(key);
      if (hasNumber(number)) return;
      const page = pages.get(pageOf(number)) ?? new Uint32Array(WORDS);
      pages.set(pageOf(number), page);
      const { index, mask, value } = word(page, number);
      page[index] = value | mask;
      numbers += 1;
    },
    delete: (key) => {
      if (!PLAIN_NUMBER.test(key)) return others.delete(key);
      const number = Number(key);
      const page = pages.get(pageOf(number));
      if (page === undefined || !hasNumber(number)) return false;
      const { index, mask, value } = word(page, number);
      page[index] = value & ~mask;
      numbers -= 1;
      return true;
    },
    has: (key) => (PLAIN_NUMBER.test(key) ? hasNumber(Number(key)) : others.has(key)),
    get size() {
      return numbers + others.size;
    },
    *[Symbol.iterator]() {
      for (const number of [...pages.keys()].sort((a, b) => a - b)) {
        for (let bit = 0; bit < PAGE_BITS; bit++) {
          const key = number * PAGE_BITS + bit;
          if (hasNumber(key)) yield String(key);
        }
      }
      yield* others;
    },
  };
}
