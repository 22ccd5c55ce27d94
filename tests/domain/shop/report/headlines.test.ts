import { expect } from "chai";
import { comparedMonths } from "../../../../domain/shop/report/compared-months";
import { overviewOf } from "../../../../domain/shop/report/overview";
import { report as declared } from "../../../../domain/shop/report/report";
import { firstFilter, periodsOf } from "../../../../domain/report/filters";
import { headlinesOf, type ShownHeadline } from "../../../../domain/report/page/headlines";
import type { Report } from "../../../../domain/report/report";
import type { Row } from "../../../../domain/report/question";
import { reportOf, sales } from "../../../support/report/reports";

const CAPTURED = "2026-11-25T07:31:00.000Z";
const GBP = { currency: "GBP", since: "" };

const sold = (...revenue: readonly Row[]): Report => reportOf(CAPTURED, { revenue_by_month: revenue });
const soldIn = (...months: readonly string[]): Report =>
  sold(...months.map((month) => sales(`${month}-01`, "10.00")));
const headline = (report: Report, title: string, filter = GBP): ShownHeadline | undefined =>
  headlinesOf(report, declared, filter).find((one) => one.title === title);

describe("The months that headlines compare", () => {
  const cases: readonly {
    readonly name: string;
    readonly months: readonly string[];
    readonly last: string;
  }[] = [
    { name: "a shop with continuous sales", months: ["2026-09", "2026-10", "2026-11"], last: "2026-10" },
    { name: "nothing yet in the month under way", months: ["2026-09", "2026-10"], last: "2026-10" },
    { name: "a history that ends in a month", months: ["2024-09", "2024-10", "2024-11"], last: "2024-10" },
    {
      name: "a history that ends, and orders of today",
      months: ["2024-09", "2024-10", "2024-11", "2026-11"],
      last: "2024-10",
    },
    { name: "a shop that sells each quarter", months: ["2026-01", "2026-04", "2026-07"], last: "2026-07" },
    { name: "one month long ago", months: ["2024-03"], last: "2024-03" },
    { name: "only the month under way", months: ["2026-11"], last: "2026-11" },
    { name: "an order of the year 9999", months: ["2026-09", "2026-10", "9999-12"], last: "2026-10" },
    { name: "the turn of a year", months: ["2025-12", "2026-01"], last: "2025-12" },
  ];
  for (const { name, months, last } of cases) {
    it(`are the newest full month and the month before: ${name}`, () => {
      expect(comparedMonths(soldIn(...months))).to.include({ last: `${last}-01`, current: "2026-11-01" });
    });
  }

  it("are adjacent, also over the turn of a year", () => {
    expect(comparedMonths(soldIn("2026-01"))).to.include({ last: "2026-01-01", before: "2025-12-01" });
  });

  it("do not exist when nothing was ever sold", () => {
    expect(comparedMonths(sold())).to.equal(undefined);
    expect(headlinesOf(sold(), declared, GBP)[0]).to.include({ value: "–", detail: "No sales yet" });
    expect(overviewOf(sold())).to.equal(undefined);
  });
});

