import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { waiting } from "./alarm-rules";
import type { AlarmArgs, Alerts } from "./alerts";

export type DeadLetterQueueArgs = Pick<AlarmArgs, "what" | "meaning" | "section" | "logGroup"> & {
  readonly alerts: Alerts;
};

const FOURTEEN_DAYS = 14 * 24 * 60 * 60;

/** Declares a queue for what could not be delivered, kept for as long as SQS can, and an alarm on it. */
export function deadLetterQueue(
  name: string,
  { alerts, ...text }: DeadLetterQueueArgs,
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
      namespace: "AWS/SQS",
      metric: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: queue.name },
      rule: waiting,
    },
    opts,
  );
  return queue;
}
