import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { LakeBucket } from "../lake/lake-bucket";
import { nameOf } from "../naming";

export interface TaskQueueArgs {
  /** Where tasks are handed out: each new object under the prefix becomes a message. */
  readonly bucket: LakeBucket;
  readonly prefix: string;
  /** How long a message is hidden from others when one has taken it. */
  readonly visibilitySeconds: number;
}

/** By then process has done the task. */
const ONE_DAY = 24 * 60 * 60;

/**
 * A queue of the tasks that are handed out in a bucket. A message whose task no worker could do comes back until the
 * task is done, by process if no worker does it: its worker then finds the result, and the message is deleted. So nothing
 * is given up, and no queue of that has to be emptied. S3 keeps one notification configuration a bucket, so a bucket can
 * have one of these.
 */
export class TaskQueue extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: TaskQueueArgs, opts?: pulumi.ComponentResourceOptions) {
    super("marble:infra:TaskQueue", name, {}, opts);
    const { bucket, prefix, visibilitySeconds } = args;
    const fullName = nameOf(name);
    const child = { parent: this };

    const queue = new aws.sqs.Queue(
      fullName,
      {
        sqsManagedSseEnabled: true,
        visibilityTimeoutSeconds: visibilitySeconds,
        messageRetentionSeconds: ONE_DAY,
      },
      child,
    );
    this.arn = queue.arn;
    const policy = new aws.sqs.QueuePolicy(
      fullName,
      {
        queueUrl: queue.url,
        policy: pulumi.jsonStringify({
          Version: "2012-10-17",
          Statement: [
            {
              Sid: "NewTasksOfThisBucket",
              Effect: "Allow",
              Principal: { Service: "s3.amazonaws.com" },
              Action: "sqs:SendMessage",
              Resource: queue.arn,
              Condition: {
                ArnEquals: { "aws:SourceArn": bucket.arn },
                // A deleted bucket's name can be taken by another account.
                StringEquals: { "aws:SourceAccount": aws.getCallerIdentityOutput().accountId },
              },
            },
          ],
        }),
      },
      child,
    );
    new aws.s3.BucketNotification(
      fullName,
      {
        bucket: bucket.name,
        queues: [
          {
            queueArn: queue.arn,
            events: ["s3:ObjectCreated:*"],
            filterPrefix: prefix,
            filterSuffix: ".json",
          },
        ],
      },
      { ...child, dependsOn: policy },
    );
    this.registerOutputs({ arn: this.arn });
  }
}
