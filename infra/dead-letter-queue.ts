import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Alerts } from "./alerts";

export interface DeadLetterQueueArgs {
  readonly alerts: Alerts;
  /** what lies in the queue, and where to look: the text of the alarm's mail */
  readonly description: pulumi.Input<string>;
}

const FOURTEEN_DAYS = 14 * 24 * 60 * 60;

/** Declares a queue for what could not be delivered, kept for as long as SQS can, and an alarm on it. */
export function deadLetterQueue(
  name: string,
  { alerts, description }: DeadLetterQueueArgs,
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
      description,
      namespace: "AWS/SQS",
      metric: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: queue.name },
      statistic: "Maximum",
    },
    opts,
  );
  return queue;
}
