import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { LakeBucket } from "../lake/lake-bucket";
import { nameOf } from "../naming";

interface TaskQueueArgs {
  /** The prefix of tasks: each new object under it becomes a message. */
  readonly bucket: LakeBucket;
  readonly prefix: string;
  /** How long a received message stays hidden. */
  readonly visibilitySeconds: number;
}

/** By then process has done the task. */
const ONE_DAY = 24 * 60 * 60;

/**
 * A queue of the tasks in a bucket. A message comes back until its task is done. If no worker does the task, process
 * does it; a worker then finds the result and deletes the message. So no message fails for good, and no dead-letter
 * queue is needed. S3 keeps one notification configuration for each bucket, so a bucket can have one of these.
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
                // Another account can take the name of a deleted bucket.
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
