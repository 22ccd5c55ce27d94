import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Alerts } from "./alerts";
import { BundledFunction, type Handler } from "./bundled-function";
import { deadLetterQueue } from "./dead-letter-queue";
import { nameOf } from "./naming";
import { grantRole, sendMessages, writeLogs, type Permission } from "./permissions";

/** The longest that AWS lets a Lambda run. A run that is cut off has lost nothing, but starts again. */
const FIFTEEN_MINUTES = 15 * 60;

export interface StageArgs {
  /** exported by its own file in handlers/ */
  readonly handler: Handler;
  /** what the handler reads from `process.env`, beside what every stage gets; never a secret */
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
  /** what it may do, beside writing its log */
  readonly permissions: readonly Permission[];
  readonly memoryMb: number;
  readonly logLevel: string;
  readonly logRetentionDays: number;
  readonly alerts: Alerts;
}

/**
 * A stage of the pipeline: a Lambda with a role and a log group of its own, a queue for the events that it
 * failed on, and an alarm on its errors.
 *
 * Events are invitations to look at the log of commits (a stage works off all that is there), so nothing
 * depends on how often or in which order they come, and concurrency needs no limit.
 */
export class Stage extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;
  readonly logGroup: aws.cloudwatch.LogGroup;

  /** @param name the stage's name: `ingest` */
  constructor(name: string, args: StageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("marble:infra:Stage", name, {}, opts);
    const { handler, environment, permissions, memoryMb, logLevel, logRetentionDays, alerts } = args;
    const fullName = nameOf(name);
    const child = { parent: this };

    this.logGroup = new aws.cloudwatch.LogGroup(fullName, { retentionInDays: logRetentionDays }, child);
    const advice = pulumi.interpolate`The log group ${this.logGroup.name} says which table and commit and why. No data is lost: the next run goes on from the last commit.`;
    const deadLetters = deadLetterQueue(
      `${fullName}-failed-events`,
      { alerts, description: pulumi.interpolate`An event for ${fullName} failed three times. ${advice}` },
      child,
    );
    const { role, policy } = grantRole(
      fullName,
      {
        service: "lambda.amazonaws.com",
        permissions: [...permissions, writeLogs(this.logGroup), sendMessages(deadLetters)],
      },
      child,
    );

    this.function = new BundledFunction(
      fullName,
      {
        callback: handler,
        role,
        runtime: "nodejs24.x",
        architectures: ["arm64"],
        memorySize: memoryMb,
        timeout: FIFTEEN_MINUTES,
        loggingConfig: { logFormat: "Text", logGroup: this.logGroup.name },
        environment: {
          variables: {
            POWERTOOLS_SERVICE_NAME: name,
            POWERTOOLS_METRICS_NAMESPACE: "Marble",
            POWERTOOLS_LOG_LEVEL: logLevel,
            MARBLE_ENVIRONMENT: pulumi.getStack(),
            NODE_OPTIONS: "--enable-source-maps",
            ...environment,
          },
        },
      },
      { ...child, dependsOn: policy },
    );
    new aws.lambda.FunctionEventInvokeConfig(
      fullName,
      {
        functionName: this.function.name,
        maximumRetryAttempts: 2,
        destinationConfig: { onFailure: { destination: deadLetters.arn } },
      },
      child,
    );
    alerts.alarm(
      `${fullName}-errors`,
      {
        description: pulumi.interpolate`${fullName} failed. ${advice}`,
        namespace: "AWS/Lambda",
        metric: "Errors",
        dimensions: { FunctionName: this.function.name },
        statistic: "Sum",
      },
      child,
    );
    this.registerOutputs({ function: this.function.name, logGroup: this.logGroup.name });
  }
}
