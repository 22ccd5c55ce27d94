import type * as pulumi from "@pulumi/pulumi";
import { REPEATED, allFailRule, longRunsRule } from "./alarm-rules";
import { lastErrors, lastLines, type AlarmText } from "./alarm-text";
import type { AlarmArgs, Alerts } from "./alerts";

/** What a stopped stage means for the users of the warehouse. */
export const STANDSTILL =
  "The warehouse gets no new data. The data in it stays right. No data is lost. The next successful run does all waiting work.";

/** The share of its timeout from which a run counts as long. */
const NEAR_TIMEOUT = 0.8;

/** The Lambda that alarms watch. */
interface WatchedFunction {
  /** its name without its random digits */
  readonly fullName: string;
  readonly functionName: pulumi.Input<string>;
  readonly logGroup: AlarmArgs["logGroup"];
  readonly alerts: Alerts;
}

/** Declares the alarms on the metrics that AWS keeps of a stage. */
export function stageAlarms(
  args: WatchedFunction & {
    readonly timeoutSeconds: number;
    /** The interval of its schedule. */
    readonly everyMinutes: number;
    /** What a stop of the stage means for users. */
    readonly standstill: string;
  },
  opts: pulumi.CustomResourceOptions,
): void {
  const { fullName, logGroup, timeoutSeconds, everyMinutes, standstill } = args;
  const nearTimeout = timeoutSeconds * NEAR_TIMEOUT;

  errorsAlarm(args, { timeoutSeconds, everyMinutes, meaning: standstill, section: "a-stage-fails" }, opts);
  functionAlarm(
    args,
    {
      metric: "Throttles",
      rule: REPEATED,
      alarm: `AWS has repeatedly refused to run ${fullName} for half an hour. Too many Lambdas of the account run.`,
      ok: "AWS runs it again. Nothing is left to do, unless another alarm rings.",
      meaning: standstill,
      show: "aws lambda get-account-settings --query AccountLimit.ConcurrentExecutions",
      section: "a-stage-is-throttled",
    },
    opts,
  );
  functionAlarm(
    args,
    {
      metric: "Duration",
      rule: longRunsRule(nearTimeout * 1000),
      alarm: `Runs of ${fullName} take more than ${nearTimeout / 60} minutes. Their timeout is ${timeoutSeconds / 60} minutes.`,
      ok: "Runs are short again. Nothing is left to do, unless another alarm rings.",
      meaning: `A run that AWS stops loses no data, but starts again. ${standstill}`,
      show: lastLines(logGroup.name, "REPORT"),
      section: "a-stage-runs-long",
    },
    opts,
  );
}

/** Declares the alarm on a Lambda whose runs all fail. */
export function errorsAlarm(
  args: WatchedFunction,
  {
    timeoutSeconds,
    everyMinutes,
    ...text
  }: Pick<AlarmText, "meaning" | "section"> & {
    readonly timeoutSeconds: number;
    readonly everyMinutes: number;
  },
  opts: pulumi.CustomResourceOptions,
): void {
  const rule = allFailRule({ everyMinutes, timeoutMinutes: timeoutSeconds / 60 });
  functionAlarm(
    args,
    {
      metric: "Errors",
      unlessMore: "Invocations",
      rule,
      alarm: `For ${rule.periodSeconds / 60} minutes, every run of ${args.fullName} has failed.`,
      ok: "A run has succeeded. Nothing is left to do, unless another alarm rings.",
      show: lastErrors(args.logGroup.name),
      ...text,
    },
    opts,
  );
}

/** Declares an alarm on a metric that AWS keeps of a Lambda. */
export function functionAlarm(
  { fullName, functionName, logGroup, alerts }: WatchedFunction,
  args: AlarmText & Pick<AlarmArgs, "metric" | "unlessMore" | "rule">,
  opts: pulumi.CustomResourceOptions,
): void {
  const dimensions = { FunctionName: functionName };
  alerts.alarm(
    `${fullName}-${args.metric.toLowerCase()}`,
    { ...args, logGroup, namespace: "AWS/Lambda", dimensions },
    opts,
  );
}
