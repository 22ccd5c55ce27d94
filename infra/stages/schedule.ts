import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { nameOf } from "../naming";
import { grantRole, invokeFunction } from "../permissions/permissions";
import type { Stage } from "./stage";

interface ScheduleArgs {
  /** an EventBridge expression, in UTC: `rate(5 minutes)` or `cron(0 6 * * ? *)` */
  readonly expression: string;
  readonly stage: Stage;
}

/**
 * Invokes a stage on a schedule (Amazon EventBridge Scheduler), with a role that can invoke only that stage. A failed
 * invocation is dropped, because the next one does its work. If all fail, the stage reports no metrics, and an alarm
 * rings.
 */
export class Schedule extends pulumi.ComponentResource {
  constructor(name: string, { expression, stage }: ScheduleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("marble:infra:Schedule", name, {}, opts);
    const fullName = nameOf(name);
    const child = { parent: this };

    const { role, policy } = grantRole(
      fullName,
      {
        principal: { Service: "scheduler.amazonaws.com" },
        // Otherwise another account could make the service use the role. The ARN must be that of a schedule group:
        // https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
        condition: {
          StringEquals: {
            "aws:SourceAccount": aws.getCallerIdentityOutput().accountId,
            "aws:SourceArn": defaultScheduleGroup(),
          },
        },
        permissions: [invokeFunction(stage.function)],
      },
      child,
    );
    new aws.scheduler.Schedule(
      fullName,
      {
        scheduleExpression: expression,
        flexibleTimeWindow: { mode: "OFF" },
        target: {
          arn: stage.function.arn,
          roleArn: role.arn,
          // The next invocation does the work of a missed one, so a few retries are enough.
          retryPolicy: { maximumRetryAttempts: 3, maximumEventAgeInSeconds: 300 },
        },
      },
      { ...child, dependsOn: policy },
    );
    this.registerOutputs();
  }
}

function defaultScheduleGroup(): pulumi.Output<string> {
  const { partition } = aws.getPartitionOutput();
  const { region } = aws.getRegionOutput();
  const { accountId } = aws.getCallerIdentityOutput();
  return pulumi.interpolate`arn:${partition}:scheduler:${region}:${accountId}:schedule-group/default`;
}
