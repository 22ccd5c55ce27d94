import { expect } from "chai";
import { hasTime, laterThan, monotonicClock } from "../../../stages/shared/clock";

describe("Keys of the lake", () => {
  it("never share a time, even when the clock stops", () => {
    const now = monotonicClock(() => 1000);
    expect([now(), now(), now()].map(Number)).to.deep.equal([1000, 1001, 1002]);
  });

  it("come after a time, even when the clock is behind it", () => {
    let clock = 900;
    const now = laterThan(new Date(1000), () => new Date(clock));
    const behind = [now(), now()].map(Number);
    clock = 2000;
    expect([...behind, Number(now())]).to.deep.equal([1901, 1902, 2000]);
    expect(Number(laterThan(undefined, () => new Date(7))())).to.equal(7);
  });

  it("differ from those of an earlier run after the same commit, although the clock is behind that commit", () => {
    const hour = 3_600_000;
    const timesAt = (clock: number): number[] => {
      const now = laterThan(
        new Date(2 * hour),
        monotonicClock(() => clock),
      );
      return [now(), now(), now()].map(Number);
    };
    const [first, second] = [timesAt(hour), timesAt(hour + 700)];

    expect(Math.min(...first, ...second)).to.be.above(2 * hour);
    expect(second.filter((time) => first.includes(time))).to.deep.equal([]);
  });
});

describe("The time of an invocation", () => {
  it("is always enough for a first commit, and for another one when a minute is left", () => {
    let left = 0;
    const more = hasTime({ getRemainingTimeInMillis: () => left });
    expect(more()).to.equal(true);
    expect(more()).to.equal(false);
    left = 90_000;
    expect(more()).to.equal(true);
  });

  it("is enough for another commit when as much is left as the slowest took", () => {
    const left = [900_000, 800_000, 300_000, 510_000, 490_000];
    const more = hasTime({ getRemainingTimeInMillis: () => left.shift() ?? 0 });
    expect([more(), more(), more(), more(), more()]).to.deep.equal([true, true, false, true, false]);
  });
});
