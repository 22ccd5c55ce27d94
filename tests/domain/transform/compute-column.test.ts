import { expect } from "chai";
import fc from "fast-check";
import { dayNumber } from "../../../domain/transform/calendar";
import { columnData } from "../../../domain/formats/columnar/arrow";
import { columnsOf, references, whenNull } from "../../../domain/model/columns";
import { optional, sourceTable } from "../../../domain/model/source";
import { fact } from "../../../domain/model/table";
import { boolean, decimal, integer, text, timestamp } from "../../../domain/model/types";
import { transformBatch } from "../../../domain/transform/transform";
import { batchOfObjects } from "../../support/formats/columnar";
import { dimCountry } from "../../support/hires/model";
import { transformed, type Cells } from "../../support/warehouse/transform";

const order = sourceTable("order", {
  key: "id",
  columns: {
    id: integer,
    made_at: timestamp,
    sent_at: optional(timestamp),
    due: text,
    paid_on: optional(text),
    price: decimal(10, 2),
    open: boolean,
    note: optional(text),
  },
});
const own = columnsOf(order);
const factOrder = fact("fact_order", {
  description: "",
  source: order,
  key: "id",
  surrogateKey: "record_id",
  currentView: "current_order",
  columns: {
    id: own.copy("id"),
    made_date: references("dim_date", own.dateOf("made_at")),
    made_time: own.timeOf("made_at"),
    sent_date: references("dim_date", own.dateOf("sent_at")),
    sent_time: own.timeOf("sent_at"),
    due: references("dim_date", own.parsedDate("due")),
    paid_on: references("dim_date", own.parsedDate("paid_on")),
    price: own.copy("price"),
    open: own.copy("open"),
    note: own.copy("note"),
    loud: own.derive("note", (note) => note.toUpperCase()),
    remark: whenNull("none", own.copy("note")),
  },
});

/** 2024-02-29 14:20:52.123456 */
const moment = Date.UTC(2024, 1, 29, 14, 20, 52, 123) * 1000 + 456;
const good: Cells = {
  id: 7,
  made_at: moment,
  sent_at: null,
  due: "2024-03-01",
  paid_on: null,
  price: -255n,
  open: true,
  note: "é, x",
};

describe("A row of a warehouse table", () => {
  it("is computed from its source row by copying, splitting, parsing, deriving and filling", () => {
    const { rows, rejections } = transformed(factOrder, [
      good,
      { ...good, note: null, sent_at: -1, paid_on: "1969-12-31" },
    ]);

    expect(rejections).to.have.property("size", 0);
    const first = {
      id: 7,
      made_date: dayNumber("2024-02-29"),
      made_time: ((14 * 60 + 20) * 60 + 52) * 1_000_000 + 123_456,
      sent_date: null,
      sent_time: null,
      due: dayNumber("2024-03-01"),
      paid_on: null,
      price: -255n,
      open: true,
      note: "é, x",
      loud: "É, X",
      remark: "é, x",
    };
    expect(rows).to.deep.equal([
      first,
      {
        ...first,
        sent_date: -1,
        sent_time: 86_399_999_999,
        paid_on: -1,
        note: null,
        loud: null,
        remark: "none",
      },
    ]);
  });

  it("shares the memory of copied columns", () => {
    const batch = batchOfObjects(order.columns, [good]);

    const made = transformBatch(factOrder, { batch, rejections: new Map() }, new Map());

    expect(columnData(made.batch, "price")).to.equal(columnData(batch, "price"));
  });

  it("has timestamps split into parts that add up to the original", () => {
    const anyMoment = fc.option(
      fc
        .bigInt({ min: BigInt(Date.UTC(1900, 0, 1)) * 1000n, max: BigInt(Date.UTC(2200, 0, 1)) * 1000n - 1n })
        .map(Number),
    );
    fc.assert(
      fc.property(fc.array(anyMoment, { minLength: 1 }), (moments) => {
        const { rows } = transformed(
          factOrder,
          moments.map((sent_at) => ({ ...good, sent_at })),
        );

        const again = rows.map(({ sent_date: day, sent_time: time }) =>
          day === null || time === null ? null : Number(day) * 86_400_000_000 + Number(time),
        );
        expect(again).to.deep.equal(moments);
        for (const { sent_time } of rows)
          if (sent_time !== null) expect(sent_time).to.be.within(0, 86_399_999_999);
      }),
    );
  });

  it("is computed for an empty batch too", () => {
    const { rows, days } = transformed(factOrder, []);

    expect({ rows, days }).to.deep.equal({ rows: [], days: undefined });
  });
});