describe("The headlines", () => {
  const demo = sold(
    sales("2024-09-01", "1000.00", "10"),
    sales("2024-10-01", "1100.50", "8"),
    sales("2024-11-01", "12.25", "1"),
    sales("2026-11-01", "7.50", "2"),
    sales("2024-10-01", "5000.00", "3", "EUR"),
  );

  it("name the month and compare it with the month before", () => {
    expect(headline(demo, "Revenue, Oct 2024")).to.deep.equal({
      title: "Revenue, Oct 2024",
      value: "1,101",
      unit: "GBP",
      detail: "+10.1 % on Sep 2024",
      good: true,
    });
    expect(headline(demo, "Orders, Oct 2024")).to.include({
      value: "8",
      detail: "−20 % on Sep 2024",
      good: false,
    });
  });

  it("sum up the later sales by month without a comparison", () => {
    expect(headline(demo, "Revenue since Oct 2024")).to.deep.equal({
      title: "Revenue since Oct 2024",
      value: "20",
      unit: "GBP",
      detail: "3 orders, in Nov 2024 and Nov 2026 so far",
    });
  });

  it("say that a month has not ended", () => {
    const goesOn = sold(
      sales("2026-10-01", "10.00"),
      sales("2026-11-01", "5.00", "1"),
      sales("9999-12-01", "100.00"),
    );
    expect(headline(goesOn, "Revenue, Nov 2026 so far")).to.include({ value: "5", detail: "1 order" });
    const begins = sold(sales("2026-11-01", "5.00"));
    expect(headlinesOf(begins, declared, GBP).map(({ title }) => title)).to.deep.equal([
      "Revenue, Nov 2026 so far",
      "Orders, Nov 2026 so far",
      "Owed to us, late",
      "We owe, late",
    ]);
  });

  it("say that nothing was sold since", () => {
    const nothing = { value: "0", detail: "no orders up to 25 Nov 2026" };
    expect(headline(soldIn("2026-10"), "Revenue, Nov 2026 so far")).to.include(nothing);
    expect(headline(soldIn("2026-08"), "Revenue since Aug 2026")).to.include(nothing);
  });

  it("never add up currencies", () => {
    const euros = { currency: "EUR", since: "" };
    expect(headline(demo, "Revenue, Oct 2024", euros)).to.include({ value: "5,000", unit: "EUR" });
    expect(headline(demo, "Revenue since Oct 2024", euros)).to.include({ value: "0", unit: "EUR" });
    const { title, table } = overviewOf(demo)!;
    expect(title).to.equal("How did each currency do in Oct 2024?");
    expect(table.rows).to.deep.equal([
      ["GBP", "8", "1,100.50", "1,000.00", "+10.1 %", "19.75", "0.00", "0.00"],
      ["EUR", "3", "5,000.00", "0.00", "–", "0.00", "0.00", "0.00"],
    ]);
  });

  it("show late payments and the longest delay", () => {
    const late = reportOf(CAPTURED, {
      revenue_by_month: [],
      outstanding_payments: [
        { currency_code: "GBP", direction: "in", age: "0", payments: "9", amount: "9.00", days_late: "0" },
        { currency_code: "GBP", direction: "in", age: "1", payments: "1", amount: "1.10", days_late: "1" },
        { currency_code: "EUR", direction: "in", age: "4", payments: "5", amount: "99.00", days_late: "99" },
      ],
    });
    expect(headline(late, "Owed to us, late")).to.include({
      value: "1",
      detail: "1 payment, the longest 1 day",
      good: false,
    });
    expect(headline(late, "We owe, late")).to.include({
      value: "0",
      detail: "no payment is late",
      good: true,
    });
  });
});

describe("The first period that a report shows", () => {
  it("is counted back from the newest month that is not in the future", () => {
    const report = soldIn("2026-09", "2026-10", "9999-12");
    expect(periodsOf(report, declared)[0]).to.deep.equal({ value: "2026-05-01", title: "Last 6 months" });
  });

  it("is one year, or all time when that year is nearly empty", () => {
    expect(firstFilter(soldIn("2026-09", "2026-10", "2026-11"), declared)).to.deep.equal({
      currency: "GBP",
      since: "2025-12-01",
    });
    expect(firstFilter(soldIn("2024-09", "2024-10", "2026-11"), declared).since).to.equal("");
  });
});

