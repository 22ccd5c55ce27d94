import { expect } from "chai";
import { allFailRule, silenceRule } from "../../../infra/alarms/alarm-rules";

describe("The alarm for a stage whose every run fails", () => {
  for (const [what, everyMinutes, minutes, failures] of [
    ["looks at a longer time than the longest run", 5, 25, 3],
    ["looks at two periods of the schedule", 15, 30, 3],
    ["looks at two hours of an hourly stage", 60, 120, 3],
    ["looks at one day at most", 12 * 60, 1440, 3],
    ["counts the failures of one event when a day has no second event", 24 * 60, 1440, 2],
    ["treats a single start as daily", Infinity, 1440, 2],
  ] as const)
    it(`${what}: started every ${everyMinutes} minutes`, () => {
      const rule = allFailRule({ everyMinutes, timeoutMinutes: 15 });
      expect(rule).to.deep.include({ periodSeconds: minutes * 60, threshold: failures, missing: "ignore" });
      // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
      expect(rule.periodSeconds % 60).to.equal(0);
      expect(rule.periodSeconds * rule.periods).to.be.at.most(86_400);
    });
});

describe("The alarm on missing data", () => {
  for (const minutes of [10, 30, 1440, 1441, 10_080])
    it(`stays within CloudWatch's limit on evaluated time: ${minutes} minutes`, () => {
      const { periodSeconds, periods } = silenceRule(minutes);
      expect(periodSeconds * periods).to.be.at.most(periodSeconds < 3600 ? 86_400 : 604_800);
      expect(periodSeconds * periods).to.be.within((minutes - 2 * (periodSeconds / 60)) * 60, minutes * 60);
    });
});
