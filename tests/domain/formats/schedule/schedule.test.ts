import { expect } from "chai";

import { nextFire, parseSchedule, longestPause } from "../../../../domain/formats/schedule/schedule";

/** The first `count` times at which the expression fires after `after`, as ISO minutes. */
function fires(expression: string, after: string, count = 1): string[] {
  const schedule = parseSchedule(expression);
  const times: string[] = [];
  let last = new Date(after);
  while (times.length < count) {
    const next = nextFire(schedule, last);
    if (next === undefined) break;
    times.push(next.toISOString().slice(0, 16));
    last = next;
  }
  return times;
}

describe("A rate fires at a fixed interval from its start", () => {
  const cases = [
    ["rate(1 minute)", "2026-03-01T10:01"],
    ["rate(5 minutes)", "2026-03-01T10:05"],
    ["rate(1 hour)", "2026-03-01T11:00"],
    ["rate(36 hours)", "2026-03-02T22:00"],
    ["rate(1 day)", "2026-03-02T10:00"],
    ["rate(7 days)", "2026-03-08T10:00"],
  ] as const;
  for (const [expression, expected] of cases) {
    it(expression, () => {
      expect(fires(expression, "2026-03-01T10:00:00Z")).to.deep.equal([expected]);
    });
  }
});

describe("A cron expression fires at the minutes of EventBridge's manual in UTC", () => {
  // 1 March 2026 is a Sunday.
  const cases: readonly (readonly [expression: string, after: string, expected: readonly string[]])[] = [
    ["cron(0 6 * * ? *)", "2026-03-01T06:00:00Z", ["2026-03-02T06:00", "2026-03-03T06:00"]],
    ["cron(0 6 * * ? *)", "2026-03-01T05:59:59.999Z", ["2026-03-01T06:00"]],
    ["cron(15 12 ? * * *)", "2026-12-31T12:15:00Z", ["2027-01-01T12:15"]],
    ["cron(0 18 ? * MON-FRI *)", "2026-03-01T00:00:00Z", ["2026-03-02T18:00", "2026-03-03T18:00"]],
    ["cron(0 18 ? * fri,SUN *)", "2026-03-01T19:00:00Z", ["2026-03-06T18:00", "2026-03-08T18:00"]],
    ["cron(0 8 1 * ? *)", "2026-03-01T08:00:00Z", ["2026-04-01T08:00"]],
    ["cron(0/30 20-23,0-2 * * ? *)", "2026-03-01T02:00:00Z", ["2026-03-01T02:30", "2026-03-01T20:00"]],
    [
      "cron(*/20 9 * * ? *)",
      "2026-03-01T09:05:00Z",
      ["2026-03-01T09:20", "2026-03-01T09:40", "2026-03-02T09:00"],
    ],
    ["cron(1/10 9 * * ? *)", "2026-03-01T09:05:00Z", ["2026-03-01T09:11", "2026-03-01T09:21"]],
    ["cron(10-20/5 9 * * ? *)", "2026-03-01T09:15:00Z", ["2026-03-01T09:20", "2026-03-02T09:10"]],
    ["cron(0 0 29 FEB ? *)", "2026-03-01T00:00:00Z", ["2028-02-29T00:00", "2032-02-29T00:00"]],
    ["cron(0 0 1 1/3 ? *)", "2026-03-01T00:00:00Z", ["2026-04-01T00:00", "2026-07-01T00:00"]],
    [
      "cron(0 0 L * ? *)",
      "2028-02-01T00:00:00Z",
      ["2028-02-29T00:00", "2028-03-31T00:00", "2028-04-30T00:00"],
    ],
    ["cron(0 0 ? * L *)", "2026-03-01T00:00:00Z", ["2026-03-07T00:00", "2026-03-14T00:00"]],
    ["cron(15 10 ? * 6L 2026-2027)", "2026-03-01T00:00:00Z", ["2026-03-27T10:15", "2026-04-24T10:15"]],
    ["cron(0 0 ? * 3#2 *)", "2026-03-01T00:00:00Z", ["2026-03-10T00:00", "2026-04-14T00:00"]],
    ["cron(0 0 ? * SUN#5 *)", "2026-03-01T00:00:00Z", ["2026-03-29T00:00", "2026-05-31T00:00"]],
    [
      "cron(0 0 3W * ? *)",
      "2026-03-01T00:00:00Z",
      ["2026-03-03T00:00", "2026-04-03T00:00", "2026-05-04T00:00"],
    ],
    ["cron(0 0 1W 8 ? 2026)", "2026-03-01T00:00:00Z", ["2026-08-03T00:00"]],
    ["cron(0 0 31W 5 ? 2026)", "2026-03-01T00:00:00Z", ["2026-05-29T00:00"]],
    ["cron(0 0 30W 2-4 ? 2026)", "2026-01-01T00:00:00Z", ["2026-03-30T00:00", "2026-04-30T00:00"]],
  ];
  for (const [expression, after, expected] of cases) {
    it(`${expression} after ${after}`, () => {
      expect(fires(expression, after, expected.length)).to.deep.equal(expected);
    });
  }

  it("ends with its last year", () => {
    expect(fires("cron(0 0 1 1 ? 2026-2027)", "2026-03-01T00:00:00Z", 5)).to.deep.equal(["2027-01-01T00:00"]);
  });
});

