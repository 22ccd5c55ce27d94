import type * as pulumi from "@pulumi/pulumi";
import { again, failsAgain, longRuns, type AlarmRule } from "./alarm-rules";
import type { AlarmArgs, Alerts } from "./alerts";

/** What a standstill of a stage means for those who use the warehouse. */
export const STANDSTILL =
  "Until it works again the warehouse gets nothing new; what it shows stays right. Nothing is lost: the next " +
  "run continues from the last commit.";

/** The share of its timeout from which a run counts as long. */
const NEAR_TIMEOUT = 0.8;

/** The Lambda that alarms watch. */
export interface WatchedFunction {
  /** its name without its random digits */
  readonly fullName: string;
  readonly functionName: pulumi.Input<string>;
  readonly logGroup: AlarmArgs["logGroup"];
  readonly alerts: Alerts;
}

type Text = Pick<AlarmArgs, "what" | "meaning" | "section">;

/** Declares the alarms on what AWS itself measures of a stage. */
export function stageAlarms(
  args: WatchedFunction & {
    readonly timeoutSeconds: number;
    /** What its standstill means for users. */
    readonly standstill: string;
  },
  opts: pulumi.CustomResourceOptions,
): void {
  const { fullName, timeoutSeconds, standstill } = args;
  const nearTimeout = timeoutSeconds * NEAR_TIMEOUT;

  errorsAlarm(args, { meaning: standstill, section: "a-stage-fails" }, opts);
  functionAlarm(
    args,
    {
      metric: "Throttles",
      rule: again,
      what: `AWS refused to run ${fullName} again and again within half an hour: the concurrency of the account is used up.`,
      meaning: standstill,
      section: "a-stage-is-throttled",
    },
    opts,
  );
  functionAlarm(
    args,
    {
      metric: "Duration",
      rule: longRuns(nearTimeout * 1000),
      what: `Runs of ${fullName} take more than ${nearTimeout / 60} of the ${timeoutSeconds / 60} minutes that they have.`,
      meaning: `A run that is cut off loses nothing and starts again. If one piece of work takes too long, the stage makes no progress. ${standstill}`,
      section: "a-stage-runs-long",
    },
    opts,
  );
}

/** Declares the alarm on a Lambda that fails and fails. */
export function errorsAlarm(
  args: WatchedFunction,
  text: Pick<Text, "meaning" | "section">,
  opts: pulumi.CustomResourceOptions,
): void {
  const what = `${args.fullName} failed more than three times within half an hour: neither retries nor the next run healed it. Its log says which table and commit and why.`;
  functionAlarm(args, { metric: "Errors", rule: failsAgain, what, ...text }, opts);
}

function functionAlarm(
  { fullName, functionName, logGroup, alerts }: WatchedFunction,
  { metric, ...args }: Text & { readonly metric: string; readonly rule: AlarmRule },
  opts: pulumi.CustomResourceOptions,
): void {
  const dimensions = { FunctionName: functionName };
  alerts.alarm(
    `${fullName}-${metric.toLowerCase()}`,
    { ...args, logGroup, namespace: "AWS/Lambda", metric, dimensions },
    opts,
  );
}
