import type { MetricId, Statistic } from "./metric-store";

export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

/** The rule of a metric alarm, by the names of CloudWatch's API. */
export interface AlarmRule extends MetricId {
  readonly statistic: Statistic;
  readonly periodSeconds: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly comparison: keyof typeof COMPARISONS;
  readonly threshold: number;
  readonly treatMissingData: "missing" | "ignore" | "breaching" | "notBreaching";
}

const COMPARISONS = {
  GreaterThanThreshold: (value: number, threshold: number) => value > threshold,
  GreaterThanOrEqualToThreshold: (value: number, threshold: number) => value >= threshold,
  LessThanThreshold: (value: number, threshold: number) => value < threshold,
  LessThanOrEqualToThreshold: (value: number, threshold: number) => value <= threshold,
} as const;

export const isComparison = (text: string): text is AlarmRule["comparison"] => text in COMPARISONS;

interface Evaluation {
  readonly state: AlarmState;
  /** In CloudWatch's words. */
  readonly reason: string;
}

/** CloudWatch retrieves more periods than configured; its examples show two more. */
const EXTRA_PERIODS = 2;

/** The intervals to evaluate, the oldest first. The window moves every minute. */
export function evaluationRange(
  { periodSeconds, evaluationPeriods }: AlarmRule,
  now: Date,
): readonly { readonly from: Date; readonly to: Date }[] {
  const end = Math.floor(now.getTime() / 60_000) * 60_000;
  const at = (periodsAgo: number): Date => new Date(end - periodsAgo * periodSeconds * 1000);
  return Array.from({ length: evaluationPeriods + EXTRA_PERIODS }, (_, index) => {
    const periodsAgo = evaluationPeriods + EXTRA_PERIODS - index;
    return { from: at(periodsAgo), to: at(periodsAgo - 1) };
  });
}

/**
 * Decides the state of an alarm as CloudWatch does (user guide: "Alarm evaluation" and "Configuring how CloudWatch
 * alarms treat missing data").
 *
 * If enough periods have values, the newest of them count, however old they are. Otherwise all values count, and
 * missing periods fill the rest.
 * @param datapoints one for each interval of `evaluationRange`, undefined if it has no value
 */
export function evaluateAlarm(
  rule: AlarmRule,
  datapoints: readonly (number | undefined)[],
  current: AlarmState,
): Evaluation {
  const { evaluationPeriods: wanted, datapointsToAlarm: needed, threshold, treatMissingData } = rule;
  const isBreaching = (value: number): boolean => COMPARISONS[rule.comparison](value, threshold);
  const values = datapoints.filter((value) => value !== undefined).slice(-wanted);
  const missing = wanted - values.length;
  const breaching = values.filter(isBreaching).length;
  const because = (count: number): string =>
    `${count} out of the last ${wanted} datapoints ${phrase(rule, count)}: [${datapoints.map(show).join(", ")}]` +
    (missing > 0 ? `, of which ${missing} missing are treated as ${treatMissingData}` : "");
  const decide = (count: number): Evaluation =>
    count >= needed
      ? { state: "ALARM", reason: `Threshold Crossed: ${because(count)}` }
      : { state: "OK", reason: `Threshold not crossed: ${because(count)}` };

  if (missing === 0 || breaching >= needed) return decide(breaching);
  if (treatMissingData === "breaching") return decide(breaching + missing);
  if (treatMissingData === "notBreaching") return decide(breaching);
  // One value within the threshold is enough for OK.
  if (breaching < values.length) return decide(breaching);
  if (treatMissingData === "missing") {
    if (values.length === 0)
      return { state: "INSUFFICIENT_DATA", reason: `Insufficient Data: no value in ${wanted} periods` };
    // All known values breach, and the missing ones should have come by now.
    const oldest = datapoints.findIndex((value) => value !== undefined);
    if (datapoints.length - oldest >= needed) return decide(needed);
  }
  return { state: current, reason: "the state is kept: too little is known to change it" };
}

const show = (value: number | undefined): string => (value === undefined ? "-" : String(value));

const phrase = ({ comparison, threshold }: AlarmRule, count: number): string =>
  `${count === 1 ? "was" : "were"} ${comparison
    .replace("Threshold", "")
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()} the threshold (${threshold})`;
