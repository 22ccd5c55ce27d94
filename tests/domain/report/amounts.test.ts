import { expect } from "chai";
import fc from "fast-check";
import {
  amountText,
  cardText,
  changeText,
  countOf,
  countText,
  roundedText,
  shortText,
  sum,
} from "../../../domain/report/amounts";

/** A decimal number as units and a scale, which numeric allows to be large. */
interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}
const anyDecimal = (most: number): fc.Arbitrary<Decimal> =>
  fc.record({ units: fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), scale: fc.nat(most) });

/** The number as PostgreSQL prints it. */
function textOf({ units, scale }: Decimal): string {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  return `${units < 0n ? "-" : ""}${whole}${scale === 0 ? "" : `.${digits.slice(-scale)}`}`;
}
/** The amount in units of 10 ** -25. */
const fine = ({ units, scale }: Decimal): bigint => units * 10n ** BigInt(25 - scale);
const read = (text: string): bigint => {
  const [, sign = "", whole = "", part = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text.replaceAll(",", "")) ?? [];
  return BigInt(`${sign}${whole}${part.padEnd(25, "0")}`);
};

describe("Amounts", () => {
  it("are summed to the last digit", () => {
    expect(sum(["0.10", "0.20"])).to.equal("0.30");
    expect(sum(["9007199254740993", "0.01"])).to.equal("9007199254740993.01");
    expect(sum([])).to.equal("0");
    fc.assert(
      fc.property(fc.array(anyDecimal(25), { maxLength: 20 }), (given) => {
        const total = given.reduce((units, one) => units + fine(one), 0n);
        expect(read(sum(given.map(textOf)))).to.equal(total);
      }),
    );
  });

  it("are shown with all digits and at least two decimals", () => {
    expect(amountText("1234.5")).to.equal("1,234.50");
    expect(amountText("-0.005")).to.equal("-0.005");
    fc.assert(
      fc.property(anyDecimal(20), (given) => {
        const text = amountText(textOf(given));
        expect(text).to.match(/^-?\d{1,3}(,\d{3})*\.\d{2,}$/);
        expect(read(text)).to.equal(fine(given));
      }),
    );
  });

  it("are rounded to the nearest whole number", () => {
    expect(roundedText("1234.50")).to.equal("1,235");
    const half = 10n ** 25n / 2n;
    fc.assert(
      fc.property(anyDecimal(25), (given) => {
        const off = read(roundedText(textOf(given))) - fine(given);
        expect(off <= half && off >= -half, `${off}`).to.equal(true);
      }),
    );
  });

  it("have separators, like counts, which also get a plural s", () => {
    expect(countText("1234567")).to.equal("1,234,567");
    expect(countText(3.5)).to.equal("3.5");
    expect(countOf("1", "order")).to.equal("1 order");
    expect(countOf(0, "order")).to.equal("0 orders");
    expect(countOf("1200", "order")).to.equal("1,200 orders");
    expect(shortText(1_234_567)).to.equal("1.2M");
  });

  it("change by a signed percentage", () => {
    expect(changeText("104.2", "100")).to.equal("+4.2 %");
    expect(changeText("50", "100")).to.equal("−50 %");
    expect(changeText("100", "100")).to.equal("±0 %");
    expect(changeText("99.99", "100")).to.equal("±0 %");
    expect(changeText("1200", "1")).to.equal("+119,900 %");
    for (const nothing of ["0", "0.00", "-5.00"]) expect(changeText("7", nothing)).to.equal(undefined);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), fc.integer({ min: 1, max: 1e9 }), (now, before) => {
        const sign = changeText(String(now), String(before))?.[0];
        if (now > before) expect(sign).to.be.oneOf(["+", "±"]);
        else if (now < before) expect(sign).to.be.oneOf(["−", "±"]);
        else expect(sign).to.equal("±");
      }),
    );
  });
});

describe("An amount on a card", () => {
  for (const [amount, text] of [
    ["0", "0"],
    ["1234.50", "1,235"],
    ["24496988.40", "24,496,988"],
    ["99999999", "99,999,999"],
    ["100000000.00", "100 m"],
    ["212345678.90", "212 m"],
    ["999999999", "1.00 bn"],
    ["2120000000.00", "2.12 bn"],
    ["-2120000000", "-2.12 bn"],
    ["45600000000000", "45.6 tn"],
    ["1234567890123456789.00", "1,230,000 tn"],
  ] as const)
    it(`has few digits at any size: ${amount} is ${text}`, () => {
      expect(cardText(amount)).to.equal(text);
    });
});
