import type { ScheduleTrigger } from "./cloud/scheduler/schedule-runner";
import type { Alarm } from "./cloud/cloudwatch/alarm";
import { isComparison, type AlarmRule } from "./cloud/cloudwatch/evaluate";
import type { ObjectFilter } from "./cloud/s3/object-storage";
import type { Program } from "./pulumi/program";
import type { DeclaredResource } from "./cloud/declared-resource";
import { ACCOUNT_ID } from "./cloud/account";
import { declaredQueues, type DeclaredQueue } from "./cloud/sqs/declared";

/** An object that appears in a bucket invokes a function. */
export interface ObjectTrigger extends ObjectFilter {
  readonly functionArn: string;
}

/** How often a failed asynchronous event is tried again, and where it goes then. */
export interface FailurePolicy {
  readonly functionName: string;
  readonly retries: number;
  readonly destinationArn: string;
}

/** What connects the parts that a program declared. */
export interface Wiring {
  readonly buckets: readonly string[];
  readonly objectTriggers: readonly ObjectTrigger[];
  readonly scheduleTriggers: readonly ScheduleTrigger[];
  readonly failurePolicies: readonly FailurePolicy[];
  readonly queues: ReadonlyMap<string, string>;
  /** Those of the queues that feed a function. */
  readonly workQueues: readonly DeclaredQueue[];
  readonly alarms: readonly Alarm[];
  readonly topics: readonly string[];
  readonly mailSubscriptions: readonly { readonly topicArn: string; readonly email: string }[];
}

/** Reads the wiring from the declared resources, as AWS would from its own. */
export function wiringOf({ resources }: Program): Wiring {
  const all = (type: string): DeclaredResource[] => resources.filter((resource) => resource.type === type);
  const inputsOf = <T>(type: string): T[] => all(type).map(({ inputs }) => inputs as T);
  return {
    buckets: all("aws:s3/bucket:Bucket").map(({ name }) => name),
    objectTriggers: inputsOf<NotificationInputs>("aws:s3/bucketNotification:BucketNotification").flatMap(
      ({ bucket, lambdaFunctions = [] }) =>
        lambdaFunctions.map(({ lambdaFunctionArn, filterPrefix = "", filterSuffix = "" }) => {
          requirePermission(bucket, lambdaFunctionArn, inputsOf("aws:lambda/permission:Permission"));
          return {
            bucket,
            prefix: filterPrefix,
            suffix: filterSuffix,
            functionArn: lambdaFunctionArn,
          };
        }),
    ),
    scheduleTriggers: all("aws:scheduler/schedule:Schedule").map(({ name, inputs }) => {
      const { scheduleExpression, target } = inputs as unknown as ScheduleInputs;
      return {
        name,
        expression: scheduleExpression,
        functionArn: target.arn,
        roleArn: target.roleArn,
        deadLetterArn: target.deadLetterConfig.arn,
      };
    }),
    failurePolicies: inputsOf<InvokeInputs>(
      "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
    ).map(({ functionName, maximumRetryAttempts, destinationConfig }) => ({
      functionName,
      retries: maximumRetryAttempts,
      destinationArn: destinationConfig.onFailure.destination,
    })),
    queues: new Map(all("aws:sqs/queue:Queue").map(({ arn, name }) => [arn, name])),
    workQueues: declaredQueues(resources),
    alarms: all("aws:cloudwatch/metricAlarm:MetricAlarm").map(({ name, inputs }) =>
      alarmOf(name, inputs as unknown as AlarmInputs),
    ),
    topics: all("aws:sns/topic:Topic").map(({ arn }) => arn),
    mailSubscriptions: inputsOf<SubscriptionInputs>("aws:sns/topicSubscription:TopicSubscription")
      .filter(({ protocol }) => protocol === "email")
      .map(({ topic, endpoint }) => ({ topicArn: topic, email: endpoint })),
  };
}

/** @throws Error when the function does not let the bucket invoke it: S3 refuses such a notification */
function requirePermission(
  bucket: string,
  functionArn: string,
  permissions: readonly PermissionInputs[],
): void {
  const allowed = permissions.some(
    ({ function: name, action, principal, sourceArn, sourceAccount }) =>
      functionArn.endsWith(`:function:${name}`) &&
      action === "lambda:InvokeFunction" &&
      principal === "s3.amazonaws.com" &&
      (sourceArn === undefined || sourceArn === `arn:aws:s3:::${bucket}`) &&
      (sourceAccount === undefined || sourceAccount === ACCOUNT_ID),
  );
  if (allowed) return;
  throw new Error(
    `Unable to validate the following destination configurations: ${functionArn} does not let the bucket ${bucket} invoke it; declare an aws.lambda.Permission`,
  );
}

/** @throws Error for an alarm of a kind that the local cloud does not evaluate */
function alarmOf(name: string, alarm: AlarmInputs): Alarm {
  const { comparisonOperator } = alarm;
  if (!isComparison(comparisonOperator) || alarm.metricName === undefined)
    throw new Error(
      `the alarm ${name} is of a kind that the local cloud does not evaluate: one metric and a threshold`,
    );
  return {
    name,
    description: alarm.alarmDescription,
    namespace: alarm.namespace,
    metric: alarm.metricName,
    dimensions: alarm.dimensions,
    statistic: alarm.statistic,
    periodSeconds: alarm.period,
    evaluationPeriods: alarm.evaluationPeriods,
    datapointsToAlarm: alarm.datapointsToAlarm ?? alarm.evaluationPeriods,
    comparison: comparisonOperator,
    threshold: alarm.threshold,
    treatMissingData: alarm.treatMissingData ?? "missing",
    topicArns: alarm.alarmActions ?? [],
    okTopicArns: alarm.okActions ?? [],
  };
}

// The inputs as @pulumi/aws names them; only what is read here.
interface NotificationInputs {
  readonly bucket: string;
  readonly lambdaFunctions?: readonly {
    lambdaFunctionArn: string;
    filterPrefix?: string;
    filterSuffix?: string;
  }[];
}
interface ScheduleInputs {
  readonly scheduleExpression: string;
  readonly target: {
    readonly arn: string;
    readonly roleArn: string;
    readonly deadLetterConfig: { readonly arn: string };
  };
}
interface PermissionInputs {
  readonly function: string;
  readonly action: string;
  readonly principal: string;
  readonly sourceArn?: string;
  readonly sourceAccount?: string;
}
interface InvokeInputs {
  readonly functionName: string;
  readonly maximumRetryAttempts: number;
  readonly destinationConfig: { readonly onFailure: { readonly destination: string } };
}
interface AlarmInputs {
  readonly alarmDescription: string;
  readonly namespace: string;
  /** none in an alarm on an expression */
  readonly metricName?: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: AlarmRule["statistic"];
  readonly period: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm?: number;
  readonly comparisonOperator: string;
  readonly threshold: number;
  readonly treatMissingData?: AlarmRule["treatMissingData"];
  readonly alarmActions?: readonly string[];
  readonly okActions?: readonly string[];
}
interface SubscriptionInputs {
  readonly topic: string;
  readonly protocol: string;
  readonly endpoint: string;
}
