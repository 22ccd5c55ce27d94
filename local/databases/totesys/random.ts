/** Pseudo-random numbers: the same for the same seed, on every machine. */
export interface Random {
  /** A whole number from `low` to `high`, both included. */
  integer(low: number, high: number): number;
  /** True in `share` of the calls, for instance 0.1. */
  chance(share: number): boolean;
  /** An element of a non-empty list. */
  pick<T>(list: readonly T[]): T;
}

/**
 * Starts a sequence. The generator is mulberry32 (Tommy Ettinger, public domain): 32 bits of state, which is enough for
 * realistic data.
 */
export function startRandom(seed: number): Random {
  let state = seed | 0;
  /** Uniform in [0, 1). */
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  return {
    integer,
    chance: (share) => next() < share,
    pick: <T>(list: readonly T[]) => {
      if (list.length === 0) throw new RangeError("Nothing to pick from: the list is empty");
      return list[integer(0, list.length - 1)] as T;
    },
  };
}
