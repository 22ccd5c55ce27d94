import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Alerts } from "../alarms/alerts";
import { deadLetterQueue } from "../alarms/dead-letter-queue";
import { nameOf } from "../naming";
import { sendMessages } from "../permissions/permissions";
import { STANDSTILL, stageAlarms } from "../alarms/stage-alarms";
import { stageFunction, type StageFunctionArgs } from "./stage-function";

/** The longest that AWS lets a Lambda run. A run that is cut off has lost nothing, but starts again. */
const FIFTEEN_MINUTES = 15 * 60;

export interface StageArgs extends Omit<StageFunctionArgs, "timeoutSeconds" | "logGroup"> {
  /** what it means for users when it stands still; by default that the warehouse gets nothing new */
  readonly standstill?: string;
  readonly logRetentionDays: number;
  readonly alerts: Alerts;
}

/**
 * A stage of the pipeline: a Lambda with a role and a log group of its own, a queue for the events that it
 * failed on, and alarms on what AWS measures of it.
 *
 * Events are invitations to look at the log of commits (a stage works off all that is there), so nothing
 * depends on how often or in which order they come, and concurrency needs no limit.
 */
export class Stage extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;
  readonly logGroup: aws.cloudwatch.LogGroup;
  readonly roleArn: pulumi.Output<string>;
  readonly standstill: string;

  /** @param name the stage's name: `ingest` */
  constructor(name: string, args: StageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("marble:infra:Stage", name, {}, opts);
    const { logRetentionDays, alerts, permissions, standstill = STANDSTILL, ...lambda } = args;
    this.standstill = standstill;
    const fullName = nameOf(name);
    const child = { parent: this };

    this.logGroup = new aws.cloudwatch.LogGroup(fullName, { retentionInDays: logRetentionDays }, child);
    const deadLetters = deadLetterQueue(
      `${fullName}-failed-events`,
      {
        alerts,
        what: (queue) =>
          pulumi.interpolate`${fullName} failed three times on an event, over some minutes. The event lies in the queue ${queue}, with the error.`,
        meaning: `${standstill} An event only wakes a stage: this one need not be sent again.`,
        section: "dead-letters",
        logGroup: this.logGroup,
      },
      child,
    );
    const made = stageFunction(
      name,
      {
        ...lambda,
        permissions: [...permissions, sendMessages(deadLetters)],
        timeoutSeconds: FIFTEEN_MINUTES,
        logGroup: this.logGroup,
      },
      child,
    );
    this.function = made.function;
    this.roleArn = made.roleArn;
    new aws.lambda.FunctionEventInvokeConfig(
      fullName,
      {
        functionName: this.function.name,
        maximumRetryAttempts: 2,
        destinationConfig: { onFailure: { destination: deadLetters.arn } },
      },
      child,
    );
    stageAlarms(
      {
        fullName,
        functionName: this.function.name,
        timeoutSeconds: FIFTEEN_MINUTES,
        standstill,
        logGroup: this.logGroup,
        alerts,
      },
      child,
    );
    this.registerOutputs({ function: this.function.name, logGroup: this.logGroup.name });
  }
}
