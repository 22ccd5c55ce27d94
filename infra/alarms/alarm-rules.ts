/**
 * When an alarm rings. Once a minute, CloudWatch evaluates the last `periods` periods of `periodSeconds` each. The
 * statistic makes one data point of each period. The alarm rings when at least `datapoints` of them are above the
 * threshold ("M out of N").
 */
export interface AlarmRule {
  readonly statistic: "Sum" | "Maximum" | "Minimum";
  readonly threshold: number;
  readonly periodSeconds: number;
  readonly datapoints: number;
  readonly periods: number;
  /** The meaning of a period without values. `ignore` keeps the present state of the alarm. */
  readonly missing: "breaching" | "notBreaching" | "ignore";
}

const FIVE_MINUTES = 300;

/** Something happens repeatedly, in three five-minute periods of half an hour. A single occurrence alerts no one. */
export const REPEATED: AlarmRule = {
  statistic: "Sum",
  threshold: 0,
  periodSeconds: FIVE_MINUTES,
  datapoints: 3,
  periods: 6,
  missing: "notBreaching",
};

const DAY = 24 * 60;

/** The longest time that CloudWatch evaluates, seven days, in minutes. */
export const LONGEST_SILENCE = 7 * DAY;

/**
 * Every run of a window has failed. The window is longer than the longest run, and long enough for the next scheduled run
 * to fail, too. So the alarm does not ring if a retry or the next run succeeds, and the first successful run ends it. The
 * metric counts failures, and is 0 if a run has succeeded. One event causes three failures, so more than three mean that
 * two events have failed. CloudWatch sums over at most a day. If a stage starts less than twice a day, one event is enough.
 *
 * The rule uses one sum over a long window. Short windows slide over the runs, and the alarm would come and go without a
 * change.
 *
 * @param everyMinutes the longest time between two starts. In a shorter window, the failures would leave the window before
 *   the next run, and the alarm would end although the stage still fails
 * @param timeoutMinutes the timeout of a run. CloudWatch receives the result of a run at its end, for the time of its start
 */
export function allFailRule({
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
    // Between two runs, nothing changes.
    missing: "ignore",
  };
}

/** Something was counted that does not heal automatically. The alarm ends after an hour without another occurrence. */
export const OCCURRED: AlarmRule = { ...REPEATED, datapoints: 1, periods: 12 };

/**
 * A gauge is above zero. Every run reports it, and its value holds until the next run. However rarely a stage runs, the
 * alarm ends when a run reports zero. CloudWatch keeps the highest value of a minute, so a run that reports zero in the
 * same minute as a run with more does not end the alarm. The next run does.
 */
export const POSITIVE: AlarmRule = {
  statistic: "Maximum",
  threshold: 0,
  periodSeconds: FIVE_MINUTES,
  datapoints: 1,
  periods: 1,
  missing: "ignore",
};

/** A gauge was above zero in every run of half an hour. The alarm does not ring if the next run heals the cause. */
export const LASTING: AlarmRule = { ...POSITIVE, statistic: "Minimum", periodSeconds: 6 * FIVE_MINUTES };

/** Several runs are long. A single long run is normal, because it catches up after an outage. */
export const longRunsRule = (milliseconds: number): AlarmRule => ({
  statistic: "Maximum",
  threshold: milliseconds,
  periodSeconds: 3 * FIVE_MINUTES,
  datapoints: 2,
  periods: 3,
  missing: "notBreaching",
});

/** A gauge is above a limit. Without a run, its value holds. */
export const aboveRule = (threshold: number): AlarmRule => ({ ...POSITIVE, threshold });

/**
 * A metric has had no value for a number of minutes.
 *
 * The periods are short, because CloudWatch evaluates some more periods than it documents while it finds fewer values
 * than it needs. It evaluates at most a day of short periods, and seven days of hours.
 */
export function silenceRule(minutes: number): AlarmRule {
  const periodSeconds = minutes <= DAY ? 60 : 3600;
  const periods = Math.ceil((minutes * 60) / periodSeconds) - 2;
  return {
    statistic: "Maximum",
    // No value is above it. Only missing values ring.
    threshold: Number.MAX_SAFE_INTEGER,
    periodSeconds,
    datapoints: periods,
    periods,
    missing: "breaching",
  };
}
