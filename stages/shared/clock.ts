/**
 * A clock that never shows the same millisecond twice: upload times name files, and a file is never
 * overwritten.
 */
export function monotonicClock(clock: () => number = Date.now): () => Date {
  let last = 0;
  return () => {
    last = Math.max(clock(), last + 1);
    return new Date(last);
  };
}

/**
 * A clock that shows only times after one: the keys of a commit come behind those of the commit before, also when the
 * clock of the machine went back.
 */
export function laterThan(time: Date | undefined, now: () => Date): () => Date {
  let last = time?.getTime() ?? 0;
  return () => {
    last = Math.max(now().getTime(), last + 1);
    return new Date(last);
  };
}

/** A stage begins no further commit when less than this is left of its invocation. */
const RESERVE_MS = 60_000;

/** Is there time for another commit, even if it takes as long as the longest so far? The first is always begun. */
export function hasTime(context: { getRemainingTimeInMillis(): number }): () => boolean {
  let before: number | undefined;
  let longest = 0;
  return () => {
    const left = context.getRemainingTimeInMillis();
    const isFirst = before === undefined;
    longest = Math.max(longest, (before ?? left) - left);
    before = left;
    return isFirst || left > Math.max(RESERVE_MS, longest);
  };
}
