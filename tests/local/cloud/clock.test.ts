import { expect } from "chai";
import { systemClock } from "../../../local/cloud/clock";
import { advancingClock } from "../../support/local/advancing-clock";

describe("An advanced clock", () => {
  it("runs due timers at their own times, including timers that other timers set", () => {
    const clock = advancingClock();
    const start = clock.now().getTime();
    const fired: [string, number][] = [];
    const note = (name: string) => (): void =>
      void fired.push([name, Math.round((clock.now().getTime() - start) / 1000)]);
    clock.setTimer(note("second"), 20_000);
    clock.setTimer(() => {
      note("first")();
      clock.setTimer(note("set by the first"), 30_000);
    }, 10_000);
    clock.setTimer(note("too late"), 61_000);
    const cancel = clock.setTimer(note("cancelled"), 15_000);
    cancel();
    clock.advance(60_000);

    expect(fired).to.deep.equal([
      ["first", 10],
      ["second", 20],
      ["set by the first", 40],
    ]);
    expect(Math.round((clock.now().getTime() - start) / 1000)).to.equal(60);
  });

  it("knows how long the next timer takes to come due", () => {
    const clock = advancingClock();
    expect(clock.untilTimer()).to.equal(Infinity);
    clock.setTimer(() => undefined, 20_000);
    clock.setTimer(() => undefined, 10_000);
    expect(clock.untilTimer()).to.be.within(1, 10_000);
    clock.advance(15_000);
    expect(clock.untilTimer()).to.be.within(1, 5000);
  });
});

describe("The machine's clock", () => {
  it("calls a timer unless it is cancelled", async () => {
    const cancel = systemClock.setTimer(() => expect.fail("was called"), 1);
    cancel();
    await new Promise<void>((resolve) => void systemClock.setTimer(resolve, 1));
    expect(Math.abs(systemClock.now().getTime() - Date.now())).to.be.lessThan(1000);
  });
});
