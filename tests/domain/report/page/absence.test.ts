import { expect } from "chai";
import { integer } from "../../../../domain/marts/column";
import { absenceText, gapOf } from "../../../../domain/report/page/absence";
import { plainReport } from "../../../../domain/report/plain";
import type { View } from "../../../../domain/report/question";
import { tableCsv } from "../../../../domain/report/table";
import { sectionParts } from "../../../../domain/report/page/section";
import type { Report } from "../../../../domain/report/report";
import { library, plainLibrary } from "../../../support/report/library";
import { reportOf } from "../../../support/report/reports";

const CAPTURED = "2026-11-25T07:31:00.000Z";
const OLD = "2026-11-20T10:00:00.000Z";
const OLDER = "2026-11-19T10:00:00.000Z";
const behind = (asOf: string | null) => ({ asOf, since: asOf, reason: "it is quarantined" });
const reads = { loans_by_day: ["fact_loan", "dim_book"], branches: ["dim_branch"] };

const NUMBERS: View = {
  answer: "12 loans in 3 months.",
  chart: { kind: "columns", categories: [], series: [{ name: "Loans", values: [12, 0] }], unit: "loans" },
  table: {
    columns: [{ title: "Book 0?" }, { title: "Loans", isNumber: true }, { title: "Fees", isNumber: true }],
    rows: [
      ["?", "12", "0.50"],
      ["0", "0", "0.00"],
      ["1984", "–", "±0 %"],
    ],
  },
};

/** The section of a question with these numbers. */
const sectionOf = (found: Partial<Report>) => {
  const question = { mart: "loans_by_day", title: "Loans?", sql: () => "", view: () => NUMBERS };
  return sectionParts({ ...reportOf(CAPTURED, {}), reads, ...found }, question, { currency: "", since: "" });
};

describe("A zero in the numbers of a section", () => {
  for (const [what, found, why] of [
    ["is behind", { behind: { fact_loan: behind(OLD) } }, "not known since 20 Nov 2026, 10:00 UTC"],
    [
      "never got all rows",
      { behind: { dim_book: behind(null) } },
      "not known, because dim_book never got all rows of the source",
    ],
    [
      "lacks rows",
      { lacking: { fact_loan: { rejected: 1, waiting: 0 } } },
      "not known, because rows of fact_loan are missing",
    ],
  ] as const)
    it(`is not known when a table of the section ${what}`, () => {
      const { view, table } = sectionOf(found);
      expect(view.table.rows).to.deep.equal([
        ["?", "12", "0.50"],
        ["0", "?", "?"],
        ["1984", "?", "±0 %"],
      ]);
      expect(view.chart?.series[0]?.values).to.deep.equal([12, null]);
      expect(tableCsv(view.table)).to.include("1984,,0\r\n");
      expect(table.text).to.include(`? is a number that would be 0 or missing. It is ${why}.`);
      const cell = `<span aria-hidden="true" title="${why}">?</span><span class="only-read">not known</span>`;
      expect(table.text.split(cell)).to.have.length(4);
      expect(table.text, "the first column holds texts").to.include('<th scope="row">?</th>');
    });

  it("is a number when all tables of the section are current", () => {
    const { view, table } = sectionOf({ behind: { dim_branch: behind(OLD) } });
    expect(view).to.deep.equal(NUMBERS);
    expect(table.text).to.include('<td class="number">0.00</td>').and.not.include("not known");
  });

  it("is known in the first column, and where it is declared as known", () => {
    const numbers: View = {
      answer: "Loans by hour.",
      chart: {
        kind: "lines",
        categories: ["0", "1"],
        series: [
          { name: "Days", values: [0, 2], zeroIsKnown: true },
          { name: "Loans", values: [0, 2] },
        ],
        unit: "days",
      },
      table: {
        columns: [
          { title: "Hour", isNumber: true },
          { title: "Book", isNumber: true, zeroIsKnown: true },
          { title: "Loans", isNumber: true },
        ],
        rows: [
          ["0", "0", "0"],
          ["–", "–", "–"],
        ],
      },
    };
    const question = { mart: "loans_by_day", title: "Loans?", sql: () => "", view: () => numbers };
    const report = { ...reportOf(CAPTURED, {}), reads, behind: { fact_loan: behind(OLD) } };
    const { view } = sectionParts(report, question, { currency: "", since: "" });
    expect(view.table.rows).to.deep.equal([
      ["0", "0", "?"],
      ["–", "?", "?"],
    ]);
    expect(tableCsv(view.table)).to.include("0,0,\r\n");
    expect(view.chart?.series.map(({ values }) => values)).to.deep.equal([
      [0, 2],
      [null, 2],
    ]);
  });

  it("is known in a report without declared questions as the marts declare it", () => {
    const columns = {
      hour: integer("hour of the day"),
      book_id: integer("key in dim_book", { zeroIsKnown: true }),
      loans: integer("number of loans"),
    };
    const mart = { name: "loans_by_hour", question: "When?", row: "an hour", columns, sql: "", example: "" };
    const [question] = plainReport([mart]).questions;
    const rows = { loans_by_hour: [{ hour: "0", book_id: "0", loans: "0", "rows of the mart": "1" }] };
    const more = { reads: { loans_by_hour: ["fact_loan"] }, behind: { fact_loan: behind(OLD) } };
    const report = { ...reportOf(CAPTURED, rows), ...more };
    const { view } = sectionParts(report, question!, { currency: "", since: "" });
    expect(view.table.rows).to.deep.equal([["0", "0", "?"]]);
  });

  it("explains nothing if every number is known", () => {
    const question = { mart: "loans_by_day", title: "Loans?", sql: () => "", view: () => withoutZeros };
    const withoutZeros = { ...NUMBERS, table: { ...NUMBERS.table, rows: [["?", "12", "0.50"]] } };
    const report = { ...reportOf(CAPTURED, {}), reads, behind: { fact_loan: behind(OLD) } };
    expect(sectionParts(report, question, { currency: "", since: "" }).table.text).to.not.include(
      "would be 0",
    );
  });
});

