import { expect } from "chai";
import type { ReportDeclaration } from "../../../../domain/report/declaration";
import { reportPage } from "../../../../domain/report/page/page";
import type { Report } from "../../../../domain/report/report";
import { library, plainLibrary } from "../../../support/report/library";
import { reportOf } from "../../../support/report/reports";

const CAPTURED = "2026-11-25T07:31:00.000Z";
const SCRIPT = { code: "", sha256: "", chartSvg: () => "<svg></svg>" };

const rows: Report["rows"] = {
  loans_by_month: [
    { month: "2026-10-01", loans: "12" },
    { month: "2026-11-01", loans: "3" },
  ],
  newest_loan: [{ day: "2026-11-24" }],
};

/** The visible text of the page, without script and style. */
const textOf = (report: Report, declared: ReportDeclaration): string =>
  reportPage(report, declared, SCRIPT)
    .replaceAll(/<(script|style)\b.*?<\/\1>/gs, "")
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll(/\s+/g, " ");

const lent = (found: Partial<Report["rows"]> = {}): Report =>
  reportOf(CAPTURED, { ...rows, ...found } as Report["rows"]);

describe("The report of another model", () => {
  it("has the words of its declaration and none of the shop", () => {
    const text = textOf(lent(), library);
    for (const part of [
      "Newest loan: 24 Nov 2026",
      "How many books do we lend each month? 15 loans.",
      "Nov 2026 so far",
      "How is each branch?",
      "Period Last 6 months",
      "A book is lent when it leaves the building.",
    ])
      expect(text).to.include(part);
    expect(text).to.not.match(/order|sales|sell|revenue|currenc|money|late\b|owe|customer|purchase|staff/i);
  });

  it("has no filter for currencies if no row has one", () => {
    const page = reportPage(lent(), library, SCRIPT);
    expect(page).to.include('<select id="since">').and.not.include('<select id="currency">');
  });

  it("gives the section of a wide question the full width", () => {
    expect(reportPage(lent(), library, SCRIPT)).to.include('class="question wide" id="loans_by_month"');
  });

  it("shows no number of a mart that could not be read", () => {
    const text = textOf(lent({ loans_by_month: null, newest_loan: null }), library);
    expect(text).to.include("Loans ?not known: the mart loans_by_month could not be read");
    expect(text).to.include("Newest loan: not known, because the mart loans_by_month could not be read");
    expect(text).to.include("Not known: the mart loans_by_month could not be read.");
    expect(text).to.not.match(/\bnone\b|0 loans|as we counted|How is each branch/);
  });

  it("dates its headlines, overview, newest day and sections if a table is behind", () => {
    const asOf = "2026-11-20T10:00:00.000Z";
    const behind = { fact_loan: { asOf, since: asOf, reason: "loan is quarantined" } };
    const text = textOf({ ...lent(), behind, reads: { loans_by_month: ["fact_loan"] } }, library);
    expect(text).to.include("Some numbers on this page are older than that. These tables are behind:");
    expect(text).to.include("as we countedonly as of 20 Nov 2026, 10:00 UTC");
    expect(text).to.include(
      "Newest loan: 24 Nov 2026, as of 20 Nov 2026, 10:00 UTC: fact_loan is behind since then",
    );
    for (const title of ["How is each branch?", "How many books do we lend each month?"])
      expect(text).to.include(`${title} As of 20 Nov 2026, 10:00 UTC: fact_loan is behind since then.`);
  });

  it("does not date numbers that read no table that is behind", () => {
    const behind = { fact_fine: { asOf: null, since: null, reason: "fine is quarantined" } };
    const lacking = { fact_fine: { rejected: 1, waiting: 0 } };
    const reads = { loans_by_month: ["fact_loan"] };
    const text = textOf({ ...lent(), behind, lacking, reads }, library);
    expect(text).to.include("fact_fine shows the source as of never: fine is quarantined");
    expect(text).to.include("Some rows are missing from the warehouse:");
    expect(text).to.not.match(/on this page|only as of|incomplete/i);
  });
});

describe("The newest day of a report", () => {
  const newest = (found: Report["rows"][string], more: Partial<Report> = {}): string =>
    /Newest loan: .*?(?= ?Period| ?These| ?Some)/.exec(
      textOf({ ...lent({ newest_loan: found }), ...more }, library),
    )![0];
  const behind = (asOf: string | null): Partial<Report> => ({
    behind: { fact_loan: { asOf, since: asOf, reason: "loan is quarantined" } },
    reads: { loans_by_month: ["fact_loan"] },
  });

  it("is the day of the newest event", () => {
    expect(newest([{ day: "2026-11-24" }])).to.equal("Newest loan: 24 Nov 2026");
  });

  it('says "none" when the source has no event', () => {
    expect(newest([{ day: null }])).to.equal("Newest loan: none");
    expect(newest([])).to.equal("Newest loan: none");
  });

  it("is not called missing if its table is behind", () => {
    expect(newest([{ day: null }], behind(null))).to.equal(
      "Newest loan: not known, because fact_loan never got all rows of the source",
    );
    expect(newest([{ day: "2026-11-24" }], behind(null))).to.equal(
      "Newest loan: 24 Nov 2026. There may be a newer one: fact_loan never got all rows of the source",
    );
    expect(newest([{ day: null }], behind("2026-11-20T10:00:00.000Z"))).to.equal(
      "Newest loan: not known since 20 Nov 2026, 10:00 UTC",
    );
  });

  it("is called wrong if it is after the capture in every time zone", () => {
    expect(newest([{ day: "2026-11-26" }])).to.equal("Newest loan: 26 Nov 2026");
    expect(newest([{ day: "2026-11-27" }])).to.equal(
      "Newest loan: 27 Nov 2026 (after the capture, so this date is wrong)",
    );
  });
});

describe("The report without declared questions", () => {
  const total = "rows of the mart";

  it("shows each mart with its question, the meaning of a row and its rows", () => {
    const text = textOf(
      reportOf(CAPTURED, {
        loans_by_day: [
          { day: "2026-11-24", book_title: "Emma", loans: "1200", fees: "3.5", [total]: "2" },
          { day: "2026-11-23", book_title: null, loans: null, fees: "1.25", [total]: "2" },
        ],
        branches: [],
      }),
      plainLibrary,
    );
    expect(text).to.include(
      "Which books were lent each day? The mart loans_by_day has 2 rows. A row is a day and a book. Renewals do not count.",
    );
    expect(text)
      .to.match(/Day ?Book title ?Loans ?Fees/)
      .and.match(/2026-11-24 ?Emma ?1,200 ?3.50/);
    expect(text).to.match(/2026-11-23 ?–? ?–1.25/);
    expect(text).to.include("Which branches do we have? The mart branches has no rows.");
    expect(text).to.not.include("Filters").and.not.include("above");
  });

  it("says how many rows it does not show", () => {
    const [question] = plainLibrary.questions;
    const found = [{ day: "2026-11-24", book_title: "Emma", loans: "1", fees: "0", [total]: "1234" }];
    expect(question!.view(found, { currency: "", since: "" }).answer).to.equal(
      "The mart loans_by_day has 1,234 rows. The table has the first 1, ordered by day.",
    );
  });

  it("says so for a mart that could not be read, and for a model without marts", () => {
    const unread = textOf(reportOf(CAPTURED, { loans_by_day: null, branches: [] }), plainLibrary);
    expect(unread).to.include("Not known: the mart loans_by_day could not be read.");
    expect(textOf(reportOf(CAPTURED, {}), { questions: [] })).to.include("this report has no numbers");
  });
});
