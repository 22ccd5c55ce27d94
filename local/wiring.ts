import { isDeepStrictEqual } from "node:util";
import type { ScheduleTrigger } from "./cloud/scheduler/schedule-runner";
import type { Alarm } from "./cloud/cloudwatch/alarm";
import { isComparison, type AlarmRule } from "./cloud/cloudwatch/evaluate";
import type { MetricId } from "./cloud/cloudwatch/metric-store";
import type { ObjectFilter } from "./cloud/s3/object-storage";
import type { Program } from "./pulumi/program";
import type { DeclaredResource } from "./cloud/declared-resource";
import { ACCOUNT_ID } from "./cloud/account";
import { declaredQueues, type DeclaredQueue } from "./cloud/sqs/declared";

/** A new object in a bucket invokes a function. */
interface ObjectTrigger extends ObjectFilter {
  readonly functionArn: string;
}

/** The number of retries of a failed asynchronous event. */
interface RetryPolicy {
  readonly functionName: string;
  readonly retries: number;
}

/** The connections between the parts that a program declared. */
export interface Wiring {
  readonly buckets: readonly string[];
  readonly objectTriggers: readonly ObjectTrigger[];
  readonly scheduleTriggers: readonly ScheduleTrigger[];
  readonly retryPolicies: readonly RetryPolicy[];
  /** The queues that invoke functions. */
  readonly workQueues: readonly DeclaredQueue[];
  readonly alarms: readonly Alarm[];
  readonly topics: readonly string[];
  readonly mailSubscriptions: readonly { readonly topicArn: string; readonly email: string }[];
}

/** Reads the wiring from the declared resources. */
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
      };
    }),
    retryPolicies: inputsOf<InvokeInputs>(
      "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
    ).map(({ functionName, maximumRetryAttempts }) => ({ functionName, retries: maximumRetryAttempts })),
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

/** @throws Error if the function does not let the bucket invoke it: S3 refuses such a notification */
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

/** @throws Error for a kind of alarm that the local cloud does not evaluate */
function alarmOf(name: string, alarm: AlarmInputs): Alarm {
  const { comparisonOperator } = alarm;
  const measured = measuredBy(alarm);
  if (!isComparison(comparisonOperator) || measured === undefined)
    throw new Error(
      `the alarm ${name} is of a kind that the local cloud does not evaluate: a threshold for one metric, or for IF(other > own, 0, own) of two`,
    );
  return {
    name,
    description: alarm.alarmDescription,
    ...measured,
    evaluationPeriods: alarm.evaluationPeriods,
    datapointsToAlarm: alarm.datapointsToAlarm ?? alarm.evaluationPeriods,
    comparison: comparisonOperator,
    threshold: alarm.threshold,
    treatMissingData: alarm.treatMissingData ?? "missing",
    topicArns: alarm.alarmActions ?? [],
    okTopicArns: alarm.okActions ?? [],
  };
}

/** The metric of an alarm; undefined for a kind that the local cloud cannot measure. */
function measuredBy(
  alarm: AlarmInputs,
): Pick<Alarm, keyof MetricId | "unlessMore" | "statistic" | "periodSeconds"> | undefined {
  const { namespace, metricName, dimensions, statistic, period, metricQueries = [] } = alarm;
  if (metricName !== undefined && namespace !== undefined && statistic !== undefined && period !== undefined)
    return { namespace, metric: metricName, dimensions: dimensions ?? {}, statistic, periodSeconds: period };
  const expression = metricQueries.find(({ returnData }) => returnData)?.expression ?? "";
  const [, otherId, ownId, again] = /^IF\((\w+) > (\w+), 0, (\w+)\)$/.exec(expression) ?? [];
  const metricOf = (id: string | undefined): MetricQuery["metric"] =>
    metricQueries.find((query) => query.id === id)?.metric;
  const own = metricOf(ownId);
  const other = metricOf(otherId);
  if (own === undefined || other === undefined || ownId !== again) return undefined;
  const { metricName: metric, ...where } = own;
  const { metricName: unlessMore, ...otherWhere } = other;
  if (!isDeepStrictEqual(where, otherWhere)) return undefined;
  return {
    namespace: own.namespace,
    metric,
    unlessMore,
    dimensions: own.dimensions,
    statistic: own.stat,
    periodSeconds: own.period,
  };
}

// The inputs by the names of @pulumi/aws, limited to those that are read here.
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
}
interface AlarmInputs {
  readonly alarmDescription: string;
  // An alarm has either a metric or queries.
  readonly namespace?: string;
  readonly metricName?: string;
  readonly dimensions?: Readonly<Record<string, string>>;
  readonly statistic?: AlarmRule["statistic"];
  readonly period?: number;
  readonly metricQueries?: readonly MetricQuery[];
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm?: number;
  readonly comparisonOperator: string;
  readonly threshold: number;
  readonly treatMissingData?: AlarmRule["treatMissingData"];
  readonly alarmActions?: readonly string[];
  readonly okActions?: readonly string[];
}
interface MetricQuery {
  readonly id: string;
  readonly expression?: string;
  readonly returnData?: boolean;
  readonly metric?: {
    readonly namespace: string;
    readonly metricName: string;
    readonly dimensions: Readonly<Record<string, string>>;
    readonly stat: AlarmRule["statistic"];
    readonly period: number;
  };
}
interface SubscriptionInputs {
  readonly topic: string;
  readonly protocol: string;
  readonly endpoint: string;
}
