import { expect } from "chai";
import { Alerts } from "../../infra/alerts";
import { ACCOUNT_ID, type DeclaredResource } from "../../local/program-mocks";
import { declared, inputsOf, resourcesOf, statementsOf } from "../support/declared";

describe("Alerts", () => {
  let resources: readonly DeclaredResource[];
  let topic: DeclaredResource;

  before(async () => {
    resources = await declared(() => {
      const alerts = new Alerts("alerts", { email: "data@example.com" });
      alerts.alarm(
        "too-warm",
        {
          description: "It is too warm.",
          namespace: "House",
          metric: "Heat",
          dimensions: { Room: "1" },
          statistic: "Sum",
        },
        {},
      );
    });
    topic = resourcesOf(resources, "Topic")[0]!;
  });

  it("go by mail", () => {
    expect(inputsOf(resources, "TopicSubscription")).to.deep.equal({
      topic: topic.arn,
      protocol: "email",
      endpoint: "data@example.com",
    });
  });

  it("come from the alarms of this account only", () => {
    const { policy } = inputsOf(resources, "TopicPolicy");
    expect(statementsOf(policy)).to.deep.equal([
      {
        actions: ["sns:Publish"],
        resources: [topic.arn],
        condition: { StringEquals: { "aws:SourceAccount": ACCOUNT_ID } },
      },
    ]);
    expect(policy).to.include('"Principal":{"Service":"cloudwatch.amazonaws.com"}');
  });

  it("ring at the first value above zero in five minutes, and not for want of data", () => {
    expect(inputsOf(resources, "MetricAlarm")).to.deep.equal({
      alarmDescription: "It is too warm.",
      namespace: "House",
      metricName: "Heat",
      dimensions: { Room: "1" },
      statistic: "Sum",
      period: 300,
      evaluationPeriods: 1,
      threshold: 0,
      comparisonOperator: "GreaterThanThreshold",
      treatMissingData: "notBreaching",
      alarmActions: [topic.arn],
      okActions: [topic.arn],
    });
  });
});
