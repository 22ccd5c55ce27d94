import { expect } from "chai";
import fc from "fast-check";
import { keySet, plainNumber, type Key } from "../../../domain/capture/key-set";
import { anyText } from "../../support/formats/arbitraries";

/** Usual keys, and texts that are nearly numbers. */
const anyKey = fc.oneof(
  fc.nat(40).map(String),
  fc.nat(5000).map(String),
  fc.bigInt({ min: -5n, max: 10n ** 20n }).map(String),
  fc.constantFrom(
    "007",
    "1.0",
    "1e3",
    "-0",
    "",
    " 1",
    "999999999999999",
    "1000000000000000",
    "9007199254740992",
    "9007199254740993",
    "1\u00002",
  ),
  anyText,
);

/** A key as a file reader returns it. */
function asRead(key: string): Key {
  const bytes = Buffer.from(key);
  const number = plainNumber(bytes, 0, bytes.length);
  return Number.isNaN(number) ? key : number;
}

describe("A set of keys", () => {
  it("behaves like a set of texts, with numbers given as numbers or as texts", () => {
    const step = fc.tuple(fc.constantFrom("add", "delete", "has"), anyKey, fc.boolean());
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100, size: "max" }), (steps) => {
        const keys = keySet();
        const expected = new Set<string>();
        for (const [action, key, read] of steps) {
          const given = read ? asRead(key) : key;
          if (action === "has") expect(keys.has(given)).to.equal(expected.has(key));
          else if (action === "delete") expect(keys.delete(given)).to.equal(expected.delete(key));
          else {
            keys.add(given);
            expected.add(key);
          }
          expect(keys.size).to.equal(expected.size);
        }
        expect([...keys].sort()).to.deep.equal([...expected].sort());
      }),
    );
  });

  it("returns and accepts runs of numbers like single numbers", () => {
    const anyRun = fc
      .tuple(fc.nat(6000), fc.nat(2100), fc.constantFrom(0, 10 ** 14))
      .map(([first, more, far]) => ({ first: far + first, last: far + first + more }));
    fc.assert(
      fc.property(fc.array(anyRun, { maxLength: 4 }), fc.array(anyKey), (runs, alone) => {
        const keys = keySet();
        const expected = new Set<string>();
        for (const key of alone) {
          keys.add(key);
          expected.add(key);
        }
        for (const run of runs) {
          keys.addRun(run);
          for (let key = run.first; key <= run.last; key++) expected.add(String(key));
        }
        const found = [...keys.runs()];

        expect(keys.size).to.equal(expected.size);
        expect([...keys].sort()).to.deep.equal([...expected].sort());
        found.forEach(({ first, last }, index) => {
          expect(first).to.be.at.most(last);
          expect(first, "as few runs as there can be").to.be.above((found[index - 1]?.last ?? -2) + 1);
        });
        expect(
          found.reduce((sum, { first, last }) => sum + last - first + 1, [...keys.texts()].length),
        ).to.equal(expected.size);
      }),
      { numRuns: 60 },
    );
  });

  it("distinguishes a number from texts with the same numeric value", () => {
    const keys = keySet();
    for (const key of ["5", "05", "-5", "5.0", "5"]) keys.add(key);

    expect(keys.delete("5")).to.equal(true);
    expect(["5", "05", "-5", "5.0"].map((key) => keys.has(key))).to.deep.equal([false, true, true, true]);
  });

  it("holds many numbers, close together and far apart", () => {
    const keys = keySet();
    for (let key = 1; key <= 500_000; key++) keys.add(String(key));
    for (let key = 1; key <= 1000; key++) keys.add(String(key * 900_000_000_001));

    expect(keys.size).to.equal(501_000);
    expect(
      ["1", "500000", "500001", "900000000001000", "900000000001001"].map((key) => keys.has(key)),
    ).to.deep.equal([true, true, false, true, false]);
  });
});
