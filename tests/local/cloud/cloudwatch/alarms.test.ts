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

/** Evaluates an alarm minute by minute with one value each. Returns the mails. */
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

  it("mails once for ALARM and once for OK, each to its own topic", async () => {
    expect(await watch([0, 1, 1, 0, 0])).to.deep.equal([over, ring, over]);
  });

  it("mails nothing when its data end and OK when they begin again", async () => {
    expect(await watch([0, undefined, undefined, undefined, 0])).to.deep.equal([over, over]);
  });

  it("counts zero when another metric is greater, and no value when that metric has none", async () => {
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

  it("mails no OK when the program does not ask for it", async () => {
    expect(await watch([1, 0], { okTopicArns: [] })).to.deep.equal([ring]);
  });

  it("names the change, the reason, the time and the metric", async () => {
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

  it("is named in the error when its mail fails", async () => {
    const metrics = metricStore();
    metrics.put({ ...alarm, value: 2, at: new Date(0) });
    const publish = (): Promise<void> => Promise.reject(new Error("no topic"));
    const alarms = startAlarms({ alarms: [alarm], metrics, publish });
    expect((await failureOf(alarms.evaluate(new Date(60_000)))).message).to.include("ingest-errors");
  });
});
