import { expect } from "chai";
import fc from "fast-check";
import { misfit, parserOf } from "../../../../domain/formats/csv/parsers";
import {
  date,
  integer,
  time,
  timestamp,
  timestamptz,
  truncated,
  type ColumnType,
} from "../../../../domain/model/types";
import { anyValue } from "../../../support/formats/arbitraries";
import { printed } from "../../../support/formats/columnar";

/** Parses a text that stands between others, as a field stands in a file. */
function parsed(type: ColumnType, text: string): number {
  const bytes = new TextEncoder().encode(`+00,${text},9`);
  return parserOf(type)!(bytes, 4, bytes.length - 2);
}
const printedOf = (type: ColumnType, value: number): string => printed({ type, nullable: false }, value)!;

describe("A timestamp with a time zone", () => {
  it("is any that PostgreSQL prints in UTC with milliseconds", () => {
    expect(parsed(timestamptz, "1969-12-31 23:59:59.999+00")).to.equal(-1);
    fc.assert(
      fc.property(
        anyValue(timestamptz),
        (moment) => parsed(timestamptz, printedOf(timestamptz, Number(moment))) === moment,
      ),
    );
  });

  it("is one without a zone too: what the column was before it got one is taken for UTC", () => {
    expect(parsed(timestamptz, "1970-01-01 00:00:01.5")).to.equal(1500);
  });

  for (const text of ["", "+00", "0", "infinity", "1970-01-01 00:00:00+02", "1970-01-01 00:00:00+00:30"])
    it(`is not ${JSON.stringify(text)}`, () => expect(parsed(timestamptz, text)).to.be.NaN);
});

describe("A truncated time, timestamp and timestamptz", () => {
  const kinds = [
    [time, "00:00:01", 1000, ""],
    [timestamp, "1969-12-31 23:59:59", -1000, ""],
    [timestamptz, "1969-12-31 23:59:59", -1000, "+00"],
  ] as const;
  for (const [type, whole, milliseconds, zone] of kinds) {
    it(`of the kind ${type.kind} leaves out what is finer than a millisecond, and nothing else`, () => {
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
        expect(parsed(truncated(type), `${whole}${places}${zone}`), places).to.equal(milliseconds + more);
      fc.assert(
        fc.property(anyValue(type), fc.nat(999), (value, finer) => {
          const text = printedOf(type, Number(value)).replace("+00", "");
          const [seconds, places = ""] = text.split(".");
          const fine = `${seconds}.${places.padEnd(3, "0")}${String(finer).padStart(3, "0")}${zone}`;
          expect(parsed(truncated(type), fine)).to.equal(value);
          expect(parsed(truncated(type), `${text}${zone}`)).to.equal(value);
        }),
      );
    });

    for (const places of [".", ".1234567", ".1234x", ".1234-", ",1234"])
      it(`of the kind ${type.kind} does not end with ${places}`, () =>
        expect(parsed(truncated(type), `${whole}${places}${zone}`)).to.be.NaN);
  }
});

describe("Why a value does not fit, and what to do, is said", () => {
  const cases: readonly (readonly [ColumnType, string, RegExp])[] = [
    [date, "-infinity", /^: it is infinite; set it to NULL in the source, or declare the column as text$/],
    [timestamptz, "infinity", /^: it is infinite; /],
    [
      timestamptz,
      "2024-01-01 00:00:00.000001+00",
      /^: it is finer than a millisecond; declare the column as truncated\(timestamptz\) to leave out what is finer$/,
    ],
    [time, "00:00:00.1234", /declare the column as truncated\(time\)/],
    [timestamp, "2024-01-01 00:00:00+00", /^: it has a time zone; declare the column as timestamptz$/],
    [truncated(timestamp), "2024-01-01 00:00:00.123456+00", /^: it has a time zone; /],
    [timestamptz, "2024-01-01 00:00:00.5+05:30", /^: its time zone is not UTC; declare the column as text$/],
    [timestamptz, "soon", /^$/],
    [date, "2024-02-30", /^$/],
    [integer, "-2147483649", /^: it needs 64 bits; declare the column as bigint$/],
    [integer, "9223372036854775808", /^$/],
    [integer, "5.00", /^$/],
    [integer, "many", /^$/],
  ];
  for (const [type, value, reason] of cases)
    it(`of ${value} as ${type.kind}`, () => expect(misfit(type, value)).to.match(reason));
});
