/** The clock of the local cloud, for its schedules, alarms and functions. */
export interface Clock {
  now(): Date;
  /** Calls `run` once after `delayMs`; the returned function cancels it. */
  setTimer(run: () => void, delayMs: number): () => void;
}

/** The clock of this machine. A timer keeps the process alive. */
export const systemClock: Clock = {
  now: () => new Date(),
  setTimer: (run, delayMs) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
