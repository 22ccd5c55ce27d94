import { expect } from "chai";
import fc from "fast-check";
import { availableParallelism } from "node:os";
import { modelProblems } from "../../domain/model/problems";
import { designOf, drawnDesign } from "./generated/game";
import { featuresOf } from "./generated/features";
import { playAll } from "./workers/pool";
import { failureText, taskOf } from "./workers/protocol";
import { count, type Counts } from "./workers/tally";

/** The number of histories with generated models. A workflow plays random histories each night. */
const HISTORIES = 20;

const SEED = 20_261_129;

/** An element that occurs less often in 300 models is too rare for the histories. */
const RARE = 15;

describe("For any generated model", () => {
  it("the model check accepts a valid model", () => {
    fc.assert(
      fc.property(drawnDesign, (drawn) => {
        expect(modelProblems(designOf(drawn).model)).to.deep.equal([]);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  it("each element of the model language occurs", () => {
    const counts: Counts = {};
    for (const drawn of fc.sample(drawnDesign, { seed: SEED, numRuns: 300 }))
      for (const [feature, by] of Object.entries(featuresOf(designOf(drawn)))) count(counts, feature, by);

    expect(Object.keys(counts).filter((feature) => (counts[feature] ?? 0) < RARE)).to.deep.equal([]);
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
