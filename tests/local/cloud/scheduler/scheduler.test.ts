import { expect } from "chai";

import type { Clock } from "../../../../local/cloud/clock";
import { startSchedules } from "../../../../local/cloud/scheduler/scheduler";

/** A clock that only moves when it is advanced. Timers run in order of their time. */
function fakeClock(start: string): Clock & {
  advanceTo(time: string): void;
  sleepUntil(time: string): void;
  delays: number[];
} {
  let time = Date.parse(start);
  let timers: { at: number; run: () => void }[] = [];
  const delays: number[] = [];
  const runDue = (until: number, clockAt: (timer: { at: number }) => number): void => {
    for (;;) {
      const due = timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      timers = timers.filter((timer) => timer !== due);
      time = Math.max(time, clockAt(due));
      due.run();
    }
    time = until;
  };
  return {
    now: () => new Date(time),
    setTimer: (run, delayMs) => {
      delays.push(delayMs);
      const timer = { at: time + delayMs, run };
      timers.push(timer);
      return () => void (timers = timers.filter((other) => other !== timer));
    },
    advanceTo: (until) => runDue(Date.parse(until), ({ at }) => at),
    sleepUntil: (until) => runDue(Date.parse(until), () => Date.parse(until)),
    delays,
  };
}

function recorder(clock: Clock): { fired: string[]; fire: () => void } {
  const fired: string[] = [];
  return { fired, fire: () => fired.push(clock.now().toISOString().slice(0, 16)) };
}

describe("Schedules fire on time", () => {
  it("fires a rate at its interval from the start", () => {
    const clock = fakeClock("2026-03-01T10:02:00Z");
    const { fired, fire } = recorder(clock);
    startSchedules([{ expression: "rate(5 minutes)", fire }], clock);
    clock.advanceTo("2026-03-01T10:15:00Z");
    expect(fired).to.deep.equal(["2026-03-01T10:07", "2026-03-01T10:12"]);
  });

  it("fires each of several schedules at its own times", () => {
    const clock = fakeClock("2026-03-01T05:30:00Z");
    const hourly = recorder(clock);
    const daily = recorder(clock);
    startSchedules(
      [
        { expression: "rate(1 hour)", fire: hourly.fire },
        { expression: "cron(0 6 * * ? *)", fire: daily.fire },
      ],
      clock,
    );
    clock.advanceTo("2026-03-01T07:00:00Z");
    expect(hourly.fired).to.deep.equal(["2026-03-01T06:30"]);
    expect(daily.fired).to.deep.equal(["2026-03-01T06:00"]);
  });

  it("waits for a time beyond the range of a timer", () => {
    const clock = fakeClock("2026-03-01T00:00:00Z");
    const { fired, fire } = recorder(clock);
    startSchedules([{ expression: "cron(0 0 1 6 ? 2026)", fire }], clock);
    clock.advanceTo("2026-12-31T00:00:00Z");
    expect(fired).to.deep.equal(["2026-06-01T00:00"]);
    expect(Math.max(...clock.delays)).to.be.lessThan(2 ** 31);
  });

  it("fires once after sleep instead of once for each missed time", () => {
    const clock = fakeClock("2026-03-01T10:00:00Z");
    const { fired, fire } = recorder(clock);
    startSchedules([{ expression: "rate(1 minute)", fire }], clock);
    clock.sleepUntil("2026-03-01T12:00:00Z");
    clock.advanceTo("2026-03-01T12:01:00Z");
    expect(fired).to.deep.equal(["2026-03-01T12:00", "2026-03-01T12:01"]);
  });

  it("stays silent after its last year", () => {
    const clock = fakeClock("2027-01-01T00:00:00Z");
    startSchedules([{ expression: "cron(0 0 1 1 ? 2026)", fire: () => expect.fail("fired") }], clock);
    expect(clock.delays).to.deep.equal([]);
  });

  it("fires nothing after stop", () => {
    const clock = fakeClock("2026-03-01T10:00:00Z");
    const { fired, fire } = recorder(clock);
    const schedules = startSchedules([{ expression: "rate(1 minute)", fire }], clock);
    clock.advanceTo("2026-03-01T10:01:00Z");
    schedules.stop();
    clock.advanceTo("2026-03-01T11:00:00Z");
    expect(fired).to.deep.equal(["2026-03-01T10:01"]);
  });

  it("starts nothing when one expression is invalid", () => {
    const clock = fakeClock("2026-03-01T10:00:00Z");
    const tasks = ["rate(1 minute)", "rate(1 minutes)"].map((expression) => ({
      expression,
      fire: () => undefined,
    }));
    expect(() => startSchedules(tasks, clock)).to.throw('"rate(1 minutes)"');
    expect(clock.delays).to.deep.equal([]);
  });
});

describe("Schedules on the real clock", () => {
  it("let the process end after stop", () => {
    const before = process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const schedules = startSchedules([{ expression: "rate(1 hour)", fire: () => undefined }]);
    expect(process.getActiveResourcesInfo().filter((name) => name === "Timeout").length).to.equal(before + 1);
    schedules.stop();
    expect(process.getActiveResourcesInfo().filter((name) => name === "Timeout").length).to.equal(before);
  });
});
