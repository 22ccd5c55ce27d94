import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AlarmArgs, Alerts } from "../alarms/alerts";
import { deadLetterQueue } from "../alarms/dead-letter-queue";
import type { LakeBucket } from "../lake/lake-bucket";
import { nameOf } from "../naming";

export interface TaskQueueArgs {
  /** Where tasks are handed out: each new object under the prefix becomes a message. */
  readonly bucket: LakeBucket;
  readonly prefix: string;
  /** How long a message is hidden from others when one has taken it. */
  readonly visibilitySeconds: number;
  /** The log group of those who take the messages. */
  readonly logGroup: AlarmArgs["logGroup"];
  readonly alerts: Alerts;
}

/**
 * So often a message is taken before it is given up. AWS recommends five where only the queue remembers the work;
 * what is given up here, process does.
 */
const MAX_RECEIVE_COUNT = 3;

/**
 * A queue of the tasks that are handed out in a bucket, and one for those that nobody could do. S3 keeps one
 * notification configuration a bucket, so a bucket can have one of these.
 */
export class TaskQueue extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: TaskQueueArgs, opts?: pulumi.ComponentResourceOptions) {
    super("marble:infra:TaskQueue", name, {}, opts);
    const { bucket, prefix, visibilitySeconds, logGroup, alerts } = args;
    const fullName = nameOf(name);
    const child = { parent: this };

    const givenUp = deadLetterQueue(
      `${fullName}-given-up`,
      {
        alerts,
        what: (queue) =>
          pulumi.interpolate`${MAX_RECEIVE_COUNT} workers failed on a task, over more than an hour. Its message lies in the queue ${queue}; the log has the errors.`,
        meaning: WORKERS_ONLY_HELP,
        section: "workers-fail",
        logGroup,
      },
      child,
    );
    const queue = new aws.sqs.Queue(
      fullName,
      {
        sqsManagedSseEnabled: true,
        visibilityTimeoutSeconds: visibilitySeconds,
        redrivePolicy: pulumi.jsonStringify({
          deadLetterTargetArn: givenUp.arn,
          maxReceiveCount: MAX_RECEIVE_COUNT,
        }),
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

/** What it means for those who use the warehouse when no worker works. */
export const WORKERS_ONLY_HELP =
  "A large commit takes longer to come to the warehouse: process does itself what no worker has done. Nothing is lost.";
