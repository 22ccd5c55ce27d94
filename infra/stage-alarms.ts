import type * as pulumi from "@pulumi/pulumi";
import { again, failsAgain, longRuns, type AlarmRule } from "./alarm-rules";
import type { AlarmArgs, Alerts } from "./alerts";

/** What a standstill of a stage means for those who use the warehouse. */
export const STANDSTILL =
  "Until it works again the warehouse gets nothing new; what it shows stays right. Nothing is lost: the next " +
  "run goes on from the last commit.";

/** The share of its timeout from which a run counts as long. */
const NEAR_TIMEOUT = 0.8;

export interface StageAlarmsArgs {
  /** the name of the Lambda, without its random digits */
  readonly fullName: string;
  readonly functionName: pulumi.Input<string>;
  readonly timeoutSeconds: number;
  readonly logGroup: AlarmArgs["logGroup"];
  readonly alerts: Alerts;
}

/** Declares the alarms on what AWS itself measures of a Lambda. */
export function stageAlarms(args: StageAlarmsArgs, opts: pulumi.CustomResourceOptions): void {
  const { fullName, functionName, timeoutSeconds, logGroup, alerts } = args;
  const alarm = (
    suffix: string,
    metric: string,
    rule: AlarmRule,
    text: Pick<AlarmArgs, "what" | "meaning" | "section">,
  ): void => {
    const dimensions = { FunctionName: functionName };
    alerts.alarm(
      `${fullName}-${suffix}`,
      { ...text, logGroup, namespace: "AWS/Lambda", metric, dimensions, rule },
      opts,
    );
  };
  const nearTimeout = timeoutSeconds * NEAR_TIMEOUT;

  alarm("errors", "Errors", failsAgain, {
    what: `${fullName} failed more than three times within half an hour: neither retries nor the next run healed it. Its log says which table and commit and why.`,
    meaning: STANDSTILL,
    section: "a-stage-fails",
  });
  alarm("throttles", "Throttles", again, {
    what: `AWS refused to run ${fullName} again and again within half an hour: the concurrency of the account is used up.`,
    meaning: STANDSTILL,
    section: "a-stage-is-throttled",
  });
  alarm("duration", "Duration", longRuns(nearTimeout * 1000), {
    what: `Runs of ${fullName} take more than ${nearTimeout / 60} of the ${timeoutSeconds / 60} minutes that they have.`,
    meaning:
      "The warehouse lags behind. A run that is cut off loses nothing but begins again: if one piece of work " +
      "cannot be done in time, the warehouse gets nothing new.",
    section: "a-stage-runs-long",
  });
}
