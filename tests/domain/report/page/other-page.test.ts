import { expect } from "chai";
import type { Browser } from "playwright-core";
import type { ReportDeclaration } from "../../../../domain/report/declaration";
import type { Report } from "../../../../domain/report/report";
import {
  accessibilityProblems,
  openPage,
  startBrowser,
  type WatchedPage,
} from "../../../support/report/browser";
import { library, plainLibrary } from "../../../support/report/library";
import { otherPage } from "../../../support/report/other-page";
import { reportOf } from "../../../support/report/reports";

const CAPTURED = "2026-11-25T07:31:00.000Z";

describe("The report of another model in a browser", function () {
  this.timeout(60_000);
  let browser: Browser | undefined;

  before(async function () {
    browser = await startBrowser(this);
  });
  after(() => browser?.close());

  const withPage = async (
    report: Report,
    declared: { readonly name: string; readonly declared: ReportDeclaration },
    check: (opened: WatchedPage) => Promise<void>,
  ): Promise<void> => {
    const file = await otherPage(report, declared);
    const opened = await openPage(browser!);
    try {
      await opened.page.goto(file.url);
      await check(opened);
      expect(await accessibilityProblems(opened.page)).to.deep.equal([]);
      expect(opened.problems).to.deep.equal([]);
    } finally {
      await opened.page.context().close();
      await file.close();
    }
  };

  it("follows the declared filter and draws the declared chart", async () => {
    const report = reportOf(CAPTURED, {
      loans_by_month: [
        { month: "2026-03-01", loans: "7" },
        { month: "2026-10-01", loans: "12" },
        { month: "2026-11-01", loans: "3" },
      ],
      newest_loan: [{ day: "2026-11-24" }],
    });
    await withPage(report, { name: "library", declared: library }, async ({ page }) => {
      expect(await page.innerText("#newest")).to.equal("Newest loan: 24 Nov 2026");
      expect(await page.innerText("#loans_by_month .answer")).to.equal("22 loans.");
      await page.selectOption("#since", { label: "Last 6 months" });
      expect(await page.innerText("#loans_by_month .answer")).to.equal("15 loans.");
      expect(await page.textContent("#status")).to.equal("Showing last 6 months.");
      expect(await page.locator("#loans_by_month .chart svg").count()).to.equal(1);
      expect(await page.getAttribute("#loans_by_month .csv", "download")).to.equal(
        "loans_by_month-since-2026-06.csv",
      );
    });
  });

  it("sorts and saves the tables of a report without declared questions, and has no filters", async () => {
    const total = { "rows of the mart": "2" };
    const report = reportOf(CAPTURED, {
      loans_by_day: [
        { day: "2026-11-24", book_title: "Emma", loans: "3", fees: "0.50", ...total },
        { day: "2026-11-23", book_title: "Persuasion", loans: "12", fees: null, ...total },
      ],
      branches: null,
    });
    await withPage(report, { name: "plainLibrary", declared: plainLibrary }, async ({ page }) => {
      expect(await page.locator("#filters, #headlines, #newest").count()).to.equal(0);
      await page.evaluate("document.querySelector('#loans_by_day details').open = true");
      await page.locator("#loans_by_day thead th").nth(2).getByRole("button").click();
      expect(await page.innerText("#loans_by_day tbody tr:first-child th")).to.equal("2026-11-23");
      expect(await page.getAttribute("#loans_by_day .csv", "download")).to.equal("loans_by_day.csv");
      expect(await page.innerText("#branches")).to.include("Not known: the mart branches could not be read.");
    });
  });
});
