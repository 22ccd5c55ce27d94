import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AlarmRule } from "./alarm-rules";
import { nameOf } from "../naming";

export interface AlertsArgs {
  /** who gets the mails; the address has to confirm once */
  readonly email: string;
  /** where docs/runbook.md can be read */
  readonly runbookUrl: string;
}

/** The sections of docs/runbook.md that alarms refer to. */
export type RunbookSection =
  | "a-stage-fails"
  | "a-stage-is-throttled"
  | "a-stage-runs-long"
  | "dead-letters"
  | "workers-fail"
  | "a-schedule-cannot-start-its-stage"
  | "rejected-rows"
  | "rows-wait-for-a-dimension"
  | "a-table-is-quarantined"
  | "a-table-is-held-back"
  | "a-table-cannot-be-captured"
  | "a-table-is-refused"
  | "the-warehouse-is-old"
  | "nobody-knows-how-old-the-warehouse-is";

export interface AlarmArgs {
  /** what happened */
  readonly what: pulumi.Input<string>;
  /** what it means for those who use the warehouse */
  readonly meaning: string;
  readonly section: RunbookSection;
  /** the log group to look at */
  readonly logGroup: { readonly name: pulumi.Input<string> };
  readonly namespace: string;
  readonly metric: string;
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
    const { what, meaning, section, logGroup, namespace, metric, dimensions, rule } = args;
    const alarm = new aws.cloudwatch.MetricAlarm(
      name,
      {
        // CloudWatch keeps 1,024 characters.
        alarmDescription: pulumi.interpolate`${what}\n\n${meaning}\n\nWhat to do: ${this.runbookUrl}#${section}\nLogs: ${logsUrl(logGroup.name)}`,
        namespace,
        metricName: metric,
        dimensions,
        statistic: rule.statistic,
        period: rule.periodSeconds,
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

/** The page of the AWS console that shows a log group. The console wants a name encoded twice, with $ for %. */
function logsUrl(logGroup: pulumi.Input<string>): pulumi.Output<string> {
  const { region } = aws.getRegionOutput();
  const encoded = pulumi
    .output(logGroup)
    .apply((name) => encodeURIComponent(encodeURIComponent(name)).replaceAll("%", "$"));
  return pulumi.interpolate`https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/${encoded}`;
}
