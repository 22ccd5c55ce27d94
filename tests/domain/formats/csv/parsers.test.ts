import { expect } from "chai";
import fc from "fast-check";
import { misfit } from "../../../../domain/formats/csv/misfit";
import { exactParserOf, parserOf } from "../../../../domain/formats/csv/parsers";
import {
  bigint,
  boolean,
  date,
  decimal,
  integer,
  time,
  timestamp,
  timestamptz,
  truncated,
  typeName,
  type ColumnType,
} from "../../../../domain/model/types";
import { anyValue } from "../../../support/formats/arbitraries";
import { printed } from "../../../support/formats/columnar";

/** Parses a text with other text before and after it, like a field in a file. */
function parsed(type: ColumnType, text: string): number | bigint | undefined {
  const bytes = new TextEncoder().encode(`+00,${text},9`);
  const value = (parserOf(type) ?? exactParserOf(type))!(bytes, 4, bytes.length - 2);
  return Number.isNaN(value) ? undefined : value;
}
const printedOf = (type: ColumnType, value: number | bigint): string =>
  printed({ type, nullable: false }, value)!;

describe("A value printed by another type", () => {
  const fitting: readonly (readonly [ColumnType, string, number | bigint])[] = [
    [boolean, "true", 1],
    [boolean, "false", 0],
    [integer, "10.00", 10],
    [integer, "-0.0", 0],
    [integer, "2147483647.000", 2147483647],
    [integer, "1e+06", 1_000_000],
    [integer, "-2.147483648e+09", -2147483648],
    [bigint, "10.00", 10],
    [bigint, "9223372036854775807.0", 9223372036854775807n],
    [bigint, "-9.223372036854775808e+18", -9223372036854775808n],
    [decimal(10, 2), "1e+06", 100_000_000],
    [decimal(10, 2), "1.25e+01", 1250],
    [decimal(18, 6), "5e-05", 50],
    [decimal(18, 6), "-1.5E-5", -15],
    [decimal(10, 2), "0e+99", 0],
    [decimal(18, 0), "1.000e+17", 100_000_000_000_000_000n],
  ];
  for (const [type, text, value] of fitting)
    it(`${text} is read as ${typeName(type)}`, () => {
      expect(BigInt(parsed(type, text)!)).to.equal(BigInt(value));
    });

  const others: readonly (readonly [ColumnType, string])[] = [
    [boolean, "True"],
    [boolean, "yes"],
    [boolean, "1"],
    [integer, "10.50"],
    [integer, "1e-01"],
    [integer, "2147483648.0"],
    [integer, "1e"],
    [integer, "e5"],
    [integer, " 1.0"],
    [integer, ".0"],
    [bigint, "9223372036854775808.0"],
    [bigint, "1e+19"],
    [decimal(10, 2), "1e+08"],
    [decimal(10, 2), "-1e+08"],
    [decimal(10, 2), "1e-03"],
    [decimal(10, 2), "1e+9999"],
    [decimal(10, 2), "NaN"],
  ];
  for (const [type, text] of others)
    it(`${JSON.stringify(text)} is invalid as ${typeName(type)}`, () => {
      expect(parsed(type, text)).to.equal(undefined);
    });

  it("is read exactly from any number with an exponent that PostgreSQL prints", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n - 10n ** 18n, max: 10n ** 18n - 1n }),
        fc.nat(17),
        (unscaled, places) => {
          const digits = String(unscaled < 0n ? -unscaled : unscaled);
          const sign = unscaled < 0n ? "-" : "";
          const point = digits.length === 1 ? "" : `.${digits.slice(1)}`;
          const text = `${sign}${digits.slice(0, 1)}${point}e${digits.length - 1 - places}`;
          expect(BigInt(parsed(decimal(18, places), text)!)).to.equal(unscaled);
        },
      ),
    );
  });
});

