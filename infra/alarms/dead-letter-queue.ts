import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { waiting } from "./alarm-rules";
import type { AlarmArgs, Alerts } from "./alerts";

export type DeadLetterQueueArgs = Pick<AlarmArgs, "meaning" | "section" | "logGroup"> & {
  readonly alerts: Alerts;
  /** what happened, with the queue's name as AWS knows it: the runbook asks AWS for the queue by that */
  readonly what: (queue: pulumi.Output<string>) => pulumi.Input<string>;
};

const FOURTEEN_DAYS = 14 * 24 * 60 * 60;

/** Declares a queue for what could not be delivered, kept for as long as SQS can, and an alarm on it. */
export function deadLetterQueue(
  name: string,
  { alerts, what, ...text }: DeadLetterQueueArgs,
  opts: pulumi.CustomResourceOptions,
): aws.sqs.Queue {
  const queue = new aws.sqs.Queue(
    name,
    { messageRetentionSeconds: FOURTEEN_DAYS, sqsManagedSseEnabled: true },
    opts,
  );
  alerts.alarm(
    name,
    {
      ...text,
      what: what(queue.name),
      namespace: "AWS/SQS",
      metric: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: queue.name },
      rule: waiting,
    },
    opts,
  );
  return queue;
}
