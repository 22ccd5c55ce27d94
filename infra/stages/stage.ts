import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Alerts } from "../alarms/alerts";
import { parseSchedule, longestPause } from "../../domain/formats/schedule/schedule";
import { nameOf } from "../naming";
import { STANDSTILL, stageAlarms } from "../alarms/stage-alarms";
import { stageFunction, type StageFunctionArgs } from "./stage-function";

/** The longest run that AWS allows. A run that is cut off loses no data, but starts again. */
const FIFTEEN_MINUTES = 15 * 60;

export interface StageArgs extends Omit<StageFunctionArgs, "timeoutSeconds" | "logGroup"> {
  /** the effect on users if the stage stops; by default, that the warehouse gets no new data */
  readonly standstill?: string;
  /** the schedule that starts it, an expression of EventBridge */
  readonly startedBy: string;
  readonly logRetentionDays: number;
  readonly alerts: Alerts;
}

/**
 * A stage of the pipeline: a Lambda with its role, its log group, and alarms on AWS's metrics.
 *
 * Events only wake a stage, which then does all work in the log of commits. So the number and order of events do not
 * matter, and concurrency needs no limit. An event that failed three times is dropped. The next event does its work,
 * and an alarm rings if all fail. A dead-letter queue would only give a person more work.
 */
export class Stage extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;
  readonly logGroup: aws.cloudwatch.LogGroup;
  readonly roleArn: pulumi.Output<string>;
  readonly standstill: string;

  /** @param name the stage's name: `ingest` */
  constructor(name: string, args: StageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("marble:infra:Stage", name, {}, opts);
    const { startedBy, logRetentionDays, alerts, standstill = STANDSTILL, ...lambda } = args;
    this.standstill = standstill;
    const fullName = nameOf(name);
    const child = { parent: this };

    this.logGroup = new aws.cloudwatch.LogGroup(fullName, { retentionInDays: logRetentionDays }, child);
    const made = stageFunction(
      name,
      {
        ...lambda,
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
      },
      child,
    );
    stageAlarms(
      {
        fullName,
        functionName: this.function.name,
        timeoutSeconds: FIFTEEN_MINUTES,
        everyMinutes: longestPause(parseSchedule(startedBy)),
        standstill,
        logGroup: this.logGroup,
        alerts,
      },
      child,
    );
    this.registerOutputs({ function: this.function.name, logGroup: this.logGroup.name });
  }
}
