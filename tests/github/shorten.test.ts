import { expect } from "chai";
import fc from "fast-check";
import { shareOut, shorten } from "../../.github/scripts/shorten";

describe("A text that is too long", () => {
  const lines = (count: number): string =>
    Array.from({ length: count }, (_, index) => `line ${index}`).join("\n");

  it("is unchanged within the limit", () => {
    expect(shorten(lines(5), lines(5).length)).to.equal(lines(5));
  });

  it("keeps whole lines from its beginning and end and counts the missing lines", () => {
    expect(shorten(lines(1000), 150).split("\n")).to.deep.equal([
      ...["line 0", "line 1", "line 2", "line 3", "line 4", "line 5", "line 6"],
      "… 987 lines omitted …",
      ...["line 994", "line 995", "line 996", "line 997", "line 998", "line 999"],
    ]);
  });

  it("never exceeds the limit and never splits a character", () => {
    const text = fc.array(fc.constantFrom("a", "\n", "`", "🪨", " ", "word word word"), {
      maxLength: 2000,
      size: "max",
    });
    fc.assert(
      fc.property(text, fc.integer({ min: 100, max: 3000 }), (parts, limit) => {
        const short = shorten(parts.join(""), limit);
        expect(short.length).to.be.at.most(limit);
        expect(Buffer.from(short, "utf8").toString("utf8")).to.equal(short);
      }),
    );
  });
});

describe("A limit shared by several texts", () => {
  for (const { needs, limit, shares } of [
    { needs: [10, 20], limit: 100, shares: [10, 20] },
    { needs: [1000, 1000], limit: 100, shares: [50, 50] },
    { needs: [1000, 10], limit: 100, shares: [90, 10] },
    { needs: [10, 1000, 45], limit: 100, shares: [10, 45, 45] },
    { needs: [], limit: 100, shares: [] },
  ]) {
    it(`of ${limit} gives [${shares.join(", ")}] to needs of [${needs.join(", ")}]`, () => {
      expect(shareOut(needs, limit)).to.deep.equal(shares);
    });
  }
});
