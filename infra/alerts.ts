import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { nameOf } from "./naming";

export interface AlertsArgs {
  /** who gets the mails; the address has to confirm once */
  readonly email: string;
}

/** An alarm that rings when a metric is above zero for five minutes. No data means that all is well. */
export interface AlarmArgs {
  /** what happened, what it means and where to look: the text of the mail */
  readonly description: pulumi.Input<string>;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, pulumi.Input<string>>>;
  /** how the values within the five minutes make one */
  readonly statistic: "Sum" | "Maximum";
}

/** Where alarms go: a topic that only this account's alarms publish to, and an e-mail address. */
export class Alerts extends pulumi.ComponentResource {
  readonly topicArn: pulumi.Output<string>;

  constructor(name: string, { email }: AlertsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("marble:infra:Alerts", name, {}, opts);
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
    return new aws.cloudwatch.MetricAlarm(
      name,
      {
        alarmDescription: args.description,
        namespace: args.namespace,
        metricName: args.metric,
        dimensions: args.dimensions,
        statistic: args.statistic,
        period: 300,
        evaluationPeriods: 1,
        comparisonOperator: "GreaterThanThreshold",
        threshold: 0,
        treatMissingData: "notBreaching",
        alarmActions: [this.topicArn],
        okActions: [this.topicArn],
      },
      opts,
    );
  }
}
