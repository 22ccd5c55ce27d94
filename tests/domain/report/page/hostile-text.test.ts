import { expect } from "chai";
import type { Browser } from "playwright-core";
import { openPage, startBrowser } from "../../../support/report/browser";
import { HOSTILE, overMiddle, reportFile, type ReportFile } from "../../../support/report/report-page";

describe("The report of a shop with hostile text", function () {
  this.timeout(60_000);
  let browser: Browser;
  let hostile: ReportFile;
  /** Empty where the tests are skipped. */
  const closing: (() => Promise<void>)[] = [];
  before(async function () {
    browser = await startBrowser(this);
    closing.push(() => browser.close());
    hostile = await reportFile({ scale: 0.02, hostile: true });
    closing.push(() => hostile.close());
  });
  after(async () => {
    for (const close of closing) await close();
  });

  it("shows it as text, in tables, sentences, charts and tooltips", async () => {
    const { page, problems } = await openPage(browser);
    await page.goto(hostile.url);
    for (const text of HOSTILE) expect(await page.textContent("main")).to.include(text);
    for (const mart of ["counterparty_value", "best_designs"]) {
      await overMiddle(page, mart, 60);
      await page
        .locator(`#${mart} .chart > div`)
        .last()
        .filter({ hasText: /Revenue|Sales/ })
        .waitFor();
    }
    await page.selectOption("#since", "");
    expect(await page.evaluate("window.harmed === undefined")).to.equal(true);
    expect(await page.locator("img, svg[onload], script").count(), "data, and the script").to.equal(2);
    expect(problems).to.deep.equal([]);
  });
});
