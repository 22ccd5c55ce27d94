import { expect } from "chai";
import fc from "fast-check";
import { parseDouble, parseReal, printedDouble, printedReal } from "../../../domain/formats/floats";

describe("A floating-point number", () => {
  it("is unchanged after printing and reading, with 64 and with 32 bits", () => {
    fc.assert(fc.property(fc.double(), (value) => Object.is(parseDouble(printedDouble(value)), value)));
    fc.assert(fc.property(fc.float(), (value) => Object.is(parseReal(printedReal(value)), value)));
  });

  const printed: readonly (readonly [number, string])[] = [
    [0, "0"],
    [-0, "-0"],
    [0.1, "0.1"],
    [1e15, "1e+15"],
    [123_456_789_012_345, "123456789012345"],
    [0.0001, "0.0001"],
    [0.000_01, "1e-05"],
    [-1.5e300, "-1.5e+300"],
    [61_528_525_016_021_856, "6.1528525016021856e+16"],
    [NaN, "NaN"],
    [-Infinity, "-Infinity"],
  ];
  for (const [value, text] of printed) {
    it(`is printed as ${text}`, () => {
      expect(printedDouble(value)).to.equal(text);
    });
  }

  it("of 32 bits is printed with the fewest digits, rounding half to even", () => {
    expect(printedReal(Math.fround(0.1))).to.equal("0.1");
    expect(printedReal(1_000_000)).to.equal("1e+06");
    expect(printedReal(-2_617_945.25)).to.equal("-2.6179452e+06");
    expect(printedReal(74_613_376)).to.equal("7.4613376e+07");
    expect(printedReal(Math.fround(3.4028235e38))).to.equal("3.4028235e+38");
  });

  for (const text of ["", "1,5", "0x10", "1e", "1e999", "nan", " 1", "one"]) {
    it(`is not ${JSON.stringify(text)}`, () => {
      expect(parseDouble(text)).to.equal(undefined);
      expect(parseReal(text)).to.equal(undefined);
    });
  }

  it("of 32 bits refuses a number that only 64 bits can hold", () => {
    expect(parseReal("1e39")).to.equal(undefined);
    expect(parseReal("Infinity")).to.equal(Infinity);
  });
});
