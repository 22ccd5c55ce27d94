import fc from "fast-check";
import { play } from "./play";
import { history } from "./steps";

/** A failing history is printed with its seed and path. */
const HISTORIES = 60;

/** The same histories for everyone: a pull request fails for what it changes. */
const SEED = 20_261_122;

describe("whatever the source does and whatever fails on the way", () => {
  it("the warehouse shows states that the source had, with each version of each fact once", async function () {
    this.timeout(600_000);

    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        await play(steps);
      }),
      { seed: SEED, numRuns: HISTORIES, endOnFailure: true, interruptAfterTimeLimit: 240_000 },
    );
  });
});
