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

/** Where a clock is behind, its times begin within so many milliseconds after those that it has to follow. */
const SPREAD_MS = 10_000;

/**
 * A clock that shows only times after one, so that the keys of a commit follow those of the commit before, even when
 * the clock of the machine went back. Two runs that begin after the same time show different times then: a second
 * run must not name its files as a first run did that failed.
 */
export function laterThan(time: Date | undefined, now: () => Date): () => Date {
  let last = time?.getTime() ?? 0;
  return () => {
    const clock = now().getTime();
    const isBehind = time !== undefined && last === time.getTime() && clock <= last;
    last = isBehind ? last + 1 + (clock % SPREAD_MS) : Math.max(clock, last + 1);
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
