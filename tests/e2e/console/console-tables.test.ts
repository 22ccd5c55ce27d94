import { expect } from "chai";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { startConsole } from "../../../local/console/console";
import { eventHistory } from "../../../local/console/server/history";
import { withClient } from "../../../local/databases/postgres/client";
import { makeReport } from "../../../local/commands/business-report";
import { startPlatform, type Platform } from "../../../local/platform";
import { BROKEN, FALSE_WORDS, QUARANTINED, type Broken } from "./broken-tables";
import { latestReportOf } from "./watched-console";
import { stageOf } from "../../support/program/declared";
import { breakTable } from "../../support/postgres/broken-table";
import {
  accessibilityProblems,
  openPage,
  startBrowser,
  waitForTitle,
  type WatchedPage,
} from "../../support/report/browser";

const HOUR = 3_600_000;
const WINDOW = { width: 1280, height: 800 };

describe("The console does not call current what is not", function () {
  this.timeout(180_000);
  let browser: Browser;
  let platform: Platform;
  let watched: WatchedPage;
  let page: Page;
  let url: string;
  const stops: (() => Promise<void>)[] = [];
  const history = eventHistory();
  before(async function () {
    browser = await startBrowser(this);
    stops.push(() => browser.close());
    const lake = await mkdtemp(join(tmpdir(), "marble-console-tables-"));
    stops.push(() => rm(lake, { recursive: true, force: true }));
    platform = await startPlatform({ lake, progress: () => undefined, onEvent: history.onEvent });
    stops.push(() => platform.stop());
    const server = await startConsole(platform, { history, port: 0 });
    stops.push(() => server.close());
    watched = await openPage(browser, { viewport: WINDOW });
    page = watched.page;
    page.setDefaultTimeout(30_000);
    url = server.url;
    await page.goto(url);
    await runAll();
    await badge(/^✔ fresh as of \d{4}-/).waitFor();
  });
  after(async () => {
    // Without a browser, nothing was started.
    for (const stop of stops.reverse()) await stop();
  });
  afterEach(() => expect(watched.problems, "something goes wrong in the browser").to.deep.equal([]));

  const sql = (statement: string) =>
    withClient(platform.source.ownerUrl ?? "", (client) => client.query(statement));
  const query = async <T>(statement: string, values: unknown[] = []): Promise<T[]> =>
    withClient(
      platform.source.ownerUrl ?? "",
      async (client) => (await client.query(statement, values)).rows as T[],
    );
  const badge = (name: RegExp) => page.getByRole("banner").getByRole("link", { name });
  const wrong = () => page.getByRole("region", { name: "What is wrong" });
  const goTo = (name: string) =>
    page.getByRole("navigation").getByRole("link", { name, exact: true }).click();
  const runAll = async (): Promise<void> => {
    for (const stage of ["ingest", "process", "load"] as const) {
      await platform.cloud.invoke(stage);
      await platform.cloud.settled();
    }
  };
  /** The text of the current report, in a separate page. */
  const reported = async (): Promise<string> => {
    const report = await makeReport(platform);
    const { page: paper, problems } = await openPage(browser, { viewport: WINDOW });
    try {
      await paper.goto(pathToFileURL(report ?? "").href);
      expect(problems).to.deep.equal([]);
      return await paper.locator("body").innerText();
    } finally {
      await paper.context().close();
    }
  };
  /** No report can be made, so people open the last one, hours later. It shows its age. */
  const expectOldReport = async (): Promise<void> => {
    const { page: paper, problems } = await openPage(browser, { viewport: WINDOW });
    try {
      await paper.clock.install({ time: Date.now() + 3 * HOUR });
      await paper.goto(latestReportOf(platform));
      expect(await paper.innerText("#age")).to.equal(" (3 hours ago)");
      expect(FALSE_WORDS.exec(await paper.locator("body").innerText())?.[0]).to.equal(undefined);
      expect(problems).to.deep.equal([]);
    } finally {
      await paper.context().close();
    }
  };
  /** Expects the words to be visible in the opened console, without a click and without scrolling. */
  const expectAtFirstSight = async (...words: readonly RegExp[]): Promise<void> => {
    const { page: opened } = await openPage(browser, { viewport: WINDOW });
    try {
      await opened.goto(url);
      const list = opened.getByRole("region", { name: "What is wrong" });
      await list.waitFor();
      const seen: string[] = [];
      for (const entry of await list.getByRole("listitem").all()) {
        const box = await entry.boundingBox();
        if (box !== null && box.y >= 0 && box.y + box.height <= WINDOW.height)
          seen.push(await entry.innerText());
      }
      for (const one of words) expect(seen.join("\n"), "in view without a click or scrolling").to.match(one);
    } finally {
      await opened.context().close();
    }
  };
  /** The whole visible text of the page. */
  const text = async (): Promise<string> => {
    await page.waitForLoadState("networkidle");
    return page.locator("body").innerText();
  };

  /** No page says something false, not even in the text of the picture. */
  const expectNothingFalse = async (): Promise<void> => {
    for (const name of ["Pipeline", "Tables", "Rejected rows"]) {
      await goTo(name);
      const picture = page.getByRole("img", { name: /PostgreSQL/ });
      const label = name === "Pipeline" ? await picture.getAttribute("aria-label") : "";
      const all = [await text(), label ?? "", await page.title()].join("\n");
      expect(FALSE_WORDS.exec(all)?.[0], name).to.equal(undefined);
    }
  };

  const itTells = ({ state, table, row: rowState, breaks, tells, reports, repairs }: Broken): void => {
    it(`with a table ${state}: what, why and what to do are in view on every page, and on its row`, async () => {
      await sql(breaks);
      await runAll();

      try {
        await goTo("Pipeline");
        await badge(/^✘ 1 table behind$/).waitFor();
        await expectAtFirstSight(...tells);
        // The picture is read out by its label.
        const label = await page.getByRole("img", { name: /PostgreSQL/ }).getAttribute("aria-label");
        const all = [await text(), label ?? "", await page.title()].join("\n");
        expect(FALSE_WORDS.exec(all)?.[0]).to.equal(undefined);
        await waitForTitle(page, /1 table behind/);

        await goTo("Logs");
        expect(await wrong().innerText()).to.match(tells[0] ?? /^$/);

        await badge(/^✘ 1 table behind$/).click();
        const row = page
          .getByRole("table", { name: "Tables of the source" })
          .getByRole("row", { name: new RegExp(`^${table} ✘ `) });
        await row.waitFor();
        expect(await row.innerText()).to.include(rowState);
        expect(FALSE_WORDS.exec(await text())?.[0]).to.equal(undefined);
        expect(await accessibilityProblems(page)).to.deep.equal([]);

        const report = await reported();
        if (reports === undefined) expect(report).to.not.include("These tables are behind");
        else expect(report).to.match(reports);
        expect(FALSE_WORDS.exec(report)?.[0]).to.equal(undefined);
      } finally {
        await sql(repairs);
        await runAll();
      }
      if (state === QUARANTINED.state) return;
      await badge(/^✔ fresh/).waitFor();
      await wrong().waitFor({ state: "detached" });
    });
  };

  for (const broken of BROKEN) itTells(broken);

  it("with a table that the source cannot read: what, why and what to do are in view, on the report too", async () => {
    const repair = await breakTable({ query }, "design");
    await sql("ALTER TABLE design ADD COLUMN more integer");
    try {
      await runAll();
      await goTo("Pipeline");
      await wrong().getByText("design cannot be captured").waitFor();
      await expectAtFirstSight(
        /design cannot be captured since/,
        /could not open file/,
        /Remove the cause in the source/,
      );
      expect(FALSE_WORDS.exec(await text())?.[0]).to.equal(undefined);
      const report = await reported();
      expect(report).to.match(/dim_design shows the source as of .*: design is failed/);
      expect(FALSE_WORDS.exec(report)?.[0]).to.equal(undefined);
    } finally {
      await repair();
      await runAll();
    }
  });

  it("with rows that wait and rows that were rejected: how many, and what to do", async () => {
    await sql(
      `INSERT INTO currency (currency_id, currency_code, last_updated) VALUES (90, 'XYZ', now());
       UPDATE sales_order SET currency_id = 90, last_updated = now() WHERE sales_order_id IN (SELECT sales_order_id FROM sales_order ORDER BY 1 LIMIT 2)`,
    );
    await runAll();
    await goTo("Pipeline");
    await wrong().getByText("2 rows wait").waitFor();
    await expectAtFirstSight(
      /2 rows wait in the warehouse .*correct the reference/,
      /Rejected, and missing since: 1 row of currency\..*Correct them in the source/,
    );
    await badge(/^✘ rows are missing/).waitFor();
    const label = await page.getByRole("img", { name: /PostgreSQL/ }).getAttribute("aria-label");
    expect(FALSE_WORDS.exec(`${await text()}\n${label ?? ""}`)?.[0]).to.equal(undefined);
    const report = await reported();
    expect(report).to.match(/fact_sales_order: 2 rows wait for a row of another table/);
    expect(report).to.match(/dim_currency: 1 row of its sources was rejected/);
    expect(report).to.match(/Incomplete: of fact_sales_order, 2 rows wait/);
    expect(FALSE_WORDS.exec(report)?.[0]).to.equal(undefined);
  });

  itTells(QUARANTINED);

  it("names the warehouse tables that a table in quarantine holds up, and no others", async () => {
    await goTo("Tables");
    const tables = page.getByRole("table", { name: "Tables of the warehouse" });
    await tables.getByRole("row", { name: /^fact_payment ✘ behind since/ }).waitFor();
    await tables.getByRole("row", { name: /^dim_staff ✔ current/ }).waitFor();
    const row = await tables.getByRole("row", { name: /^fact_payment/ }).innerText();
    expect(row).to.match(/payment is quarantined: /);
  });

  it("says on every page that the source is stopped, and that a stage fails", async () => {
    await platform.source.outage?.begin();
    await platform.cloud.invoke("ingest");
    await goTo("Rejected rows");
    await wrong().getByText("The source is stopped.").waitFor();
    await wrong()
      .getByText(/ingest fails since .*ECONNREFUSED/)
      .waitFor();
    await expectAtFirstSight(
      /The source is stopped\..*Bring it back/,
      /ingest fails since/,
      /the next run continues/,
    );
    await expectNothingFalse();
    expect(FALSE_WORDS.exec(await reported())?.[0]).to.equal(undefined);
    await platform.source.outage?.end();
    await runAll();
  });

  it("says on every page that process fails, why and what to do", async () => {
    const giveBack = platform.cloud.revoke(
      stageOf(platform.cloud.program, "process").roleArn,
      "s3:GetObject",
    );
    try {
      await sql("UPDATE staff SET first_name = 'Other' WHERE staff_id = 1");
      await platform.cloud.invoke("ingest");
      await platform.cloud.settled();
      await platform.cloud.invoke("process");
      await goTo("Tables");
      await wrong().getByText("process fails").waitFor();
      await expectAtFirstSight(/process fails since .*s3:GetObject/, /The next run|A person has to do/i);
      await expectNothingFalse();
      expect(FALSE_WORDS.exec(await reported())?.[0]).to.equal(undefined);
    } finally {
      giveBack();
      await runAll();
    }
    await wrong().getByText("process fails").waitFor({ state: "detached" });
  });

  it("says on every page that the warehouse cannot be asked", async () => {
    await reported();
    await goTo("Tables");
    await page.getByRole("row", { name: /^dim_staff ✔ current/ }).waitFor();
    await platform.warehouse.stop();
    await platform.cloud.invoke("load");
    expect((await platform.cloud.invoke("report")).ok, "no report can be made").to.equal(false);
    await goTo("Pipeline");
    await badge(/^✘ the warehouse cannot be asked$/).waitFor();
    await waitForTitle(page, /^✘ warehouse cannot be asked, load, report failed/);
    await page.getByRole("img", { name: /warehouse, star schemas, cannot be asked/ }).waitFor();
    await expectAtFirstSight(
      /The warehouse cannot be asked since .*: .*ECONNREFUSED.*Start its database/,
      /load fails since .*ECONNREFUSED/,
    );
    await expectNothingFalse();
    await goTo("Tables");
    await page
      .getByText(/The state of these tables cannot be read since .*Below is what was read last, at \d{4}-/s)
      .waitFor();
    await page
      .getByRole("row", { name: /^dim_staff ✘ not known since .*, because the warehouse cannot be asked/ })
      .waitFor();
    await goTo("Rejected rows");
    await page.getByText(/The list of the rows that wait cannot be read since .*ECONNREFUSED/).waitFor();
    await expectOldReport();
  });

  it("says on every page that the platform has stopped, and hides its last state", async () => {
    const stopping = await startConsole(platform, { history, port: 0 });
    const { page: other, problems } = await openPage(browser, { viewport: WINDOW });
    await other.goto(stopping.url);
    await other.getByRole("table", { name: "Commits" }).waitFor();
    await stopping.close();
    for (const name of ["Pipeline", "Tables", "Alarms & mails", "Operations"]) {
      await other.getByRole("navigation").getByRole("link", { name, exact: true }).click();
      const list = other.getByRole("region", { name: "What is wrong" });
      await list.getByText("The platform does not answer: it has stopped").waitFor();
      expect(await list.innerText()).to.include("npm run local");
      const box = await list.boundingBox();
      expect((box?.y ?? 0) + (box?.height ?? 0), "in view without scrolling").to.be.below(800);
      expect(FALSE_WORDS.exec(await other.locator("body").innerText())?.[0], name).to.equal(undefined);
      await waitForTitle(other, /^✘ stopped/);
    }
    // The browser logs that it cannot connect, and no other error.
    expect(problems.filter((problem) => !problem.includes("ERR_"))).to.deep.equal([]);
    await expectOldReport();
    await other.context().close();
  });
});
