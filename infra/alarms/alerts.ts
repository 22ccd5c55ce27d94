import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AlarmRule } from "./alarm-rules";
import { alarmDescription, type AlarmText } from "./alarm-text";
import { nameOf } from "../naming";

interface AlertsArgs {
  /** the address that receives the mails; the recipient has to confirm it once */
  readonly email: string;
  /** the address of docs/runbook.md */
  readonly runbookUrl: string;
}

export interface AlarmArgs extends AlarmText {
  /** the log group to look at */
  readonly logGroup: { readonly name: pulumi.Input<string> };
  readonly namespace: string;
  readonly metric: string;
  /** The alarm's metric counts as 0 while this metric, of the same namespace and dimensions, is greater. */
  readonly unlessMore?: string;
  readonly dimensions: Readonly<Record<string, pulumi.Input<string>>>;
  readonly rule: AlarmRule;
}

/** The destination of alarms: a topic to which only alarms of this account publish, and an e-mail address. */
export class Alerts extends pulumi.ComponentResource {
  readonly topicArn: pulumi.Output<string>;
  /** Every alarm declared so far. */
  readonly alarmArns: pulumi.Output<string>[] = [];
  private readonly runbookUrl: string;

  constructor(name: string, { email, runbookUrl }: AlertsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("marble:infra:Alerts", name, {}, opts);
    this.runbookUrl = runbookUrl;
    const fullName = nameOf(name);
    const child = { parent: this };

    const topic = new aws.sns.Topic(fullName, {}, child);
    this.topicArn = topic.arn;
    new aws.sns.TopicPolicy(
      fullName,
      {
        arn: topic.arn,
        policy: pulumi.jsonStringify({
          Version: "2012-10-17",
          Statement: [
            {
              Sid: "AlarmsOfThisAccount",
              Effect: "Allow",
              Principal: { Service: "cloudwatch.amazonaws.com" },
              Action: "sns:Publish",
              Resource: topic.arn,
              Condition: { StringEquals: { "aws:SourceAccount": aws.getCallerIdentityOutput().accountId } },
            },
          ],
        }),
      },
      child,
    );
    new aws.sns.TopicSubscription(fullName, { topic: topic.arn, protocol: "email", endpoint: email }, child);
    this.registerOutputs({ topicArn: this.topicArn });
  }

  /**
   * Declares an alarm that mails when it rings and when it ends.
   *
   * @param opts the parent: the component that the alarm watches
   */
  alarm(name: string, args: AlarmArgs, opts: pulumi.CustomResourceOptions): aws.cloudwatch.MetricAlarm {
    const { logGroup, rule } = args;
    const alarm = new aws.cloudwatch.MetricAlarm(
      name,
      {
        alarmDescription: alarmDescription(args, { runbookUrl: this.runbookUrl, logGroup: logGroup.name }),
        ...comparedValue(args),
        evaluationPeriods: rule.periods,
        datapointsToAlarm: rule.datapoints,
        comparisonOperator: "GreaterThanThreshold",
        threshold: rule.threshold,
        treatMissingData: rule.missing,
        alarmActions: [this.topicArn],
        okActions: [this.topicArn],
      },
      opts,
    );
    this.alarmArns.push(alarm.arn);
    return alarm;
  }
}

/** The value that CloudWatch compares with the threshold: a metric, or a metric that another metric overrides. */
function comparedValue({
  namespace,
  metric,
  unlessMore,
  dimensions,
  rule,
}: AlarmArgs): Partial<aws.cloudwatch.MetricAlarmArgs> {
  const { statistic, periodSeconds: period } = rule;
  if (unlessMore === undefined) return { namespace, metricName: metric, dimensions, statistic, period };
  const query = (id: string, metricName: string): aws.types.input.cloudwatch.MetricAlarmMetricQuery => ({
    id,
    metric: { namespace, metricName, dimensions, stat: statistic, period },
    returnData: false,
  });
  return {
    metricQueries: [
      { id: "result", expression: "IF(other > own, 0, own)", label: metric, returnData: true },
      query("own", metric),
      query("other", unlessMore),
    ],
  };
}
