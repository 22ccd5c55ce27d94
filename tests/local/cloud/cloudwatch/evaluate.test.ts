import { expect } from "chai";
import {
  evaluateAlarm,
  evaluationRange,
  type AlarmRule,
  type AlarmState,
} from "../../../../local/cloud/cloudwatch/evaluate";

type Missing = AlarmRule["treatMissingData"];

const rule = (needed: number, wanted: number, treatMissingData: Missing = "missing"): AlarmRule => ({
  namespace: "House",
  metric: "Heat",
  dimensions: {},
  statistic: "Maximum",
  periodSeconds: 300,
  evaluationPeriods: wanted,
  datapointsToAlarm: needed,
  comparison: "GreaterThanThreshold",
  threshold: 0,
  treatMissingData,
});

/** `0` is within the threshold, `X` is breaching and `-` is missing. The newest value is on the right. */
const points = (text: string): (number | undefined)[] =>
  text.split(" ").map((symbol) => (symbol === "-" ? undefined : symbol === "X" ? 1 : 0));

const KEPT = "kept";
/** The examples of CloudWatch's user guide, "How alarm state is evaluated when data is missing". */
const DOCUMENTED: readonly (readonly [
  mOfN: readonly [number, number],
  points: string,
  states: Readonly<Record<Missing, AlarmState | typeof KEPT>>,
])[] = [
  [[3, 3], "0 - X - X", { missing: "OK", ignore: "OK", breaching: "OK", notBreaching: "OK" }],
  [[3, 3], "0 - - - -", { missing: "OK", ignore: "OK", breaching: "OK", notBreaching: "OK" }],
  [
    [3, 3],
    "- - - - -",
    { missing: "INSUFFICIENT_DATA", ignore: KEPT, breaching: "ALARM", notBreaching: "OK" },
  ],
  [[3, 3], "0 X X - X", { missing: "ALARM", ignore: "ALARM", breaching: "ALARM", notBreaching: "ALARM" }],
  [[3, 3], "- - X - -", { missing: "ALARM", ignore: KEPT, breaching: "ALARM", notBreaching: "OK" }],
  [[2, 3], "0 - X - X", { missing: "ALARM", ignore: "ALARM", breaching: "ALARM", notBreaching: "ALARM" }],
  [[2, 3], "0 0 X 0 X", { missing: "ALARM", ignore: "ALARM", breaching: "ALARM", notBreaching: "ALARM" }],
  [[2, 3], "0 - X - -", { missing: "OK", ignore: "OK", breaching: "ALARM", notBreaching: "OK" }],
  [[2, 3], "- - - - 0", { missing: "OK", ignore: "OK", breaching: "ALARM", notBreaching: "OK" }],
  [[2, 3], "- - - X -", { missing: "ALARM", ignore: KEPT, breaching: "ALARM", notBreaching: "OK" }],
];

describe("The state of an alarm", () => {
  for (const [[needed, wanted], text, states] of DOCUMENTED) {
    for (const [missing, expected] of Object.entries(states) as [Missing, AlarmState | typeof KEPT][]) {
      it(`is ${expected} for the values ${text}, with ${needed} out of ${wanted} and missing data ${missing}`, () => {
        for (const current of ["OK", "ALARM", "INSUFFICIENT_DATA"] as const) {
          const { state } = evaluateAlarm(rule(needed, wanted, missing), points(text), current);
          expect(state).to.equal(expected === KEPT ? current : expected);
        }
      });
    }
  }

  it("does not become ALARM for one new value while others may still arrive", () => {
    expect(evaluateAlarm(rule(3, 3), points("- - - - X"), "OK").state).to.equal("OK");
  });

  for (const [comparison, value, breaching] of [
    ["GreaterThanThreshold", 5, false],
    ["GreaterThanOrEqualToThreshold", 5, true],
    ["LessThanThreshold", 5, false],
    ["LessThanOrEqualToThreshold", 5, true],
    ["LessThanThreshold", 4, true],
  ] as const) {
    it(`is ${breaching ? "ALARM" : "OK"} for ${value} with ${comparison} of 5`, () => {
      const watched = { ...rule(1, 1), comparison, threshold: 5 };
      const { state } = evaluateAlarm(watched, [undefined, undefined, value], "INSUFFICIENT_DATA");
      expect(state).to.equal(breaching ? "ALARM" : "OK");
    });
  }

  it("has a reason that shows the evaluated values", () => {
    expect(evaluateAlarm(rule(2, 3, "breaching"), points("0 - X - -"), "OK").reason).to.equal(
      "Threshold Crossed: 2 out of the last 3 datapoints were greater than the threshold (0): [0, -, 1, -, -], of which 1 missing are treated as breaching",
    );
  });
});

describe("The window that an alarm evaluates", () => {
  it("slides with the last whole minute and has two extra periods", () => {
    const window = evaluationRange(rule(1, 1), new Date("2026-03-01T10:07:31Z"));
    expect(window.map(({ from, to }) => [from.toISOString(), to.toISOString()])).to.deep.equal([
      ["2026-03-01T09:52:00.000Z", "2026-03-01T09:57:00.000Z"],
      ["2026-03-01T09:57:00.000Z", "2026-03-01T10:02:00.000Z"],
      ["2026-03-01T10:02:00.000Z", "2026-03-01T10:07:00.000Z"],
    ]);
  });
});
