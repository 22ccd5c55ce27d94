import { expect } from "chai";
import fc from "fast-check";
import {
  CALENDAR_LIMITS,
  calendarCoverage,
  makeCalendarRows,
  dayNumber,
  hull,
  isoDate,
  missingDays,
  type DayRange,
} from "../../../domain/transform/calendar";
import { dimDate } from "../../../domain/model/dim-date";
import { objectsOf } from "../../support/formats/columnar";

const range = (first: string, last: string): DayRange => ({ first: dayNumber(first), last: dayNumber(last) });
const dates = ({ first, last }: DayRange): string => `${isoDate(first)} to ${isoDate(last)}`;

const WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(" ");
const MONTHS = "January February March April May June July August September October November December".split(
  " ",
);
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The days of some years, counted one by one from Friday, 1 January 1999. */
function* countedDays(firstYear: 1999, lastYear: number): Generator<Record<string, unknown>> {
  let weekday = WEEKDAYS.indexOf("Friday");
  for (let year: number = firstYear; year <= lastYear; year++) {
    const leap = year % 400 === 0 || (year % 4 === 0 && year % 100 !== 0);
    for (const [month, length] of DAYS_IN_MONTH.entries()) {
      for (let day = 1; day <= (leap && month === 1 ? 29 : length); day++, weekday = (weekday + 1) % 7) {
        yield {
          year,
          month: month + 1,
          day,
          day_of_week: weekday + 1,
          day_name: WEEKDAYS[weekday],
          month_name: MONTHS[month],
          quarter: [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4][month],
        };
      }
    }
  }
}

describe("The rows of the calendar", () => {
  it("are right for every day of 1999 to 2032, without a gap", () => {
    const wanted = range("1999-01-01", "2032-12-31");

    const rows = objectsOf(dimDate.columns, makeCalendarRows(dimDate, wanted));

    expect(rows.map(({ date_id }) => date_id)).to.deep.equal(rows.map((_, index) => wanted.first + index));
    expect(rows.map(({ date_id: _, ...rest }) => rest)).to.deep.equal([...countedDays(1999, 2032)]);
  });

  for (const zone of ["America/St_Johns", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Africa/Cairo"]) {
    it(`do not depend on the machine's time zone: ${zone}`, () => {
      const aroundTheChangesOfClocks = range("2024-01-01", "2024-12-31");
      const expected = objectsOf(dimDate.columns, makeCalendarRows(dimDate, aroundTheChangesOfClocks));
      const before = process.env["TZ"];
      process.env["TZ"] = zone;
      try {
        expect(objectsOf(dimDate.columns, makeCalendarRows(dimDate, aroundTheChangesOfClocks))).to.deep.equal(
          expected,
        );
      } finally {
        if (before === undefined) delete process.env["TZ"];
        else process.env["TZ"] = before;
      }
    });
  }
});

describe("A day's number", () => {
  it("and its name convert into each other", () => {
    fc.assert(
      fc.property(fc.integer({ min: CALENDAR_LIMITS.first, max: CALENDAR_LIMITS.last }), (day) => {
        expect(dayNumber(isoDate(day))).to.equal(day);
      }),
    );
    expect(dates(CALENDAR_LIMITS)).to.equal("1900-01-01 to 2199-12-31");
  });

  it("is refused for a day that does not exist", () => {
    for (const text of ["2023-02-29", "2024-13-01", "2024-2-1", "tomorrow", ""])
      expect(() => dayNumber(text)).to.throw(RangeError, `"${text}" is not a date (YYYY-MM-DD)`);
  });
});

describe("The range of the calendar", () => {
  const configured = range("2020-01-01", "2030-12-31");
  const odd = range("2020-03-05", "2030-06-07");
  const cases: readonly (readonly [string, DayRange | undefined, DayRange, DayRange | undefined, string])[] =
    [
      ["is the configured range at first", undefined, configured, undefined, "2020-01-01 to 2030-12-31"],
      [
        "grows by whole years before and after it to include named days",
        undefined,
        configured,
        range("2018-05-05", "2033-02-02"),
        "2018-01-01 to 2033-12-31",
      ],
      [
        "stays the same when it includes all named days",
        configured,
        configured,
        range("2020-01-01", "2030-12-31"),
        "2020-01-01 to 2030-12-31",
      ],
      [
        "grows from the next day on",
        configured,
        configured,
        range("2024-01-01", "2031-01-01"),
        "2020-01-01 to 2031-12-31",
      ],
      [
        "grows backwards alone",
        configured,
        configured,
        range("2019-12-31", "2024-01-01"),
        "2019-01-01 to 2030-12-31",
      ],
      [
        "keeps a start and an end in the middle of a year",
        undefined,
        odd,
        range("2021-01-01", "2022-01-01"),
        "2020-03-05 to 2030-06-07",
      ],
      [
        "fills up the year that it ends in",
        odd,
        odd,
        range("2030-06-08", "2030-06-08"),
        "2020-03-05 to 2030-12-31",
      ],
      [
        "fills up the year that it starts in",
        odd,
        odd,
        range("2020-03-04", "2020-03-04"),
        "2020-01-01 to 2030-06-07",
      ],
      [
        "never shrinks when a smaller range is configured",
        range("1999-01-01", "2040-12-31"),
        configured,
        undefined,
        "1999-01-01 to 2040-12-31",
      ],
      [
        "grows without a gap when a larger range is configured",
        range("2001-01-01", "2002-12-31"),
        configured,
        undefined,
        "2001-01-01 to 2030-12-31",
      ],
    ];
  for (const [what, covered, given, named, expected] of cases) {
    it(what, () => {
      expect(dates(calendarCoverage({ covered, configured: given, named }))).to.equal(expected);
    });
  }

  const anyRange = fc
    .tuple(fc.integer({ min: -25_000, max: 80_000 }), fc.nat(20_000))
    .map(([first, length]): DayRange => ({ first, last: first + length }));

  it("includes all covered, configured and named days, and adds each missing day once", () => {
    const held = (days: Set<number>, { first, last }: DayRange): boolean => days.has(first) && days.has(last);
    fc.assert(
      fc.property(fc.option(anyRange), anyRange, fc.option(anyRange), (before, given, names) => {
        const covered = before ?? undefined;
        const named = names ?? undefined;

        const wanted = calendarCoverage({ covered, configured: given, named });
        const made = missingDays(covered, wanted);

        const ranges = [...(covered === undefined ? [] : [covered]), ...made];
        const days = ranges.flatMap(({ first, last }) =>
          Array.from({ length: last - first + 1 }, (_, i) => first + i),
        );
        const all = new Set(days);
        expect(all.size, "no day twice").to.equal(days.length);
        expect(all.size, "no gap").to.equal(wanted.last - wanted.first + 1);
        expect(held(all, wanted)).to.equal(true);
        for (const one of [covered, given, named])
          if (one !== undefined) expect(held(all, one)).to.equal(true);
      }),
      { numRuns: 30 },
    );
  });

  it("is the same when computed again", () => {
    expect(missingDays(configured, configured)).to.deep.equal([]);
  });
});

describe("The union of two ranges of days", () => {
  it("is the smallest range that includes both, or the only range", () => {
    const early = { first: 1, last: 5 };
    const late = { first: 9, last: 12 };
    expect(hull(early, late)).to.deep.equal({ first: 1, last: 12 });
    expect(hull({ first: 3, last: 10 }, { first: 4, last: 6 })).to.deep.equal({ first: 3, last: 10 });
    expect([hull(early, undefined), hull(undefined, late), hull(undefined, undefined)]).to.deep.equal([
      early,
      late,
      undefined,
    ]);
  });
});
