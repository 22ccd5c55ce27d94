import { expect } from "chai";
import { currencyName } from "../../../../domain/shop/tables/currency";

describe("The name of a currency", () => {
  for (const [code, name] of [
    ["GBP", "Pound Sterling"],
    ["USD", "US Dollar"],
    ["EUR", "Euro"],
    ["JPY", "Yen"],
    ["CHF", "Swiss Franc"],
  ] as const) {
    it(`${code} is ${name}`, () => {
      expect(currencyName(code)).to.equal(name);
    });
  }

  it("is unknown for a code outside ISO 4217", () => {
    for (const code of ["XYZ", "", "GB", "Euro"])
      expect(() => currencyName(code)).to.throw(RangeError, `unknown ISO 4217 currency code "${code}"`);
  });
});
