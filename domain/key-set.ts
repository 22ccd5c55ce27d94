/** A key as its text, or as the number that the text is: `plainNumber` says which. */
export type Key = string | number;

/**
 * A set of keys of one table. Whole numbers, which most keys are, take a bit each where they
 * lie close together; any other key is held as it is.
 */
export interface KeySet {
  add(key: Key): void;
  /** Returns whether it was there. */
  delete(key: Key): boolean;
  has(key: Key): boolean;
  readonly size: number;
  [Symbol.iterator](): Iterator<string>;
}

/** Numbers are kept in pages of this many bits: small, so that numbers far apart cost little too. */
const PAGE_BITS = 1 << 10;
const WORDS = PAGE_BITS / 32;

/** A number is exact, and its text is the only one that it has, up to this many digits. */
const MAX_DIGITS = 15;
const ZERO = 0x30;
const NINE = 0x39;

/** The whole number, not negative and in its canonical form, that a text in ASCII is; NaN for any other text. */
export function plainNumber(bytes: Uint8Array, start: number, end: number): number {
  const digits = end - start;
  if (digits < 1 || digits > MAX_DIGITS || (digits > 1 && bytes[start] === ZERO)) return NaN;
  let value = 0;
  for (let position = start; position < end; position++) {
    const byte = bytes[position] ?? 0;
    if (byte < ZERO || byte > NINE) return NaN;
    value = value * 10 + (byte - ZERO);
  }
  return value;
}

const PLAIN_NUMBER = /^(0|[1-9]\d{0,14})$/;

/** The same key, as a number where it is one. */
const normal = (key: Key): Key => (typeof key === "string" && PLAIN_NUMBER.test(key) ? Number(key) : key);

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
    add: (given) => {
      const key = normal(given);
      if (typeof key === "string") {
        others.add(key);
        return;
      }
      if (hasNumber(key)) return;
      const number = pageOf(key);
      const page = pages.get(number) ?? new Uint32Array(WORDS);
      pages.set(number, page);
      const { index, mask, value } = word(page, key);
      page[index] = value | mask;
      numbers += 1;
    },
    delete: (given) => {
      const key = normal(given);
      if (typeof key === "string") return others.delete(key);
      const page = pages.get(pageOf(key));
      if (page === undefined || !hasNumber(key)) return false;
      const { index, mask, value } = word(page, key);
      page[index] = value & ~mask;
      numbers -= 1;
      return true;
    },
    has: (given) => {
      const key = normal(given);
      return typeof key === "string" ? others.has(key) : hasNumber(key);
    },
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
