/** A clock that never shows the same millisecond twice. Upload times name files, and a file is never overwritten. */
export function monotonicClock(clock: () => number = Date.now): () => Date {
  let last = 0;
  return () => {
    last = Math.max(clock(), last + 1);
    return new Date(last);
  };
}

/** When the clock is behind, new times begin within this many milliseconds after the time that they must follow. */
const SPREAD_MS = 10_000;

/**
 * A clock that shows only times after `time`. The keys of a commit then follow those of the previous commit, even when
 * the machine's clock went back. Two runs that begin after the same `time` show different times, so a second run does
 * not reuse the file names of a failed first run.
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

/** True if there is time for another commit, even one as slow as the slowest so far. The first commit always begins. */
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
