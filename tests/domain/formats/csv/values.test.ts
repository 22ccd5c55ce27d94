import { expect } from "chai";
import fc from "fast-check";
import { parseBigint, parseBoolean, parseDecimal, parseInteger } from "../../../../domain/formats/csv/values";
import { anyValue } from "../../../support/formats/arbitraries";
import { printedDecimal } from "../../../support/formats/columnar";
import { bigint, decimal, integer } from "../../../../domain/model/types";

type Parse<T> = (bytes: Uint8Array, start: number, end: number) => T;

/** Parses a text with other text before and after it, like a field in a file. */
function parsed<T>(parse: Parse<T>, text: string): T {
  const bytes = new TextEncoder().encode(`9,${text},9`);
  return parse(bytes, 2, bytes.length - 2);
}

const decimalParser =
  (precision: number, scale: number): Parse<number | bigint | undefined> =>
  (bytes, start, end) =>
    parseDecimal(bytes, { start, end, precision, scale });

/** Texts that resemble a value, some of which are valid. */
const nearly = (units: string): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...units.split("")), maxLength: 24 });

describe("An integer", () => {
  it("is read as PostgreSQL prints it, up to the limits of its range", () => {
    for (const text of ["0", "7", "-1", "2147483647", "-2147483648"])
      expect(parsed(parseInteger, text), text).to.equal(Number(text));
    fc.assert(fc.property(anyValue(integer), (value) => parsed(parseInteger, String(value)) === value));
  });

  for (const text of [
    "",
    "-",
    "+1",
    " 1",
    "1 ",
    "1.0",
    "1e3",
    "0x1",
    "--1",
    "NaN",
    "2147483648",
    "-2147483649",
  ])
    it(`is not ${JSON.stringify(text)}`, () => {
      expect(parsed(parseInteger, text)).to.be.NaN;
    });

  it("is refused when out of range or malformed", () => {
    fc.assert(
      fc.property(nearly("0123456789-"), (text) => {
        const value = /^-?\d{1,10}$/.test(text) ? Number(text) : NaN;
        const expected = value === (value | 0) ? value : NaN;
        expect(parsed(parseInteger, text)).to.deep.equal(expected);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("A bigint", () => {
  it("is read as PostgreSQL prints it, as a number when that is exact", () => {
    for (const text of ["9223372036854775807", "-9223372036854775808", "9007199254740993"])
      expect(parsed(parseBigint, text), text).to.equal(BigInt(text));
    for (const text of ["0", "-1", "2147483648", "999999999999999"])
      expect(parsed(parseBigint, text), text).to.equal(Number(text));
    fc.assert(
      fc.property(anyValue(bigint), (value) => BigInt(parsed(parseBigint, String(value))!) === value),
    );
  });

  for (const text of [
    "",
    "-",
    "+1",
    "1.5",
    "1e3",
    "9223372036854775808",
    "-9223372036854775809",
    "1".repeat(20),
  ])
    it(`is not ${JSON.stringify(text)}`, () => expect(parsed(parseBigint, text)).to.equal(undefined));
});

describe("A decimal", () => {
  const cases: readonly (readonly [string, number, number, number | bigint])[] = [
    ["0", 10, 2, 0],
    ["0.00", 10, 2, 0],
    ["-0.01", 10, 2, -1],
    ["12.5", 10, 2, 1250],
    ["12.500", 10, 2, 1250],
    ["99999999.99", 10, 2, 9_999_999_999],
    ["-99999999.99", 10, 2, -9_999_999_999],
    ["0.000000000000000001", 18, 18, 1],
    ["999999999999999", 15, 0, 999_999_999_999_999],
    ["9999999999999999", 16, 0, 9_999_999_999_999_999n],
    ["-99999999999999999", 17, 0, -99_999_999_999_999_999n],
    ["999999999999999999", 18, 0, 999_999_999_999_999_999n],
    ["-0.999999999999999999", 18, 18, -999_999_999_999_999_999n],
  ];
  for (const [text, precision, scale, unscaled] of cases)
    it(`${text} as numeric(${precision},${scale}) is ${unscaled}`, () => {
      expect(parsed(decimalParser(precision, scale), text)).to.equal(unscaled);
    });

  const none: readonly (readonly [string, number, number])[] = [
    ["", 10, 2],
    ["-", 10, 2],
    [".", 10, 2],
    ["-.", 10, 2],
    ["NaN", 10, 2],
    ["Infinity", 10, 2],
    ["-Infinity", 10, 2],
    ["1e5", 10, 2],
    ["1.2.3", 10, 2],
    ["1,5", 10, 2],
    ["1.005", 10, 2],
    ["100000000.00", 10, 2],
    ["100000000", 10, 2],
    ["1000000000000000000", 18, 0],
    ["99999999999999999999999999", 18, 0],
  ];
  for (const [text, precision, scale] of none)
    it(`is not ${JSON.stringify(text)} as numeric(${precision},${scale})`, () => {
      expect(parsed(decimalParser(precision, scale), text)).to.equal(undefined);
    });

  const anyDecimal = fc
    .integer({ min: 1, max: 18 })
    .chain((precision) => fc.tuple(fc.constant(precision), fc.integer({ min: 0, max: precision })));

  it("of any precision and scale is read exactly as PostgreSQL prints it", () => {
    const withValue = anyDecimal.chain(([precision, scale]) =>
      fc.tuple(fc.constant(precision), fc.constant(scale), anyValue(decimal(precision, scale))),
    );
    fc.assert(
      fc.property(withValue, ([precision, scale, value]) => {
        const unscaled = BigInt(value);
        const result = parsed(decimalParser(precision, scale), printedDecimal(unscaled, scale));
        expect(BigInt(result!)).to.equal(unscaled);
        if (typeof result === "number") expect(Number.isSafeInteger(result)).to.equal(true);
      }),
      { numRuns: 1000 },
    );
  });

  it("is accepted exactly when its digits fit", () => {
    fc.assert(
      fc.property(anyDecimal, nearly("0123456789-."), ([precision, scale], text) => {
        const [, minus, whole = "", places = ""] = /^(-?)(\d*)(?:\.(\d*))?$/.exec(text) ?? [];
        const fits = /^0*$/.test(places.slice(scale));
        const digits = whole + places.slice(0, scale).padEnd(scale, "0");
        const isNumber = minus !== undefined && whole + places !== "";
        const unscaled = isNumber && fits ? BigInt(digits === "" ? "0" : digits) : undefined;
        const expected =
          unscaled === undefined || unscaled >= 10n ** BigInt(precision)
            ? undefined
            : minus === "-"
              ? -unscaled
              : unscaled;

        const result = parsed(decimalParser(precision, scale), text);

        expect(result === undefined ? undefined : BigInt(result)).to.equal(expected);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("A boolean", () => {
  it("is t or f", () => {
    expect(parsed(parseBoolean, "t")).to.equal(1);
    expect(parsed(parseBoolean, "f")).to.equal(0);
    for (const text of ["", "T", "true", "1", "tf", "x"]) expect(parsed(parseBoolean, text), text).to.be.NaN;
  });
});