describe("A row that cannot be computed is rejected with its reason", () => {
  const cases: readonly (readonly [string, Cells, string, string])[] = [
    ["for an invalid date", { due: "2024-02-30" }, "due", 'due "2024-02-30" is not a date (YYYY-MM-DD)'],
    [
      "for a date with a time",
      { due: "2024-02-03 00:00" },
      "due",
      'due "2024-02-03 00:00" is not a date (YYYY-MM-DD)',
    ],
    ["for an empty date", { due: "" }, "due", 'due "" is not a date (YYYY-MM-DD)'],
    [
      "for a day before the calendar's limits",
      { due: "1899-12-31" },
      "due",
      "due lies outside the calendar's limits, 1900-01-01 to 2199-12-31: set it to NULL or to a day within in the source, or leave out the reference to the calendar",
    ],
    [
      "for a day after the calendar's limits",
      { paid_on: "2200-01-01" },
      "paid_on",
      "paid_on lies outside the calendar's limits, 1900-01-01 to 2199-12-31: set it to NULL or to a day within in the source, or leave out the reference to the calendar",
    ],
    [
      "for a timestamp outside of every calendar",
      { sent_at: BigInt(Date.UTC(9999, 0, 1)) * 1000n },
      "sent_date",
      "sent_date lies outside the calendar's limits, 1900-01-01 to 2199-12-31: set it to NULL or to a day within in the source, or leave out the reference to the calendar",
    ],
    [
      "for the first of two bad values in the order of columns",
      { due: "x", sent_at: BigInt(Date.UTC(9999, 0, 1)) * 1000n },
      "sent_date",
      "sent_date lies outside the calendar's limits, 1900-01-01 to 2199-12-31: set it to NULL or to a day within in the source, or leave out the reference to the calendar",
    ],
  ];
  for (const [what, bad, column, reason] of cases) {
    it(what, () => {
      const { rows, rejections } = transformed(factOrder, [
        { ...good, id: 1 },
        { ...good, ...bad },
        { ...good, id: 3 },
      ]);

      expect(rows.map(({ id }) => id)).to.deep.equal([1, 3]);
      expect([...rejections]).to.deep.equal([[1, { column, reason }]]);
    });
  }

  it("but not for the first and last day of the calendar's limits", () => {
    const { rows } = transformed(factOrder, [{ ...good, due: "1900-01-01", paid_on: "2199-12-31" }]);

    expect(rows).to.have.length(1);
  });

  it("which quotes only the beginning of a long value", () => {
    const { reasons } = transformed(factOrder, [{ ...good, due: "9".repeat(5000) }]);

    expect(reasons[0]).to.equal(`due "${"9".repeat(60)}…" is not a date (YYYY-MM-DD)`);
  });

  it("even when every row is bad", () => {
    const { rows, reasons, days } = transformed(factOrder, [
      { ...good, due: "x" },
      { ...good, due: "y" },
    ]);

    expect(rows).to.deep.equal([]);
    expect(days).to.equal(undefined);
    expect(reasons).to.deep.equal({
      0: 'due "x" is not a date (YYYY-MM-DD)',
      1: 'due "y" is not a date (YYYY-MM-DD)',
    });
  });
});

describe("The days that a batch names", () => {
  const range = (first: string, last: string) => ({ first: dayNumber(first), last: dayNumber(last) });

  it("range from the first to the last of its references to the calendar", () => {
    const { days } = transformed(factOrder, [
      good,
      { ...good, paid_on: "2031-05-06" },
      { ...good, due: "1999-01-02" },
    ]);

    expect(days).to.deep.equal(range("1999-01-02", "2031-05-06"));
  });

  it("exclude the days of rows that are rejected for any column", () => {
    for (const bad of [
      { due: "2100-01-01", paid_on: "x" },
      { paid_on: "2100-01-01", due: "x" },
    ]) {
      const { days } = transformed(factOrder, [
        good,
        { ...good, made_at: Date.UTC(1950, 0, 1) * 1000, ...bad },
      ]);

      expect(days).to.deep.equal(range("2024-02-29", "2024-03-01"));
    }
  });

  it("are empty when no row names a day", () => {
    expect(transformed(dimCountry, [{ country_id: 1, country_code: "GB" }]).days).to.equal(undefined);
  });
});

describe("A derived column", () => {
  it("has the value of its function", () => {
    const codes = ["GB", "FR", "GB"];

    const { rows } = transformed(
      dimCountry,
      codes.map((country_code, country_id) => ({ country_id, country_code })),
    );

    expect(rows.map((row) => row["country_name"])).to.deep.equal([
      "Great Britain",
      "France",
      "Great Britain",
    ]);
  });

  it("rejects a row for which its function throws", () => {
    const { rows, reasons } = transformed(dimCountry, [
      { country_id: 1, country_code: "XY" },
      { country_id: 2, country_code: "FR" },
    ]);

    expect(rows).to.have.length(1);
    expect(reasons).to.deep.equal({ 0: 'country_name: unknown country code "XY"' });
  });
});
