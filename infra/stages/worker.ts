import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Alerts } from "../alarms/alerts";
import type { LakeBucket } from "../lake/lake-bucket";
import { nameOf } from "../naming";
import { takeMessages } from "../permissions/permissions";
import { errorsAlarm } from "../alarms/stage-alarms";
import { stageFunction, type StageFunctionArgs } from "./stage-function";
import { TaskQueue } from "./task-queue";

/** Much longer than a file takes. A task that is not done by then is retried after six times as long. */
const FIVE_MINUTES = 5 * 60;

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const VISIBILITY_TIMEOUTS = 6;

interface WorkerArgs extends Omit<StageFunctionArgs, "timeoutSeconds" | "logGroup"> {
  /** The prefix of its tasks. */
  readonly tasks: { readonly bucket: LakeBucket; readonly prefix: string };
  /** The largest number of concurrent tasks; AWS requires at least 2. */
  readonly concurrency: number;
  readonly logRetentionDays: number;
  readonly alerts: Alerts;
}

/**
 * A Lambda whose invocations do tasks in parallel. Each new object under a prefix of a bucket becomes a message of a
 * queue, and each message an invocation, up to a limit.
 *
 * A queue starts it, because a queue can wait. This limits the invocations without reserved concurrency.
 */
export class Worker extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;
  readonly logGroup: aws.cloudwatch.LogGroup;

  constructor(name: string, args: WorkerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("marble:infra:Worker", name, {}, opts);
    const { tasks, concurrency, logRetentionDays, alerts, permissions, ...lambda } = args;
    const fullName = nameOf(name);
    const child = { parent: this };

    this.logGroup = new aws.cloudwatch.LogGroup(fullName, { retentionInDays: logRetentionDays }, child);
    const logGroup = this.logGroup;
    const queue = new TaskQueue(
      `${name}-tasks`,
      { ...tasks, visibilitySeconds: VISIBILITY_TIMEOUTS * FIVE_MINUTES },
      child,
    );
    const made = stageFunction(
      name,
      {
        ...lambda,
        permissions: [...permissions, takeMessages(queue)],
        timeoutSeconds: FIVE_MINUTES,
        logGroup,
      },
      child,
    );
    this.function = made.function;
    new aws.lambda.EventSourceMapping(
      fullName,
      {
        eventSourceArn: queue.arn,
        functionName: this.function.arn,
        batchSize: 1,
        scalingConfig: { maximumConcurrency: concurrency },
      },
      child,
    );
    errorsAlarm(
      { fullName, functionName: this.function.name, logGroup, alerts },
      {
        timeoutSeconds: FIVE_MINUTES,
        everyMinutes: (VISIBILITY_TIMEOUTS * FIVE_MINUTES) / 60,
        meaning:
          "A large commit takes longer to reach the warehouse, because process runs the tasks itself. No data is lost.",
        section: "workers-fail",
      },
      child,
    );
    this.registerOutputs({ function: this.function.name, logGroup: this.logGroup.name });
  }
}
