import { expect } from "chai";
import { REPEATED } from "../../../infra/alarms/alarm-rules";
import { Alerts } from "../../../infra/alarms/alerts";
import type { DeclaredResource } from "../../../local/cloud/declared-resource";
import { ACCOUNT_ID } from "../../../local/cloud/account";
import { declared, inputsOf, resourcesOf, statementsOf } from "../../support/program/declared";

describe("Alerts", () => {
  let resources: readonly DeclaredResource[];
  let topic: DeclaredResource;

  before(async () => {
    resources = await declared(() => {
      const alerts = new Alerts("alerts", {
        email: "data@example.com",
        runbookUrl: "https://example.com/runbook",
      });
      alerts.alarm(
        "too-warm",
        {
          alarm: "It is too warm.",
          ok: "It is cool again.",
          meaning: "People sweat.",
          show: "look at the thermometer",
          section: "a-stage-fails",
          logGroup: { name: "house/1" },
          namespace: "House",
          metric: "Heat",
          dimensions: { Room: "1" },
          rule: REPEATED,
        },
        {},
      );
    });
    topic = resourcesOf(resources, "Topic")[0]!;
  });

  it("are sent by mail", () => {
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

  it("follow their rule, mail both ALARM and OK, and name problem, impact and place", () => {
    expect(inputsOf(resources, "MetricAlarm")).to.deep.equal({
      alarmDescription:
        "ALARM means: It is too warm.\nOK means: It is cool again.\n\nPeople sweat.\n\nSee why: look at the thermometer\n" +
        "What to do: https://example.com/runbook#a-stage-fails\n" +
        "Logs: https://eu-west-2.console.aws.amazon.com/cloudwatch/home?region=eu-west-2#logsV2:log-groups/log-group/house$252F1",
      namespace: "House",
      metricName: "Heat",
      dimensions: { Room: "1" },
      statistic: "Sum",
      period: 300,
      evaluationPeriods: 6,
      datapointsToAlarm: 3,
      threshold: 0,
      comparisonOperator: "GreaterThanThreshold",
      treatMissingData: "notBreaching",
      alarmActions: [topic.arn],
      okActions: [topic.arn],
    });
  });
});
