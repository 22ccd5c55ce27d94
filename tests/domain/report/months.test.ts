import { expect } from "chai";
import fc from "fast-check";
import { dayText, momentText, monthAfter, monthsFrom, monthText } from "../../../domain/report/months";

/** A month as the number of months since the year 0. */
const textOf = (count: number): string =>
  `${String(Math.floor(count / 12)).padStart(4, "0")}-${String((count % 12) + 1).padStart(2, "0")}-01`;
const anyCount = fc.integer({ min: 1800 * 12, max: 2200 * 12 });

describe("Months", () => {
  it("follow each other over the turns of years, both ways", () => {
    expect(monthAfter("2026-12-01", 1)).to.equal("2027-01-01");
    expect(monthAfter("2026-01-01", -1)).to.equal("2025-12-01");
    fc.assert(
      fc.property(anyCount, fc.integer({ min: -1000, max: 1000 }), (count, step) => {
        expect(monthAfter(textOf(count), step)).to.equal(textOf(count + step));
      }),
    );
  });

  it("are all there from the first to the last, also those in which nothing happened", () => {
    const counts = anyCount.chain((first) =>
      fc.array(fc.integer({ min: first, max: first + 119 }), { minLength: 1, maxLength: 30 }),
    );
    fc.assert(
      fc.property(counts, (given) => {
        const [first, last] = [Math.min(...given), Math.max(...given)];
        const all = Array.from({ length: last - first + 1 }, (_, place) => textOf(first + place));
        expect(monthsFrom(given.map(textOf))).to.deep.equal(all);
      }),
    );
    expect(monthsFrom([])).to.deep.equal([]);
  });

  it("are only those given, in order, where one is far away by mistake", () => {
    expect(monthsFrom(["9999-12-01", "2026-11-01", "2026-11-01"])).to.deep.equal([
      "2026-11-01",
      "9999-12-01",
    ]);
    expect(monthsFrom(["2016-12-01", "2026-11-01"])).to.have.length(120);
    expect(monthsFrom(["2016-11-01", "2026-11-01"])).to.have.length(2);
  });

  it("and days and moments have names that nobody reads as others", () => {
    expect(Array.from({ length: 12 }, (_, month) => monthText(textOf(2026 * 12 + month)))).to.deep.equal(
      "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ").map((name) => `${name} 2026`),
    );
    expect(dayText("2026-11-05")).to.equal("5 Nov 2026");
    expect(momentText("2026-11-25T07:31:59.999Z")).to.equal("25 Nov 2026, 07:31 UTC");
  });
});