describe("A timestamp with a time zone", () => {
  it("may be any timestamp that PostgreSQL prints in UTC with microseconds", () => {
    expect(parsed(timestamptz, "1969-12-31 23:59:59.999999+00")).to.equal(-1);
    fc.assert(
      fc.property(
        anyValue(timestamptz),
        (moment) => parsed(timestamptz, printedOf(timestamptz, BigInt(moment))) == moment,
      ),
    );
  });

  it("may lack a zone and is then taken as UTC, as from an earlier column without one", () => {
    expect(parsed(timestamptz, "1970-01-01 00:00:01.5")).to.equal(1_500_000);
  });

  it("may lie before Christ or far in the future", () => {
    expect(parsed(timestamptz, "0044-03-15 12:00:00.5+00 BC")).to.equal(-63_517_780_799_500_000n);
    expect(parsed(timestamptz, "10000-01-01 00:00:00+00")).to.equal(253_402_300_800_000_000n);
  });

  for (const text of ["", "+00", "0", "infinity", "1970-01-01 00:00:00+02", "1970-01-01 00:00:00+00:30"])
    it(`is not ${JSON.stringify(text)}`, () => expect(parsed(timestamptz, text)).to.equal(undefined));
});

describe("A truncated time, timestamp and timestamptz", () => {
  const kinds = [
    [time, "00:00:01", 1_000_000, ""],
    [timestamp, "1969-12-31 23:59:59", -1_000_000, ""],
    [timestamptz, "1969-12-31 23:59:59", -1_000_000, "+00"],
  ] as const;
  for (const [type, whole, microseconds, zone] of kinds) {
    it(`of the kind ${type.kind} loses only fractions of a millisecond`, () => {
      for (const [places, more] of [
        ["", 0],
        [".5", 500],
        [".05", 50],
        [".123", 123],
        [".1239", 123],
        [".12399", 123],
        [".999999", 999],
        [".000001", 0],
      ] as const)
        expect(parsed(truncated(type), `${whole}${places}${zone}`), places).to.equal(
          microseconds + more * 1000,
        );
      fc.assert(
        fc.property(anyValue(type), (value) => {
          const finer = ((BigInt(value) % 1000n) + 1000n) % 1000n;
          expect(BigInt(parsed(truncated(type), printedOf(type, BigInt(value)))!)).to.equal(
            BigInt(value) - finer,
          );
        }),
      );
    });

    for (const places of [".", ".1234567", ".1234x", ".1234-", ",1234"])
      it(`of the kind ${type.kind} does not end with ${places}`, () =>
        expect(parsed(truncated(type), `${whole}${places}${zone}`)).to.equal(undefined));
  }
});

describe("The message about a value that does not fit names reason and remedy", () => {
  const cases: readonly (readonly [ColumnType, string, RegExp])[] = [
    [date, "-infinity", /^: it is infinite; set it to NULL in the source, or declare the column as text$/],
    [timestamptz, "infinity", /^: it is infinite; /],
    [time, "00:00:00.1234567", /^: it has more than six digits after the second; round it in the source, /],
    [
      time,
      "24:00:00",
      /^: a time of day must be before 24:00:00; set it to 00:00:00 in the source, or declare the column as text$/,
    ],
    [timestamp, "2024-01-01 24:00:00", /^: a time of day must be before 24:00:00; /],
    [
      timestamp,
      "294276-12-31 23:59:59.999999",
      /^: it is after the year 294246; set it to NULL in the source, or declare the column as text$/,
    ],
    [timestamp, "2024-01-01 00:00:00+00", /^: it has a time zone; declare the column as timestamptz$/],
    [truncated(timestamp), "2024-01-01 00:00:00.123456+00", /^: it has a time zone; /],
    [timestamptz, "2024-01-01 00:00:00.5+05:30", /^: its time zone is not UTC; declare the column as text$/],
    [timestamptz, "soon", /^$/],
    [date, "2024-02-30", /^$/],
    [integer, "-2147483649", /^: it needs 64 bits; declare the column as bigint$/],
    [integer, "9223372036854775808", /^$/],
    [integer, "3e+09", /^: it needs 64 bits; declare the column as bigint$/],
    [integer, "5.50", /^$/],
    [
      integer,
      "NaN",
      /^: it is not a finite number; set it to NULL in the source, or declare the column as text$/,
    ],
    [
      bigint,
      "-Infinity",
      /^: it is not a finite number; set it to NULL in the source, or declare the column as text$/,
    ],
    [
      decimal(10, 2),
      "NaN",
      /^: it is not a finite number; set it to NULL in the source, or declare the column as text$/,
    ],
    [decimal(10, 2), "1.005", /^$/],
    [integer, "many", /^$/],
  ];
  for (const [type, value, reason] of cases)
    it(`for ${value} as ${type.kind}`, () => expect(misfit(type, value)).to.match(reason));
});
