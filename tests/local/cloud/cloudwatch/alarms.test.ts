import { expect } from "chai";
import { startAlarms } from "../../../../local/cloud/cloudwatch/alarms";
import type { Alarm } from "../../../../local/cloud/cloudwatch/alarm";
import { metricStore } from "../../../../local/cloud/cloudwatch/metric-store";
import type { Message } from "../../../../local/cloud/sns/mail";
import { failureOf } from "../../../support/failure";

const alarm: Alarm = {
  name: "ingest-errors",
  description: "ingest failed.",
  namespace: "AWS/Lambda",
  metric: "Errors",
  dimensions: { FunctionName: "ingest" },
  statistic: "Sum",
  periodSeconds: 60,
  evaluationPeriods: 1,
  datapointsToAlarm: 1,
  comparison: "GreaterThanThreshold",
  threshold: 0,
  treatMissingData: "missing",
  topicArns: ["arn:ring"],
  okTopicArns: ["arn:over"],
};

/** Looks at an alarm minute by minute, with one value in each; returns what was mailed. */
async function watch(
  values: readonly (number | undefined)[],
  change: Partial<Alarm> = {},
): Promise<string[]> {
  const metrics = metricStore();
  const sent: Message[] = [];
  const alarms = startAlarms({
    alarms: [{ ...alarm, ...change }],
    metrics,
    publish: (message) => Promise.resolve(sent.push(message)),
  });
  for (const [minute, value] of values.entries()) {
    if (value !== undefined) metrics.put({ ...alarm, value, at: new Date(minute * 60_000) });
    await alarms.evaluate(new Date((minute + 1) * 60_000));
  }
  return sent.map(({ topicArn, subject }) => `${topicArn} ${subject ?? ""}`);
}

describe("An alarm", () => {
  const ring = 'arn:ring ALARM: "ingest-errors"';
  const over = 'arn:over OK: "ingest-errors"';

  it("mails once when it begins to ring and once when it is over, each to its own topic", async () => {
    expect(await watch([0, 1, 1, 0, 0])).to.deep.equal([over, ring, over]);
  });

  it("mails nothing when its data end, and that all is well when they begin again", async () => {
    expect(await watch([0, undefined, undefined, undefined, 0])).to.deep.equal([over, over]);
  });

  it("counts as zero where another metric is greater, and as nothing where that has no value", async () => {
    const metrics = metricStore();
    const alarms = startAlarms({
      alarms: [{ ...alarm, unlessMore: "Invocations", treatMissingData: "ignore" }],
      metrics,
      publish: () => Promise.resolve(),
    });
    const states: unknown[] = [];
    for (const [minute, [errors, invocations]] of [
      [2, 2],
      [0, undefined],
      [2, 3],
      [1, 1],
    ].entries()) {
      const at = new Date(minute * 60_000);
      metrics.put({ ...alarm, value: errors!, at });
      if (invocations !== undefined) metrics.put({ ...alarm, metric: "Invocations", value: invocations, at });
      await alarms.evaluate(new Date((minute + 1) * 60_000));
      states.push(alarms.states().get(alarm.name));
    }
    expect(states).to.deep.equal(["ALARM", "ALARM", "OK", "ALARM"]);
  });

  it("does not say that it is over where the program does not ask for it", async () => {
    expect(await watch([1, 0], { okTopicArns: [] })).to.deep.equal([ring]);
  });

  it("says what happened, why, when, and of what", async () => {
    const metrics = metricStore();
    const sent: Message[] = [];
    const alarms = startAlarms({
      alarms: [alarm],
      metrics,
      publish: (message) => Promise.resolve(sent.push(message)),
    });
    metrics.put({ ...alarm, value: 2, at: new Date(0) });
    await alarms.evaluate(new Date(60_000));
    expect(sent[0]?.message).to.equal(
      [
        "ingest failed.",
        "",
        "State:   INSUFFICIENT_DATA -> ALARM",
        "Reason:  Threshold Crossed: 1 out of the last 1 datapoints was greater than the threshold (0): [-, -, 2]",
        "Time:    1970-01-01T00:01:00.000Z",
        "Metric:  AWS/Lambda Errors (FunctionName = ingest)",
        "Rule:    Sum of 60 seconds, 1 out of 1",
        "",
      ].join("\n"),
    );
  });

  it("that cannot be told is an error which names it", async () => {
    const metrics = metricStore();
    metrics.put({ ...alarm, value: 2, at: new Date(0) });
    const publish = (): Promise<void> => Promise.reject(new Error("no topic"));
    const alarms = startAlarms({ alarms: [alarm], metrics, publish });
    expect((await failureOf(alarms.evaluate(new Date(60_000)))).message).to.include("ingest-errors");
  });
});
