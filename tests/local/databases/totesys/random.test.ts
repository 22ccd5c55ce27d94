import { expect } from "chai";
import { startRandom } from "../../../../local/databases/totesys/random";

describe("Seeded random numbers", () => {
  it("are the same on every machine and every version of Node", () => {
    const random = startRandom(42);

    const numbers = Array.from({ length: 5 }, () => random.integer(0, 999));

    // The first five numbers of mulberry32 for the seed 42, times 1000 and rounded down.
    expect(numbers).to.deep.equal([601, 448, 852, 669, 174]);
  });

  it("reach both ends of a range and nothing beyond", () => {
    const random = startRandom(1);

    const faces = new Set(Array.from({ length: 200 }, () => random.integer(1, 6)));

    expect([...faces].sort()).to.deep.equal([1, 2, 3, 4, 5, 6]);
  });

  it("follow a given probability approximately", () => {
    const random = startRandom(1);

    const hits = Array.from({ length: 10_000 }, () => random.chance(0.2)).filter(Boolean);

    expect(hits.length).to.be.within(1_900, 2_100);
  });

  it("pick nothing from an empty list", () => {
    expect(() => startRandom(1).pick([])).to.throw(RangeError, "the list is empty");
  });
});
