import type { Clock } from "../../../local/cloud/clock";

/** A clock that runs with this machine's and can be advanced, so that tests need not wait for timers. */
export interface AdvancingClock extends Clock {
  /** Advances the clock. Timers that come due run at their own times, in order. */
  advance(milliseconds: number): void;
  /** The milliseconds until the next timer comes due; 0 if one is due, infinite without timers. */
  untilTimer(): number;
}

/** Creates a clock that shows this machine's time until it is advanced. Only `advance` runs its timers. */
export function advancingClock(): AdvancingClock {
  let offset = 0;
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();
  const time = (): number => Date.now() + offset;
  const firstUntil = (end: number): { at: number; run: () => void } | undefined =>
    [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  return {
    now: () => new Date(time()),
    setTimer: (run, delayMs) => {
      const timer = { at: time() + delayMs, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    untilTimer: () => Math.max(0, Math.min(...[...timers].map(({ at }) => at - time()))),
    advance: (milliseconds) => {
      const end = time() + milliseconds;
      for (let due = firstUntil(end); due !== undefined; due = firstUntil(end)) {
        timers.delete(due);
        offset += Math.max(0, due.at - time());
        due.run();
      }
      offset += Math.max(0, end - time());
    },
  };
}
