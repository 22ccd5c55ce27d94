import { expect } from "chai";
import fc from "fast-check";
import { availableParallelism } from "node:os";
import { modelProblems } from "../../domain/model/problems";
import { designOf, drawnDesign } from "./generated/game";
import { playAll } from "./workers/pool";
import { failureText, taskOf } from "./workers/protocol";

/** The number of histories with generated models. A workflow plays random histories each night. */
const HISTORIES = 20;

const SEED = 20_261_129;

describe("For any generated model", () => {
  it("the model check accepts a valid model", () => {
    fc.assert(
      fc.property(drawnDesign, (drawn) => {
        expect(modelProblems(designOf(drawn).model)).to.deep.equal([]);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  it("the warehouse shows what plain SQL over the source returns, whatever fails", async function () {
    this.timeout(900_000);
    let index = 0;

    const { tally, failure } = await playAll({
      workers: Math.min(4, availableParallelism()),
      next: () => (index < HISTORIES ? taskOf("generated", SEED, index++) : undefined),
      shrink: true,
    });

    expect(failure === undefined ? undefined : failureText(failure)).to.equal(undefined);
    expect(tally.histories).to.equal(HISTORIES);
    expect(tally.versions, "versions of facts").to.be.greaterThan(0);
  });
});
