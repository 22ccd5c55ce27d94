import { expect } from "chai";
import { untilAborted } from "../../local/until-aborted";
import { failureOf } from "../support/failure";

describe("Work that a signal may stop", () => {
  const reason = new Error("Ctrl-C");

  /** Work that ends when the test says so. */
  const begun = () => {
    let done: (value: string) => void = () => undefined;
    let fail: (error: Error) => void = () => undefined;
    const work = new Promise<string>((resolve, reject) => ([done, fail] = [resolve, reject]));
    return { work, done: (value: string) => done(value), fail: (error: Error) => fail(error) };
  };

  for (const [what, signal] of [
    ["a signal that never comes", new AbortController().signal],
    ["no signal", undefined],
  ] as const) {
    it(`has its outcome with ${what}`, async () => {
      const [good, bad] = [begun(), begun()];
      const outcomes = [untilAborted(good.work, signal), failureOf(untilAborted(bad.work, signal))];
      good.done("connected");
      bad.fail(new Error("refused"));
      const [outcome, failure] = await Promise.all(outcomes);
      expect(outcome).to.equal("connected");
      expect(failure).to.be.instanceOf(Error).with.property("message", "refused");
    });
  }

  for (const [what, isBefore] of [
    ["before the work", true],
    ["during the work", false],
  ] as const) {
    it(`fails with the reason of a signal ${what}, and its own later failure does not end the process`, async () => {
      const unhandled: unknown[] = [];
      const note = (error: unknown): void => void unhandled.push(error);
      process.on("unhandledRejection", note);
      try {
        const controller = new AbortController();
        const { work, fail } = begun();
        if (isBefore) controller.abort(reason);
        const failure = failureOf(untilAborted(work, controller.signal));
        controller.abort(reason);
        expect(await failure).to.equal(reason);

        fail(new Error("the host does not answer"));
        // Node reports an unhandled rejection before the next turn of the event loop.
        await new Promise((resolve) => setImmediate(resolve));
        expect(unhandled).to.deep.equal([]);
      } finally {
        process.off("unhandledRejection", note);
      }
    });
  }
});