describe("The headlines of unknown numbers", () => {
  const late = (amount: string): Row => ({
    currency_code: "GBP",
    direction: "in",
    age: "1",
    payments: "2",
    amount,
    days_late: "3",
  });

  it("are question marks for an unreadable mart and never say that nothing is late", () => {
    const report = reportOf(CAPTURED, { revenue_by_month: null, outstanding_payments: null });
    const headlines = headlinesOf(report, declared, GBP);
    expect(headlines.map(({ title, value }) => [title, value])).to.deep.equal([
      ["Revenue", "?"],
      ["Orders", "?"],
      ["Owed to us, late", "?"],
      ["We owe, late", "?"],
    ]);
    for (const { detail, good } of headlines) {
      expect(detail).to.match(/^not known: the mart \w+ could not be read$/);
      expect(good).to.equal(false);
    }
    const sales = sold(sales1);
    const { table } = overviewOf({ ...sales, rows: { ...sales.rows, outstanding_payments: null } })!;
    expect(table.rows[0]?.slice(-2)).to.deep.equal(["not known", "not known"]);
  });

  it("show their date when a table of the mart is behind, and give no praise", () => {
    const rows = { revenue_by_month: [sales1], outstanding_payments: [late("5.00")] };
    const behind = (asOf: string | null): Report => ({
      ...reportOf(CAPTURED, rows),
      behind: { fact_payment: { asOf, since: asOf, reason: "payment is quarantined" } },
      reads: { outstanding_payments: ["dim_date", "fact_payment"], revenue_by_month: ["fact_sales_order"] },
    });
    const asOf = "2026-11-20T10:00:00.000Z";
    expect(headline(behind(asOf), "Owed to us, late")).to.include({ value: "5", asOf });
    expect(headline(behind(null), "Owed to us, late")).to.include({ asOf: null });
    expect(headline(behind(asOf), "Revenue, Oct 2026")).to.not.have.property("asOf");
  });

  it("are question marks for what may only not have arrived, and never say that nothing is late", () => {
    const tables = ["fact_payment", "fact_sales_order"];
    const reads = { outstanding_payments: ["fact_payment"], revenue_by_month: ["fact_sales_order"] };
    const asOf = "2026-11-20T10:00:00.000Z";
    const of = <T>(value: T): Record<string, T> => Object.fromEntries(tables.map((table) => [table, value]));
    const gaps: readonly (readonly [Partial<Report>, RegExp])[] = [
      [{ behind: of({ asOf, since: asOf, reason: "" }) }, /^not known since 20 Nov 2026, 10:00 UTC$/],
      [{ behind: of({ asOf: null, since: null, reason: "" }) }, /^not known, because \w+ never got all rows/],
      [{ lacking: of({ rejected: 1, waiting: 0 }) }, /^not known, because rows of \w+ are missing$/],
    ];
    const unknown = "not known";
    const dollars = { ...late("5.00"), currency_code: "USD" };
    const cases: readonly (readonly [rows: Report["rows"], overview: readonly string[][] | undefined])[] = [
      [{ revenue_by_month: [], outstanding_payments: [] }, undefined],
      [
        { revenue_by_month: [sales("2026-08-01", "10.00")], outstanding_payments: [dollars] },
        [
          ["GBP", "1", "10.00", unknown, unknown, unknown, unknown, unknown],
          ["USD", unknown, unknown, unknown, unknown, unknown, "5.00", unknown],
        ],
      ],
    ];
    for (const [rows, overview] of cases) {
      for (const [gap, expected] of gaps) {
        const report = { ...reportOf(CAPTURED, rows), reads, ...gap };
        const questioned = headlinesOf(report, declared, GBP).filter(({ value }) => value === "?");
        expect(questioned.map(({ title }) => title)).to.include.members(["Owed to us, late", "We owe, late"]);
        for (const { detail, good } of questioned) {
          expect(detail).to.match(expected);
          expect(good).to.equal(false);
        }
        const said = JSON.stringify(headlinesOf(report, declared, GBP));
        expect(said).to.not.match(/\bno(ne)?\b|"value":"[0–]"/i);
        expect(overviewOf(report)?.table.rows).to.deep.equal(overview);
      }
    }
  });

  it("are not compared with a month that may only not have arrived", () => {
    const august = soldIn("2026-08");
    const reads = { revenue_by_month: ["fact_sales_order"] };
    const lacking = { fact_sales_order: { rejected: 1, waiting: 0 } };
    for (const title of ["Revenue, Aug 2026", "Orders, Aug 2026"]) {
      expect(headline(august, title)).to.include({ detail: "none in Jul 2026" });
      const shown = headline({ ...august, reads, lacking }, title);
      expect(shown).to.include({ detail: "not known for Jul 2026" });
      expect(shown).to.not.have.any.keys("good", "detailOverGap");
    }
  });

  it("keep all digits of a shortened amount", () => {
    const report = sold(sales("2026-10-01", "2120000000.25"));
    expect(headline(report, "Revenue, Oct 2026")).to.include({ value: "2.12 bn", exact: "2,120,000,000.25" });
  });
});

const sales1 = sales("2026-10-01", "10.00");
