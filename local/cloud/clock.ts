/** The time of the local cloud: that of its schedules, its alarms and its functions. */
export interface Clock {
  now(): Date;
  /** Calls `run` once after `delayMs`; the returned function cancels it. */
  setTimer(run: () => void, delayMs: number): () => void;
}

/** The time of this machine. A timer keeps the process alive. */
export const systemClock: Clock = {
  now: () => new Date(),
  setTimer: (run, delayMs) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

/** A clock that goes with that of this machine, and can be put forward: what waits for a timer need not be waited for. */
export interface AdvancingClock extends Clock {
  /** Puts the clock forward by that much. Timers that come due on the way run at their own times, in order. */
  advance(milliseconds: number): void;
}

/** Makes a clock that shows this machine's time until it is put forward. Its timers run by `advance` only. */
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
