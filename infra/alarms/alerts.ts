import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AlarmRule } from "./alarm-rules";
import { alarmDescription, type AlarmText } from "./alarm-text";
import { nameOf } from "../naming";

export interface AlertsArgs {
  /** who gets the mails; the address has to confirm once */
  readonly email: string;
  /** where docs/runbook.md can be read */
  readonly runbookUrl: string;
}

export interface AlarmArgs extends AlarmText {
  /** the log group to look at */
  readonly logGroup: { readonly name: pulumi.Input<string> };
  readonly namespace: string;
  readonly metric: string;
  /** Counts as 0 where this metric, of the same namespace and dimensions, is greater. */
  readonly unlessMore?: string;
  readonly dimensions: Readonly<Record<string, pulumi.Input<string>>>;
  readonly rule: AlarmRule;
}

/** Where alarms go: a topic that only this account's alarms publish to, and an e-mail address. */
export class Alerts extends pulumi.ComponentResource {
  readonly topicArn: pulumi.Output<string>;
  /** Every alarm that was declared so far. */
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
   * Declares an alarm that mails when it rings and when it is over.
   *
   * @param opts the parent: the component that the alarm watches
   */
  alarm(name: string, args: AlarmArgs, opts: pulumi.CustomResourceOptions): aws.cloudwatch.MetricAlarm {
    const { logGroup, rule } = args;
    const alarm = new aws.cloudwatch.MetricAlarm(
      name,
      {
        alarmDescription: alarmDescription(args, { runbookUrl: this.runbookUrl, logGroup: logGroup.name }),
        ...measured(args),
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

/** What is held against the threshold: a metric, or one that another overrules. */
function measured({
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
