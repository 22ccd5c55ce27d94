/** A key as a text, or as a number when `plainNumber` accepts the text. */
export type Key = string | number;

/** Consecutive whole numbers, both ends included. */
export interface Run {
  readonly first: number;
  readonly last: number;
}

/**
 * A set of keys of one table. Most keys are whole numbers; dense ones take one bit each. Other keys are stored as
 * texts.
 */
export interface KeySet {
  add(key: Key): void;
  addRun(run: Run): void;
  /** Removes the key; returns whether it was in the set. */
  delete(key: Key): boolean;
  has(key: Key): boolean;
  readonly size: number;
  /** The keys that are numbers, in ascending order, in as few runs as possible. */
  runs(): Iterable<Run>;
  /** The other keys. */
  texts(): Iterable<string>;
  [Symbol.iterator](): Iterator<string>;
}

/** Numbers are stored in pages of this many bits. Pages are small, so sparse numbers cost little too. */
const PAGE_BITS = 1 << 10;
const WORDS = PAGE_BITS / 32;

/** Up to this many digits, a number is exact and has only one text. */
const MAX_DIGITS = 15;
const ZERO = 0x30;
const NINE = 0x39;

/** The non-negative whole number that an ASCII text represents in canonical form; NaN for any other text. */
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

/** The key as a number, if it is one. */
const normal = (key: Key): Key => (typeof key === "string" && PLAIN_NUMBER.test(key) ? Number(key) : key);

const ALL_BITS = 0xffffffff;

/** The mask for the bits of a word from one position to another, both included. */
const maskOf = (from: number, to: number): number => ((ALL_BITS >>> (31 - to + from)) << from) >>> 0;

function countBits(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

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
  const pageFor = (number: number): Uint32Array => {
    const page = pages.get(pageOf(number)) ?? new Uint32Array(WORDS);
    pages.set(pageOf(number), page);
    return page;
  };
  const hasNumber = (number: number): boolean => {
    const page = pages.get(pageOf(number));
    if (page === undefined) return false;
    const { mask, value } = word(page, number);
    return (value & mask) !== 0;
  };
  /** Adds the numbers of one word. */
  const addBits = (page: Uint32Array, index: number, mask: number): void => {
    const value = page[index] ?? 0;
    numbers += countBits(mask & ~value);
    page[index] = value | mask;
  };
  const runs = function* (): Generator<Run, void, undefined> {
    let run: { first: number; last: number } | undefined;
    for (const number of [...pages.keys()].sort((a, b) => a - b)) {
      for (const [index, value] of (pages.get(number) ?? []).entries()) {
        for (let bit = 0; bit < 32 && value >>> bit !== 0; bit++) {
          if (((value >>> bit) & 1) === 0) continue;
          // Most words are all ones; handle those in one step.
          const first = number * PAGE_BITS + index * 32 + bit;
          const last = value === ALL_BITS ? first + 31 : first;
          if (run?.last === first - 1) run.last = last;
          else {
            if (run !== undefined) yield run;
            run = { first, last };
          }
          if (value === ALL_BITS) break;
        }
      }
    }
    if (run !== undefined) yield run;
  };

  return {
    add: (given) => {
      const key = normal(given);
      if (typeof key === "string") {
        others.add(key);
        return;
      }
      const page = pageFor(key);
      const { index, mask } = word(page, key);
      addBits(page, index, mask);
    },
    addRun: ({ first, last }) => {
      for (let number = first; number <= last;) {
        const from = number % 32;
        const to = Math.min(31, from + last - number);
        const page = pageFor(number);
        addBits(page, word(page, number).index, maskOf(from, to));
        number += to - from + 1;
      }
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
    runs,
    texts: () => others.values(),
    *[Symbol.iterator]() {
      for (const { first, last } of runs()) for (let key = first; key <= last; key++) yield String(key);
      yield* others;
    },
  };
}
