import { expect } from "chai";
import fc from "fast-check";
import { modelProblems } from "../../domain/model/problems";
import { designOf, drawnDesign } from "./generated/game";

const SEED = 20_261_129;

describe("whatever the model is", () => {
  it("the check of a model finds nothing wrong with one that can be used", () => {
    fc.assert(
      fc.property(drawnDesign, (drawn) => {
        expect(modelProblems(designOf(drawn).model)).to.deep.equal([]);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
});