describe("An expression that AWS would refuse is refused with a remedy", () => {
  const cases = [
    ["", "write rate(5 minutes) or cron(0 6 * * ? *)"],
    ["every 5 minutes", "write rate(5 minutes)"],
    ["rate(5 minutes) ", "write rate(5 minutes)"],
    ["rate(5)", "a number, one space and a unit"],
    ["rate(1.5 hours)", "a number, one space and a unit"],
    ["rate(-5 minutes)", "a number, one space and a unit"],
    ["rate(0 minutes)", "the shortest is rate(1 minute)"],
    ["rate(1 minutes)", "write rate(1 minute)"],
    ["rate(5 minute)", "write rate(5 minutes)"],
    ["rate(5 seconds)", 'invalid unit "seconds" in a rate'],
    ["rate(5 constructors)", 'invalid unit "constructors" in a rate'],
    ["cron(0 6 * * ?)", "add the year"],
    ["cron(0 0 6 * * ? *)", "7 fields where EventBridge wants 6"],
    ["cron(0 6 * * * *)", "exactly one of them has to be ?"],
    ["cron(0 6 ? * ? *)", "exactly one of them has to be ?"],
    ["cron(60 6 * * ? *)", 'minutes "60" is not a number from 0 to 59'],
    ["cron(0 24 * * ? *)", 'hours "24" is not a number from 0 to 23'],
    ["cron(0 6 0 * ? *)", 'day-of-month "0" is not a number from 1 to 31'],
    ["cron(0 6 W * ? *)", 'day-of-month "" is not a number'],
    ["cron(0 6 * FOO ? *)", 'month "FOO" is not a number from 1 to 12 or JAN'],
    ["cron(0 6 ? * 0 *)", 'day-of-week "0" is not a number from 1 to 7 or SUN'],
    ["cron(0 6 ? * 2/2 *)", "list the values instead"],
    ["cron(0 6 ? * 3#6 *)", "number from 1 to 5, as in 3#2"],
    ["cron(0 6 ? * 3#1,6#3 *)", "one day and its number"],
    ["cron(0 6 * * ? 1969)", 'year "1969" is not a number from 1970 to 2199'],
    ["cron(0/0 6 * * ? *)", 'the increment of minutes "0"'],
    ["cron(0/5/5 6 * * ? *)", "list the values instead"],
    ["cron(0 22-2 * * ? *)", "runs backwards"],
    ["cron(1-2-3 6 * * ? *)", "is not a range"],
    ["cron(0, 6 * * ? *)", 'minutes "" is not a number'],
    ["cron(0 6 31 2 ? *)", "never fires"],
  ] as const;
  for (const [expression, remedy] of cases) {
    it(expression === "" ? "(empty)" : expression, () => {
      expect(() => parseSchedule(expression))
        .to.throw(Error)
        .with.property("message")
        .that.includes(`"${expression}"`)
        .and.includes(remedy);
    });
  }
});

describe("The longest pause of a schedule, in minutes", () => {
  for (const [expression, longest] of [
    ["rate(5 minutes)", 5],
    ["rate(2 days)", 2880],
    ["cron(0/15 * * * ? *)", 15],
    ["cron(0/15 6-17 * * ? *)", 12 * 60 + 15],
    ["cron(0 6 * * ? *)", 1440],
    ["cron(0 6 ? * MON-FRI *)", 3 * 1440],
    ["cron(0 6 29 2 ? *)", (8 * 365 + 1) * 1440],
    ["cron(0 6 1 1 ? 2030)", Infinity],
    ["cron(0 6 1 1 ? 2020)", Infinity],
  ] as const)
    it(expression, () => {
      expect(longestPause(parseSchedule(expression))).to.equal(longest);
    });
});
