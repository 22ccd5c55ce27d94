import { expect } from "chai";
import { hasTime, monotonicClock } from "../../stages/clock";

describe("keys of the lake", () => {
  it("never share a time, even when the clock stands still", () => {
    const now = monotonicClock(() => 1000);
    expect([now(), now(), now()].map(Number)).to.deep.equal([1000, 1001, 1002]);
  });
});

describe("the time of an invocation", () => {
  it("is enough for a first commit always, and for another one when a minute is left", () => {
    let left = 0;
    const more = hasTime({ getRemainingTimeInMillis: () => left });
    expect(more()).to.equal(true);
    expect(more()).to.equal(false);
    left = 90_000;
    expect(more()).to.equal(true);
  });
});
