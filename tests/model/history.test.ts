import { expect } from "chai";
import { availableParallelism } from "node:os";
import { playAll } from "./workers/pool";
import { failureText, taskOf } from "./workers/protocol";

/** This number of histories finds all planted bugs. A workflow plays random histories for an hour each night. */
const HISTORIES = 40;

/** A fixed seed, so that a pull request fails only because of its change. */
const SEED = 20_261_122;

describe("For any history of the source with any failures", () => {
  it("the warehouse shows states that the source had, with each version of each fact once", async function () {
    this.timeout(900_000);
    let index = 0;

    const { tally, failure } = await playAll({
      workers: Math.min(4, availableParallelism()),
      next: () => (index < HISTORIES ? taskOf("shop", SEED, index++) : undefined),
      shrink: true,
    });

    expect(failure === undefined ? undefined : failureText(failure)).to.equal(undefined);
    expect(tally.histories).to.equal(HISTORIES);
    expect(Object.keys(tally.faults), "every kind of fault struck").to.include.members([
      "request lost",
      "answer of a request lost",
      "connections lost at a request",
      "connection lost before a statement",
      "answer of a statement lost",
      "answer of a statement lost, of COMMIT",
      "killed at a request",
      "killed at a statement",
    ]);
    expect(tally.interleaved, "instances were at work at the same time").to.be.greaterThan(tally.races * 0.9);
    expect(tally.overtaken, "one was overtaken in mid-run").to.be.greaterThan(0);
  });
});