describe("A sentence that something does not exist", () => {
  const cases: readonly (readonly [what: string, found: Partial<Report>, text: string])[] = [
    ["is said when all tables are current", {}, "No book is late."],
    [
      "is said when only other tables are behind",
      { behind: { dim_branch: behind(null) }, lacking: { dim_branch: { rejected: 1, waiting: 0 } } },
      "No book is late.",
    ],
    [
      "is about the past when a table is behind",
      { behind: { fact_loan: behind(OLD) } },
      "Not known since 20 Nov 2026, 10:00 UTC. Until then: No book is late.",
    ],
    [
      "is about the time of the oldest table",
      { behind: { fact_loan: behind(OLD), dim_book: behind(OLDER) } },
      "Not known since 19 Nov 2026, 10:00 UTC. Until then: No book is late.",
    ],
    [
      "is not said when a table never got all rows",
      { behind: { fact_loan: behind(OLD), dim_book: behind(null) } },
      "Not known, because dim_book never got all rows of the source.",
    ],
    [
      "is about the rows that arrived when others are missing",
      { lacking: { fact_loan: { rejected: 0, waiting: 2 } } },
      "Not known, because rows of fact_loan are missing. According to the rows that arrived: No book is late.",
    ],
  ];
  for (const [what, found, text] of cases)
    it(what, () => {
      const report = { ...reportOf(CAPTURED, {}), reads, ...found };
      expect(absenceText("No book is late.", gapOf(report, "loans_by_day"))).to.equal(text);
    });

  it("is recognised in a report without declared questions", () => {
    const [question] = plainLibrary.questions;
    const report = { ...reportOf(CAPTURED, {}), reads, behind: { fact_loan: behind(OLD) } };
    const { view, table } = sectionParts(report, question!, { currency: "", since: "" });
    expect(view.answer).to.equal(
      "Not known since 20 Nov 2026, 10:00 UTC. Until then: The mart loans_by_day has no rows.",
    );
    expect(table.text, "the answer has said the rest").to.equal(
      "<p>Not known since 20 Nov 2026, 10:00 UTC.</p>",
    );
    expect(
      sectionParts({ ...report, behind: {} }, question!, { currency: "", since: "" }).table.text,
    ).to.equal("<p>There are no rows.</p>");
  });

  it("is never a sentence with rows, which has its date next to it", () => {
    const [question] = library.questions;
    const rows = { loans_by_month: [{ month: "2026-10-01", loans: "12" }] };
    const report = {
      ...reportOf(CAPTURED, rows),
      reads: { loans_by_month: ["fact_loan"] },
      behind: { fact_loan: behind(OLD) },
    };
    expect(sectionParts(report, question!, { currency: "", since: "" }).view.answer).to.equal("12 loans.");
  });
});
