/**
 * When an alarm rings. CloudWatch looks once a minute at the last `periods` stretches of `periodSeconds` each,
 * makes one data point of each by the statistic, and rings when at least `datapoints` of them are above the
 * threshold ("M out of N").
 */
export interface AlarmRule {
  readonly statistic: "Sum" | "Maximum" | "Minimum";
  readonly threshold: number;
  readonly periodSeconds: number;
  readonly datapoints: number;
  readonly periods: number;
  /** What a stretch without any value counts as; `ignore` keeps the state that the alarm has. */
  readonly missing: "breaching" | "notBreaching" | "ignore";
}

const FIVE_MINUTES = 300;

/** Something happens again and again: in three five-minute periods of half an hour. A single occurrence does not alert anyone. */
export const again: AlarmRule = {
  statistic: "Sum",
  threshold: 0,
  periodSeconds: FIVE_MINUTES,
  datapoints: 3,
  periods: 6,
  missing: "notBreaching",
};

const DAY = 24 * 60;

/** CloudWatch sees seven days at most, in minutes. */
export const LONGEST_SILENCE = 7 * DAY;

/**
 * Every run of a while has failed: longer than the longest run takes, and than it takes until the next run that a
 * schedule starts has failed too. So a failure that a retry or the next run heals alerts no one, and the first run that
 * succeeds ends the alarm. It measures failures, as 0 where a run has succeeded. More of them than the three of one
 * event: two events have failed. CloudWatch sums over a day at most: of a stage that is started less than twice a day,
 * one event is enough.
 *
 * One sum over a long window, and not several short ones: runs fall into short windows now one way and now another, as
 * these slide, and the alarm would come and go while nothing has changed.
 *
 * @param everyMinutes the longest time between two starts: within a shorter one failures would leave the window before
 *   the next run, and the alarm would end although nothing has healed
 * @param timeoutMinutes CloudWatch gets the metrics of a run when the run ends, with the time of its start
 */
export function allFail({
  everyMinutes,
  timeoutMinutes,
}: {
  readonly everyMinutes: number;
  readonly timeoutMinutes: number;
}): AlarmRule {
  const minutes = Math.max(2 * everyMinutes, timeoutMinutes + 10);
  return {
    statistic: "Sum",
    threshold: minutes > DAY ? 2 : 3,
    periodSeconds: Math.ceil(Math.min(minutes, DAY)) * 60,
    datapoints: 1,
    periods: 1,
    // Between two runs nothing has changed.
    missing: "ignore",
  };
}

/** Something was counted that does not heal by itself. It is over when nothing more came for an hour. */
export const once: AlarmRule = { ...again, datapoints: 1, periods: 12 };

/**
 * A gauge is above zero. Every run sends it, and nothing changes between two runs: however
 * rarely a stage runs, the alarm is over when a run finds zero.
 */
export const stands: AlarmRule = {
  statistic: "Maximum",
  threshold: 0,
  periodSeconds: FIVE_MINUTES,
  datapoints: 1,
  periods: 1,
  missing: "ignore",
};

/** A gauge was above zero in every run of half an hour: what the next run heals alerts no one. */
export const lasts: AlarmRule = { ...stands, statistic: "Minimum", periodSeconds: 6 * FIVE_MINUTES };

/** Runs are long, more than once: a single long one is what catches up after a standstill. */
export const longRuns = (milliseconds: number): AlarmRule => ({
  statistic: "Maximum",
  threshold: milliseconds,
  periodSeconds: 3 * FIVE_MINUTES,
  datapoints: 2,
  periods: 3,
  missing: "notBreaching",
});

/** A gauge is above a limit; what no run tells is kept. */
export const above = (threshold: number): AlarmRule => ({ ...stands, threshold });

/**
 * A metric has sent no value for that long.
 *
 * The periods are short because CloudWatch looks a little farther back than it says, by some more periods, as
 * long as it finds fewer values than it wants. It takes a day of periods at most, and seven days of hours.
 */
export function silent(minutes: number): AlarmRule {
  const periodSeconds = minutes <= DAY ? 60 : 3600;
  const periods = Math.ceil((minutes * 60) / periodSeconds) - 2;
  return {
    statistic: "Maximum",
    // No value is above it: only their absence rings.
    threshold: Number.MAX_SAFE_INTEGER,
    periodSeconds,
    datapoints: periods,
    periods,
    missing: "breaching",
  };
}
