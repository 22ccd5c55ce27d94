import { readFile } from "node:fs/promises";
import { expect } from "chai";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { report as declared } from "../../../../domain/shop/report/report";
import { idOf, type Chart, type Filter } from "../../../../domain/report/question";
import { amountText } from "../../../../domain/report/amounts";
import { dayText, monthOf, monthText } from "../../../../domain/report/months";
import { currenciesOf, firstFilter, periodsOf } from "../../../../domain/report/filters";
import {
  accessibilityProblems,
  openPage,
  startBrowser,
  type WatchedPage,
} from "../../../support/report/browser";
import { overMiddle, reportFile, type ReportFile } from "../../../support/report/report-page";

const { questions } = declared;

/** With MARBLE_WRITE_DOCS=1 the test takes the pictures for the docs from the demo's shop. */
const WRITES_DOCS = process.env["MARBLE_WRITE_DOCS"] === "1";

/** The scale of a shop with a history of four months, so that its report shows twelve months at first, not all. */
const FOUR_MONTHS = 0.15;

const PHONE: BrowserContextOptions = { viewport: { width: 375, height: 740 } };
const DARK: BrowserContextOptions = { colorScheme: "dark" };

describe("The report in a browser", function () {
  this.timeout(60_000);
  let browser: Browser;
  let shop: ReportFile;
  let opened: WatchedPage;
  /** Empty where the tests are skipped. */
  const closing: (() => Promise<void>)[] = [];

  before(async function () {
    browser = await startBrowser(this);
    closing.push(() => browser.close());
    shop = await reportFile({ scale: WRITES_DOCS ? 1 : FOUR_MONTHS, hostile: false });
    closing.push(() => shop.close());
    opened = await openPage(browser);
    await opened.page.goto(shop.url);
  });
  after(async () => {
    for (const close of closing) await close();
  });
  /** In every test the page logs nothing to the console and makes no request. */
  afterEach(() => expect(opened.problems).to.deep.equal([]));

  const choose = async ({ currency, since }: Filter): Promise<void> => {
    await opened.page.selectOption("#currency", currency);
    await opened.page.selectOption("#since", since);
  };
  const cellsOf = async (mart: string): Promise<string[][]> =>
    opened.page.evaluate(
      `[...document.querySelectorAll("#${mart} tbody tr")].map((row) => [...row.cells].map((cell) => cell.textContent))`,
    );

  it("shows its freshness and its commit", async () => {
    const [ledger] = await shop.warehouse.query<{ commit: string; at: string }>(
      "SELECT commit::text, captured_at::text AS at FROM marble_ledger ORDER BY marble_ledger.commit DESC LIMIT 1",
    );
    const fresh = await opened.page.innerText(".fresh");
    expect(fresh)
      .to.include(`commit ${ledger!.commit} `)
      .and.match(/\(\d+ minutes? ago\)/);
    const captured = await opened.page.getAttribute("#captured", "datetime");
    expect(captured).to.equal(new Date(ledger!.at).toISOString());
  });

  it("draws every chart true to the numbers in every currency and period", async () => {
    for (const currency of currenciesOf(shop.data, declared)) {
      for (const { value: since } of periodsOf(shop.data, declared)) {
        await choose({ currency, since });
        for (const question of questions) {
          const mart = idOf(question);
          const { chart } = question.view(shop.data.rows[mart]!, { currency, since });
          const drawn = await opened.page.locator(`#${mart} .chart svg`).count();
          expect(drawn, mart).to.equal(chart === undefined ? 0 : 1);
          if (chart !== undefined) await expectDrawn(mart, chart);
        }
      }
    }
  });

  /** Lengths of bars and heights of points match their values to half a pixel. */
  async function expectDrawn(mart: string, chart: Chart): Promise<void> {
    const pixels: number[] = [];
    const values: number[] = [];
    for (const [index, series] of chart.series.entries()) {
      const size = chart.kind === "bars" ? "width" : "height";
      const found: number[] =
        chart.kind === "lines"
          ? await opened.page.evaluate(
              `[...document.querySelectorAll("#${mart} svg path[fill=none][stroke='var(--series-${index + 1})']")]
                 .filter((path) => Number(path.getAttribute("stroke-width")) === 2.5)
                 .flatMap((path) => [...path.getAttribute("d").matchAll(/[ML]?(-?[\\d.]+)[ ,](-?[\\d.]+)/g)].map((pair) => -Number(pair[2])))`,
            )
          : await opened.page.evaluate(
              `[...document.querySelectorAll("#${mart} svg path[fill='var(--series-${index + 1})']")]
                 .map((path) => path.getBBox()).filter(({ width, height }) => width !== 12 || height !== 12).map(({ ${size} }) => ${size})`,
            );
      const expected = series.values.filter((value) => value !== null);
      if (chart.kind !== "lines") {
        pixels.push(...found.filter((size) => size > 0.5));
        values.push(...expected.filter((value) => value > 0));
      } else if (found.length === expected.length) {
        pixels.push(...found);
        values.push(...expected);
      }
    }
    const what = `${mart}: ${pixels.join(" ")} for ${values.join(" ")}`;
    expect(pixels.length, what).to.be.greaterThan(0);
    if (chart.kind === "lines") {
      expectLinear(pixels, values, what);
      return;
    }
    const scale = Math.max(...pixels) / Math.max(...values);
    const visible = values.filter((value) => value * scale > 0.5);
    expect(pixels, what).to.have.lengthOf(visible.length);
    visible.forEach((value, place) => expect(pixels[place], what).to.be.closeTo(value * scale, 1));
  }

  function expectLinear(pixels: readonly number[], values: readonly number[], what: string): void {
    const [low, high] = [values.indexOf(Math.min(...values)), values.indexOf(Math.max(...values))];
    const slope = (pixels[high]! - pixels[low]!) / (values[high]! - values[low]! || 1);
    values.forEach((value, place) =>
      expect(pixels[place], what).to.be.closeTo(pixels[low]! + (value - values[low]!) * slope, 1),
    );
  }

  it("lists the numbers of the marts below each chart under each filter", async () => {
    for (const currency of currenciesOf(shop.data, declared)) {
      const { value: since } = periodsOf(shop.data, declared)[0]!;
      await choose({ currency, since });
      const months = await shop.warehouse.query<{ orders: string; revenue: string }>(
        `SELECT orders::text, revenue::text FROM marts.revenue_by_month
          WHERE currency_code = $1 AND month >= $2 ORDER BY month DESC`,
        [currency, since],
      );
      expect(
        (await cellsOf("revenue_by_month")).map(([, orders, , revenue]) => [orders, revenue]),
      ).to.deep.equal(months.map(({ orders, revenue }) => [orders, amountText(revenue)]));
      const designs = await shop.warehouse.query<{ name: string; revenue: string }>(
        `SELECT design_name || CASE WHEN count(*) OVER (PARTITION BY design_name) > 1 THEN ' #' || design_id ELSE '' END AS name,
                revenue::text
           FROM (SELECT * FROM marts.best_designs WHERE currency_code = $1
                  ORDER BY revenue DESC, design_id LIMIT 10) AS best
          ORDER BY best.revenue DESC, design_id`,
        [currency],
      );
      expect((await cellsOf("best_designs")).map(([name, , , revenue]) => [name, revenue])).to.deep.equal(
        designs.map(({ name, revenue }) => [name, amountText(revenue)]),
      );
      const [departments] = await shop.warehouse.query<{ n: string }>(
        "SELECT count(DISTINCT department_name)::text AS n FROM marts.department_performance WHERE currency_code = $1 AND month >= $2",
        [currency, since],
      );
      expect(await cellsOf("department_performance")).to.have.lengthOf(Number(departments!.n));
      expect(await opened.page.innerText("#headlines")).to.include(currency);
    }
  });

  it("marks the running month in headlines, sentence, chart and table, and compares it with no other", async () => {
    const running = `${monthText(monthOf(shop.data.capturedAt))} so far`;
    const sold = shop.data.rows["revenue_by_month"]!.find(
      ({ month }) => month === monthOf(shop.data.capturedAt),
    );
    await choose({ currency: sold!["currency_code"]!, since: "" });
    const headlines = await opened.page.locator(".headline").allInnerTexts();
    const marked = headlines.filter((text) => text.includes(running));
    expect(marked).to.have.lengthOf(1);
    expect(marked[0]).to.not.include("%");
    expect((await cellsOf("revenue_by_month"))[0]![0]).to.equal(running);
    expect(await opened.page.locator("#revenue_by_month svg").textContent()).to.include(running);
    const [newest] = await shop.warehouse.query<{ day: string }>(
      "SELECT max(last_ordered_on)::text AS day FROM marts.best_designs",
    );
    expect(await opened.page.innerText("#newest")).to.equal(`Newest sales order: ${dayText(newest!.day)}`);
  });

  it("shows a value when the mouse is over it", async () => {
    const { currency } = firstFilter(shop.data, declared);
    await choose({ currency, since: "" });
    await overMiddle(opened.page, "best_designs", 30);
    const [name = "", , , revenue = ""] = (await cellsOf("best_designs"))[0]!;
    const tip = opened.page.locator("#best_designs .chart > div").last();
    await tip.filter({ hasText: "Revenue" }).waitFor();
    const text = (await tip.innerText()).replaceAll(/\s+/g, " ");
    expect(text)
      .to.include(name.replaceAll(/\s+/g, " "))
      .and.include(revenue.replace(/\.?0+$/, ""));
  });

  it("works with the keyboard and announces the effect of a choice", async () => {
    const { page } = opened;
    await choose(firstFilter(shop.data, declared));
    await page.locator("body").press("Tab");
    await page.locator("#currency").focus();
    await page.keyboard.press("ArrowDown");
    const second = currenciesOf(shop.data, declared)[1]!;
    expect(await page.inputValue("#currency")).to.equal(second);
    expect(await page.textContent("#status")).to.equal(`Showing ${second}, last 12 months.`);
    await page.locator("#best_designs summary").focus();
    await page.keyboard.press("Enter");
    expect(await page.locator("#best_designs table").isVisible()).to.equal(true);
  });

  for (const [name, picture, options] of [
    ["light", "report", {}],
    ["dark", "report-dark", DARK],
    ["on a phone", "report-phone", PHONE],
  ] as const) {
    it(`fits the screen without faults for axe ${name}`, async () => {
      const { page, problems } = await openPage(browser, options);
      await page.goto(shop.url);
      if (WRITES_DOCS) await page.screenshot({ path: `docs/images/${picture}.png` });
      await page.evaluate(
        "document.querySelectorAll('details').forEach((details) => { details.open = true; })",
      );
      expect(await accessibilityProblems(page)).to.deep.equal([]);
      expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).to.equal(true);
      expect(problems).to.deep.equal([]);
      await page.context().close();
    });
  }

  it("sorts a table by the clicked column, numbers by value, and shows the direction", async () => {
    const { page } = opened;
    await choose({ ...firstFilter(shop.data, declared), since: "" });
    await page.evaluate("document.querySelector('#revenue_by_month details').open = true");
    const head = page.locator("#revenue_by_month thead th").nth(3);
    const revenues = async (): Promise<number[]> =>
      (await cellsOf("revenue_by_month")).map((cells) => Number(cells[3]!.replaceAll(",", "")));
    const sorted = [...(await revenues())].sort((a, b) => a - b);
    await head.getByRole("button").click();
    expect(await head.getAttribute("aria-sort")).to.equal("descending");
    expect(await revenues()).to.deep.equal([...sorted].reverse());
    await head.getByRole("button").click();
    expect(await head.getAttribute("aria-sort")).to.equal("ascending");
    expect(await revenues()).to.deep.equal(sorted);
  });

  it("saves each table as CSV with all rows", async () => {
    const { page } = opened;
    const { currency } = firstFilter(shop.data, declared);
    await choose({ currency, since: "" });
    await page.evaluate("document.querySelector('#best_designs details').open = true");
    const saving = page.waitForEvent("download");
    await page.getByRole("link", { name: "Save as CSV: Which designs" }).click();
    const saved = await saving;
    expect(saved.suggestedFilename()).to.equal(`best_designs-${currency}.csv`);
    const text = await readFile(await saved.path(), "utf8");
    const rows = await cellsOf("best_designs");
    expect(rows).to.not.be.empty;
    expect(text.replace("\ufeff", "").trimEnd().split("\r\n")).to.have.lengthOf(rows.length + 1);
    expect(await page.locator(".csv").count()).to.equal(questions.length);
  });

  it("prints figures and tables at full width", async () => {
    const { page } = await openPage(browser, { viewport: { width: 1280, height: 800 } });
    await page.goto(shop.url);
    await page.emulateMedia({ media: "print" });
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    const widths = await page.evaluate<
      readonly { section: number; figure: number | null; table: number | null }[]
    >(
      `[...document.querySelectorAll(".question")].map((section) => {
         const width = (element) => element === null ? null : element.getBoundingClientRect().width;
         return { section: width(section), figure: width(section.querySelector(".chart svg")), table: width(section.querySelector("table")) };
       })`,
    );
    for (const { section, figure, table } of widths) {
      expect(section).to.be.above(1200);
      if (figure !== null) expect(figure).to.be.above(section * 0.9);
      if (table !== null) expect(table).to.be.above(section * 0.9);
    }
    await page.evaluate("dispatchEvent(new Event('afterprint'))");
    expect(await page.locator("details[open]").count()).to.equal(0);
    await page.context().close();
  });

  it("draws no NaN while hidden and draws the charts when shown", async () => {
    const { page, problems } = await openPage(browser);
    await page.goto(shop.url);
    await page.evaluate(
      "document.documentElement.style.display = 'none'; dispatchEvent(new Event('resize'))",
    );
    await page.evaluate("document.querySelector('#since').dispatchEvent(new Event('change'))");
    expect(await page.locator("main").innerHTML()).to.not.include("NaN");
    await page.evaluate("document.documentElement.style.display = ''; dispatchEvent(new Event('resize'))");
    expect(await page.locator(".question .chart svg").count()).to.be.greaterThan(6);
    expect(await page.locator("main").innerHTML()).to.not.include("NaN");
    expect(problems).to.deep.equal([]);
    await page.context().close();
  });

  it("shows its first filter without JavaScript and on paper", async () => {
    const still = await openPage(browser, { javaScriptEnabled: false });
    await still.page.goto(shop.url);
    expect(await still.page.locator(".question .chart svg").count()).to.be.greaterThan(6);
    expect(await still.page.locator("#filters").isVisible()).to.equal(false);
    expect(await still.page.innerText("#headlines")).to.equal(await firstHeadlines());
    await still.page.context().close();

    const { page } = await openPage(browser, { colorScheme: "dark" });
    await page.goto(shop.url);
    await page.emulateMedia({ media: "print" });
    const color = "getComputedStyle(document.body).backgroundColor";
    expect(await page.evaluate(color)).to.equal("rgb(255, 255, 255)");
    await page.context().close();
  });

  async function firstHeadlines(): Promise<string> {
    await choose(firstFilter(shop.data, declared));
    return opened.page.innerText("#headlines");
  }
});
