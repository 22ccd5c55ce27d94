import { expect } from "chai";
import fc from "fast-check";
import { dayText, momentText, monthAfter, monthsFrom, monthText } from "../../../domain/report/months";

/** A month as the number of months since the year 0. */
const textOf = (count: number): string =>
  `${String(Math.floor(count / 12)).padStart(4, "0")}-${String((count % 12) + 1).padStart(2, "0")}-01`;
const anyCount = fc.integer({ min: 1800 * 12, max: 2200 * 12 });

describe("Months", () => {
  it("continue over the turn of the year in both directions", () => {
    expect(monthAfter("2026-12-01", 1)).to.equal("2027-01-01");
    expect(monthAfter("2026-01-01", -1)).to.equal("2025-12-01");
    fc.assert(
      fc.property(anyCount, fc.integer({ min: -1000, max: 1000 }), (count, step) => {
        expect(monthAfter(textOf(count), step)).to.equal(textOf(count + step));
      }),
    );
  });

  it("include empty months between the first and the last", () => {
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

  it("include only the given months when one of them is far away by mistake", () => {
    expect(monthsFrom(["9999-12-01", "2026-11-01", "2026-11-01"])).to.deep.equal([
      "2026-11-01",
      "9999-12-01",
    ]);
    expect(monthsFrom(["2016-12-01", "2026-11-01"])).to.have.length(120);
    expect(monthsFrom(["2016-11-01", "2026-11-01"])).to.have.length(2);
  });

  it("have unambiguous names, as days and timestamps do", () => {
    expect(Array.from({ length: 12 }, (_, month) => monthText(textOf(2026 * 12 + month)))).to.deep.equal(
      "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ").map((name) => `${name} 2026`),
    );
    expect(dayText("2026-11-05")).to.equal("5 Nov 2026");
    expect(momentText("2026-11-25T07:31:59.999Z")).to.equal("25 Nov 2026, 07:31 UTC");
  });
});
