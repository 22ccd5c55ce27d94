import { statementsOf } from "../iam/policies";
import type { ObjectFilter } from "../s3/object-storage";
import type { DeclaredResource } from "../declared-resource";
import { ACCOUNT_ID } from "../account";

/** A queue that invokes a function, as the program declares it. */
export interface DeclaredQueue {
  readonly arn: string;
  readonly name: string;
  readonly functionArn: string;
  readonly batchSize: number;
  readonly maximumConcurrency: number;
  /** How long a received message stays hidden. */
  readonly visibilityMs: number;
  /** How long an undeleted message is kept. */
  readonly retentionMs: number;
  /** The events that cause messages: new objects with these keys. */
  readonly notifications: readonly ObjectFilter[];
}

/** The queues that invoke functions, as the program declares them. */
export function declaredQueues(resources: readonly DeclaredResource[]): readonly DeclaredQueue[] {
  const inputsOf = <T>(type: string): T[] =>
    resources.filter((resource) => resource.type === type).map(({ inputs }) => inputs as T);
  return inputsOf<MappingInputs>("aws:lambda/eventSourceMapping:EventSourceMapping").map((mapping) => {
    const queue = resources.find(({ arn }) => arn === mapping.eventSourceArn);
    if (queue === undefined) throw new Error(`no queue is declared with the ARN ${mapping.eventSourceArn}`);
    const { visibilityTimeoutSeconds, messageRetentionSeconds, redrivePolicy } =
      queue.inputs as unknown as QueueInputs;
    if (redrivePolicy !== undefined)
      throw new Error(
        `the queue ${queue.name} has a dead-letter queue: the local cloud does not support one`,
      );
    return {
      arn: queue.arn,
      name: queue.name,
      functionArn: mapping.functionName,
      batchSize: mapping.batchSize,
      maximumConcurrency: mapping.scalingConfig.maximumConcurrency,
      visibilityMs: visibilityTimeoutSeconds * 1000,
      retentionMs: messageRetentionSeconds * 1000,
      notifications: inputsOf<NotificationInputs>("aws:s3/bucketNotification:BucketNotification").flatMap(
        ({ bucket, queues = [] }) =>
          queues
            .filter(({ queueArn }) => queueArn === queue.arn)
            .map(({ filterPrefix = "", filterSuffix = "" }) => {
              requirePolicy(bucket, queue, inputsOf("aws:sqs/queuePolicy:QueuePolicy"));
              return { bucket, prefix: filterPrefix, suffix: filterSuffix };
            }),
      ),
    };
  });
}

/** @throws Error when the queue does not let the bucket send messages: S3 refuses such a notification */
function requirePolicy(
  bucket: string,
  queue: DeclaredResource,
  policies: readonly QueuePolicyInputs[],
): void {
  const allowed = policies
    .filter(({ queueUrl }) => queueUrl === queue.id)
    .flatMap(({ policy }) => statementsOf(policy))
    .some(
      ({ Effect, Action, Resource, Principal, Condition }) =>
        Effect === "Allow" &&
        [Action].flat().includes("sqs:SendMessage") &&
        [Resource].flat().includes(queue.arn) &&
        Principal?.Service === "s3.amazonaws.com" &&
        (Condition?.ArnEquals?.["aws:SourceArn"] ?? `arn:aws:s3:::${bucket}`) === `arn:aws:s3:::${bucket}` &&
        (Condition?.StringEquals?.["aws:SourceAccount"] ?? ACCOUNT_ID) === ACCOUNT_ID,
    );
  if (allowed) return;
  throw new Error(
    `Unable to validate the following destination configurations: ${queue.arn} does not let the bucket ${bucket} send messages; declare an aws.sqs.QueuePolicy`,
  );
}

// The inputs by the names of @pulumi/aws, limited to those that are read here.
interface MappingInputs {
  readonly eventSourceArn: string;
  readonly functionName: string;
  readonly batchSize: number;
  readonly scalingConfig: { readonly maximumConcurrency: number };
}
interface QueueInputs {
  readonly visibilityTimeoutSeconds: number;
  readonly messageRetentionSeconds: number;
  readonly redrivePolicy?: string;
}
interface QueuePolicyInputs {
  readonly queueUrl: string;
  readonly policy: unknown;
}
interface NotificationInputs {
  readonly bucket: string;
  readonly queues?: readonly { queueArn: string; filterPrefix?: string; filterSuffix?: string }[];
}
