import { expect } from "chai";
import fc from "fast-check";
import { modelProblems } from "../../domain/model/problems";
import { DEFECTS } from "./generated/defects/defects";
import { designOf, drawnDesign } from "./generated/game";

const SEED = 20_261_129;
const MODELS = 40;

describe("The check of a model names the fault, whatever else the model has", () => {
  for (const { name, put } of DEFECTS) {
    it(name, () => {
      let found = 0;
      fc.assert(
        fc.property(drawnDesign, fc.nat(9), (drawn, pick) => {
          const defective = put(designOf(drawn).model, pick);
          if (defective === undefined) return;
          found += 1;
          const problems = modelProblems(defective.model);
          expect(
            problems.some((problem) => defective.names.every((word) => problem.includes(word))),
            `a problem that names ${defective.names.join(" and ")} among: ${problems.join("; ")}`,
          ).to.equal(true);
        }),
        { seed: SEED, numRuns: MODELS },
      );
      expect(found, "models with a place for it").to.be.greaterThan(0);
    });
  }
});
