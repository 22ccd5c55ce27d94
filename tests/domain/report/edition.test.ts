import { expect } from "chai";
import fc from "fast-check";
import { editionMetadata, editionOf, isNewer, type Edition } from "../../../domain/report/edition";

const moment = fc.constantFrom(
  "2026-11-25T07:00:00.000Z",
  "2026-11-25T07:00:00.001Z",
  "2026-11-26T00:00:00.000Z",
);
const anyEdition: fc.Arbitrary<Edition> = fc.record({
  lake: fc.constantFrom("a", "b"),
  commit: fc.nat(3),
  loadedAt: moment.map((text) => new Date(text)),
  madeAt: moment.map((text) => new Date(text)),
});
const edition = (change: Partial<Edition> = {}): Edition => ({
  lake: "a",
  commit: 9,
  loadedAt: new Date("2026-11-25T07:00:00Z"),
  madeAt: new Date("2026-11-25T08:00:00Z"),
  ...change,
});
const LATER = new Date("2026-11-27T00:00:00Z");

describe("The newer of two editions of the report", () => {
  it("shows the later commit, regardless of when it was loaded or made", () => {
    expect(isNewer(edition({ commit: 10 }), edition({ loadedAt: LATER, madeAt: LATER }))).to.equal(true);
  });

  it("shows the later load of the same commit, after a replay", () => {
    expect(isNewer(edition({ loadedAt: LATER }), edition({ madeAt: LATER }))).to.equal(true);
  });

  it("was made later from the same load, on another day", () => {
    expect(isNewer(edition({ madeAt: LATER }), edition())).to.equal(true);
  });

  it("shows the later load of two lakes, because a new lake restarts its commit numbers", () => {
    expect(isNewer(edition({ lake: "b", commit: 1, loadedAt: LATER }), edition())).to.equal(true);
  });

  it("is exactly one of them, or neither when they are equal", () => {
    fc.assert(
      fc.property(anyEdition, anyEdition, (one, other) => {
        const same = JSON.stringify({ ...one, lake: "" }) === JSON.stringify({ ...other, lake: "" });
        const newer = [isNewer(one, other), isNewer(other, one)];
        if (same && one.lake === other.lake) expect(newer).to.deep.equal([false, false]);
        else if (one.lake === other.lake) expect(newer.filter(Boolean)).to.have.length(1);
        else expect(newer).not.to.deep.equal([true, true]);
      }),
    );
  });
});

describe("An edition in the metadata of an object", () => {
  it("is unchanged after writing and reading", () => {
    fc.assert(
      fc.property(anyEdition, (one) => {
        expect(editionOf(editionMetadata(one))).to.deep.equal(one);
      }),
    );
  });

  it("is ignored when a part is missing", () => {
    const whole = Object.entries(editionMetadata(edition()));
    for (const [missing] of whole) {
      const rest = whole.filter(([name]) => name !== missing);
      expect(editionOf(Object.fromEntries(rest)), missing).to.equal(undefined);
    }
    expect(editionOf({})).to.equal(undefined);
  });
});
