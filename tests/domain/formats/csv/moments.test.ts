import { expect } from "chai";
import fc from "fast-check";
import {
  dayOfMoment,
  daysFromCivil,
  momentParser,
  parseAnyDate,
  parseDate,
  parseTime,
  timeOfMoment,
} from "../../../../domain/formats/csv/moments";
import { date, timestamp } from "../../../../domain/model/types";
import { anyValue } from "../../../support/formats/arbitraries";
import { printed } from "../../../support/formats/columnar";

/** Parses a text with other text before and after it, like a field in a file. */
function parsed<T>(parse: (bytes: Uint8Array, start: number, end: number) => T, text: string): T {
  const bytes = new TextEncoder().encode(`9,${text},9`);
  return parse(bytes, 2, bytes.length - 2);
}
const parseTimestamp = momentParser({ zoned: false, truncated: false });
const DAY_US = 86_400_000_000n;

describe("A date", () => {
  it("counts days before and after 1970 for any day of 9999 years", () => {
    expect(parsed(parseDate, "1970-01-01")).to.equal(0);
    expect(parsed(parseDate, "1969-12-31")).to.equal(-1);
    expect(parsed(parseDate, "0001-01-01")).to.equal(-719_162);
    fc.assert(
      fc.property(
        anyValue(date),
        (day) => parsed(parseDate, printed({ type: date, nullable: false }, day)!) === day,
      ),
      { numRuns: 1000 },
    );
  });

  it("is valid exactly when JavaScript's calendar has it", () => {
    for (const year of [4, 1600, 1900, 1970, 2000, 2023, 2024, 2100, 9999]) {
      for (let month = 0; month <= 13; month++) {
        for (let day = 0; day <= 32; day++) {
          const at = new Date(0);
          at.setUTCFullYear(year, month - 1, day);
          const exists =
            at.getUTCFullYear() === year && at.getUTCMonth() === month - 1 && at.getUTCDate() === day;
          expect(daysFromCivil(year, month, day), `${year}-${month}-${day}`).to.deep.equal(
            exists ? at.getTime() / 86_400_000 : NaN,
          );
        }
      }
    }
  });

  for (const text of [
    "",
    "2023-02-29",
    "0000-01-01",
    "2024-1-01",
    "2024-01-1",
    "24-01-01",
    "2024/01/01",
    "10000-01-01",
    "20225-01-01",
    "infinity",
    "2024-01-01 ",
    "-024-01-01",
    "0044-03-15 BC",
    "2024-0a-01",
  ])
    it(`is not ${JSON.stringify(text)}`, () => {
      expect(parsed(parseDate, text)).to.be.NaN;
    });
});

describe("A date of PostgreSQL", () => {
  for (const [text, day] of [
    ["0001-01-01", -719_162],
    ["0001-12-31 BC", -719_163],
    ["0044-03-15 BC", -735_160],
    ["4713-01-01 BC", -2_440_550],
    ["9999-12-31", 2_932_896],
    ["10000-01-01", 2_932_897],
    ["5874897-12-31", 2_145_042_905],
  ] as const)
    it(`may be ${text}`, () => expect(parsed(parseAnyDate, text)).to.equal(day));

  for (const text of [
    "",
    "BC",
    " BC",
    "-01-01 BC",
    "0000-01-01 BC",
    "0044-02-30 BC",
    "12345678-01-01",
    "infinity",
  ])
    it(`is not ${JSON.stringify(text)}`, () => expect(parsed(parseAnyDate, text)).to.be.NaN);
});

describe("A time of day", () => {
  for (const [text, microseconds] of [
    ["00:00:00", 0],
    ["00:00:00.000001", 1],
    ["00:00:01.5", 1_500_000],
    ["12:34:56.789012", 45_296_789_012],
    ["23:59:59.999999", 86_399_999_999],
  ] as const)
    it(`${text} is ${microseconds} microseconds`, () =>
      expect(parsed(parseTime, text)).to.equal(microseconds));

  for (const text of [
    "",
    "24:00:00",
    "00:60:00",
    "00:00:60",
    "00:00",
    "00:00:00.",
    "00:00:00.0000001",
    "00:00:00,5",
  ])
    it(`is not ${JSON.stringify(text)}`, () => expect(parsed(parseTime, text)).to.be.NaN);
});

describe("A timestamp", () => {
  it("may be any timestamp that PostgreSQL prints, exact to the microsecond, also before 1970", () => {
    expect(parsed(parseTimestamp, "1970-01-01 00:00:00")).to.equal(0);
    expect(parsed(parseTimestamp, "1969-12-31 23:59:59.999999")).to.equal(-1);
    fc.assert(
      fc.property(
        anyValue(timestamp),
        (moment) => parsed(parseTimestamp, printed({ type: timestamp, nullable: false }, moment)!) == moment,
      ),
      { numRuns: 1000 },
    );
  });

  it("may have up to six decimals of a second", () => {
    for (const [places, microseconds] of [
      ["", 0],
      [".5", 500_000],
      [".05", 50_000],
      [".005", 5_000],
      [".120", 120_000],
      [".1234", 123_400],
      [".12345", 123_450],
      [".000001", 1],
    ] as const)
      expect(parsed(parseTimestamp, `1970-01-01 00:00:01${places}`), places).to.equal(
        1_000_000 + microseconds,
      );
  });

  for (const [text, microseconds] of [
    ["9999-12-31 23:59:59.999999", 253_402_300_799_999_999n],
    ["0044-03-15 12:00:00.5 BC", -63_517_780_799_500_000n],
    ["4713-01-01 00:00:00 BC", -210_863_520_000_000_000n],
    ["10000-01-01 00:00:00", 253_402_300_800_000_000n],
    ["294246-12-31 23:59:59.999999", 9_223_371_244_799_999_999n],
  ] as const)
    it(`may be exactly ${text}`, () => expect(parsed(parseTimestamp, text)).to.equal(microseconds));

  for (const text of [
    "",
    "infinity",
    "-infinity",
    "2024-01-01",
    "2024-01-01T00:00:00",
    "2024-02-30 00:00:00",
    "2024-01-01 24:00:00",
    "2024-01-01 00:60:00",
    "2024-01-01 00:00:60",
    "2024-01-01 00:00",
    "2024-01-01 00:00:00.",
    "2024-01-01 00:00:00.0000001",
    "2024-01-01 00:00:00,5",
    "2024-01-01 00:00:00+00",
    "2024-01-01 0a:00:00",
    "2024-01-01 00-00-00",
    "2024-01-01 ",
    " 00:00:00",
    "0000-01-01 00:00:00",
    "294276-12-31 23:59:59.999999",
  ])
    it(`is not ${JSON.stringify(text)}`, () => {
      expect(parsed(parseTimestamp, text)).to.equal(undefined);
    });

  it("combines a day of any size with a time of day", () => {
    const ends = fc.constantFrom(-1n, 0n, 1n, DAY_US - 1n);
    const moments = fc.oneof(
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.tuple(fc.bigInt({ min: -110_000n, max: 110_000n }), ends).map(([day, end]) => day * DAY_US + end),
    );
    fc.assert(
      fc.property(moments, (moment) => {
        const exact = Number.isSafeInteger(Number(moment)) ? Number(moment) : moment;
        const [day, time] = [dayOfMoment(exact), timeOfMoment(exact)];
        expect(BigInt(day) * DAY_US + BigInt(time)).to.equal(moment);
        expect(time).to.be.within(0, Number(DAY_US) - 1);
      }),
      { numRuns: 2000 },
    );
  });
});
