import { expect } from "chai";
import { mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { startConsole } from "../../../local/console/console";
import { eventHistory } from "../../../local/console/server/history";
import type { HttpServer } from "../../../local/cloud/http";
import { startPlatform, type Platform } from "../../../local/platform";
import { withClient } from "../../../local/databases/postgres/client";
import {
  accessibilityProblems,
  openPage,
  startBrowser,
  takePicture,
  waitForTitle,
  type WatchedPage,
} from "../../support/report/browser";
import { stageOf } from "../../support/program/declared";
import { failureOf } from "../../support/failure";

/** A counterparty's name that would do harm if it were ever taken for markup. */
const HOSTILE = `<img src=x onerror="document.title='owned'"><script>alert(1)</script>`;

describe("The console, in a browser", function () {
  this.timeout(180_000);
  let browser: Browser;
  let platform: Platform;
  let server: HttpServer;
  let watched: WatchedPage;
  let page: Page;
  const stops: (() => Promise<void>)[] = [];
  const history = eventHistory();
  before(async function () {
    browser = await startBrowser(this);
    stops.push(() => browser.close());
    const lake = await mkdtemp(join(tmpdir(), "marble-console-"));
    stops.push(() => rm(lake, { recursive: true, force: true }));
    platform = await startPlatform({ lake, progress: () => undefined, onEvent: history.onEvent });
    stops.push(() => platform.stop());
    platform.cloud.startSchedules();
    server = await startConsole(platform, { history, port: 0 });
    stops.push(() => server.close());
    watched = await openPage(browser, { viewport: { width: 1280, height: 900 } });
    page = watched.page;
    page.setDefaultTimeout(30_000);
    await page.goto(server.url);
  });
  after(async () => {
    // Without a browser, nothing was started.
    for (const stop of stops.reverse()) await stop();
  });
  afterEach(() => expect(watched.problems, "nothing goes wrong in the browser").to.deep.equal([]));

  const goTo = (name: string) =>
    page.getByRole("navigation").getByRole("link", { name, exact: true }).click();
  const seen = (text: string | RegExp) => page.getByText(text).first().waitFor();
  const rejectedRows = () => page.getByRole("table", { name: "Rejected rows" });
  const card = (stage: string) => page.getByRole("region", { name: new RegExp(`^${stage} `) });
  const sql = (statement: string, values: readonly string[] = []) =>
    withClient(platform.source.ownerUrl ?? "", (client) => client.query(statement, [...values]));
  const declared = (stage: string) => stageOf(platform.cloud.program, stage);
  const runAll = async (): Promise<void> => {
    for (const stage of ["ingest", "process", "load"] as const) {
      expect((await platform.cloud.invoke(stage)).ok).to.equal(true);
      await platform.cloud.settled();
    }
  };

  /** An alarm for a missing run rings from the start until its first evaluation after a run. */
  const picture = async (name: string): Promise<void> => {
    if (process.env["MARBLE_WRITE_DOCS"] === "1")
      await page.getByText("✔ no alarm rings").waitFor({ timeout: 170_000 });
    await takePicture(page, name);
  };

  it("shows each commit's way through the stages as it happens, without being asked again", async () => {
    await seen("No commit yet.");
    await runAll();

    const row = page.getByRole("table", { name: "Commits" }).getByRole("row", { name: /^1 / });
    // The rows that process wrote, and the rows that load brought into the warehouse.
    await row.getByText("51,807").nth(1).waitFor();
    expect(await row.innerText()).to.match(/47,797[\s\S]*4\.\d+ MB[\s\S]* [kM]B[\s\S]* m?s/);
    await page
      .getByRole("img", { name: /ingestion, CSV, commit 1;.*warehouse, star schemas, commit 1/ })
      .waitFor();
    await seen(/fresh as of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d/);
  });

  it("shows that a stage failed, why and what to do, and that it recovered", async () => {
    await sql("REVOKE SELECT ON ALL TABLES IN SCHEMA public FROM marble_reader");
    await platform.cloud.invoke("ingest");

    const ingest = card("ingest");
    await ingest.getByText("Failed once since").waitFor();
    const failed = await ingest.innerText();
    expect(failed).to.include('marble_reader may not read "public"."address": GRANT SELECT');
    expect(failed).to.include("A person has to do what the message says");
    await waitForTitle(page, /ingest failed/);
    await page.getByRole("status").getByText("ingest has failed").waitFor();

    await sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO marble_reader");
    await runAll();
    await ingest.getByText("Recovered at").waitFor();
    expect(await ingest.innerText()).to.match(/after it had failed:\s+.*may not read/);
    await waitForTitle(page, /^(?!.*failed)/);
  });

  it("has report and remodel in the picture, and says what they do", async () => {
    await goTo("Pipeline");
    await platform.cloud.invoke("report");
    await page.getByRole("img", { name: /warehouse, star schemas, .*; then report, ✔ done/ }).waitFor();
    await card("report").getByText("Makes the page of the business report").waitFor();
    await card("remodel").getByText("Takes tasks of process").waitFor();
  });

  it("shows metrics, alarms with what to do, the mails, and the logs with a filter", async () => {
    await goTo("Metrics");
    await page.getByRole("img", { name: /^Rows loaded: load: [\d,]+ rows$/ }).waitFor();
    await goTo("Alarms & mails");
    await platform.cloud.mail.publish({ topicArn: topicOf(platform), subject: "ALARM", message: HOSTILE });
    history.announce("alarms");
    await page.getByText("ALARM", { exact: true }).last().click();
    await page.getByText(HOSTILE, { exact: true }).waitFor();
    await page.getByText("ingest-errors", { exact: true }).click();
    const whatToDo = page.getByText(/What to do: docs\/runbook\.md#a-stage-fails/);
    await whatToDo.locator("visible=true").first().waitFor();
    await goTo("Logs");
    await page.getByLabel("level").selectOption("ERROR");
    await seen("the run failed");
    await seen(/1 of \d+ lines match/);
    await page.getByRole("searchbox", { name: "text" }).fill("no such words");
    await seen(/0 of \d+ lines match/);
  });

  it("shows the lake as a tree whose CSV, Parquet and commits open as tables, with markup in the data as text", async () => {
    await sql("UPDATE counterparty SET counterparty_legal_name = $1 WHERE counterparty_id = 1", [HOSTILE]);
    await runAll();
    await goTo("Lake");
    const tree = page.getByRole("region", { name: "Lake" });
    const object = page.getByRole("region", { name: "Object" });
    for (const bucket of ["ingestion", "processed"]) {
      const folder = tree.locator(".tree > li").filter({ hasText: `-${bucket}-` });
      await folder.getByRole("button", { name: "commits/" }).click();
      await folder
        .getByRole("link", { name: /^\d+\.json$/ })
        .last()
        .click();
      await object.getByRole("table", { name: "Tables of the commit" }).waitFor();
      if (bucket === "ingestion") await picture("console-lake");
      await object.getByRole("link", { name: /counterparty/ }).click();
      await object.getByRole("cell", { name: HOSTILE, exact: true }).waitFor();
      await object.getByText(/^page 1: \d+ rows? of \d+$/).waitFor();
      await object.getByRole("searchbox", { name: "search" }).fill("ONERROR");
      await object.getByText(/^page 1: 1 row of \d+ matches$/).waitFor();
      const top = await object.getByRole("heading").boundingBox();
      expect(top?.y, "what was opened is in view").to.be.within(0, 900);
    }
    expect(await page.title()).not.to.include("owned");
    expect(await page.locator("img").count()).to.equal(0);
  });

  const button = (name: string) => page.getByRole("button", { name: new RegExp(`^${name}`) });
  const confirmed = async (name: string, question: RegExp): Promise<void> => {
    await button(name).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("listitem").filter({ hasText: question }).first().waitFor();
    expect(await accessibilityProblems(page)).to.deep.equal([]);
    await dialog.getByRole("button", { name: "Do it" }).click();
  };
  const outcome = (text: string | RegExp) =>
    page.getByRole("list", { name: "What was done" }).getByRole("listitem").first().getByText(text).waitFor();

  it("kills the source and brings it back, and one sees the platform fail and recover", async () => {
    await goTo("Pipeline");
    await button("Kill the source").click();
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.locator("button:focus", { hasText: "Kill the source" }).waitFor();
    await confirmed("Kill the source", /The database server stops/);

    await card("ingest")
      .getByRole("paragraph")
      .filter({ hasText: /cannot connect to the source database .*ECONNREFUSED/ })
      .waitFor();
    await outcome("✔ done");
    await picture("console-failed");
    await card("ingest").getByText("It recovers once the cause is gone").waitFor();
    await page.getByRole("img", { name: /^totesys, PostgreSQL, stopped; then ingest, ✘ failed/ }).waitFor();
    expect(await button("Make new orders").isDisabled(), "no shop is running").to.equal(true);

    await button("Bring the source back").click();
    await card("ingest").getByText("Recovered at").waitFor();
    await outcome("✔ done");
    await page.getByRole("img", { name: /^totesys, PostgreSQL, up; then ingest, ✔ up to date/ }).waitFor();
    await picture("console-recovered");
  });

  it("shows that a stage could not even be started, and does not take it for one that runs", async () => {
    const { directory } = declared("load");
    await rename(directory, `${directory}-away`);
    platform.cloud.function("load").kill();
    expect((await platform.cloud.invoke("load")).ok).to.equal(false);
    await rename(`${directory}-away`, directory);

    const load = card("load");
    await load
      .getByRole("paragraph")
      .filter({ hasText: /the process could not be started: spawn .* ENOENT/ })
      .waitFor();
    await load.getByText("This machine could not start the process").waitFor();
    expect(await load.getByRole("heading").innerText()).to.include("✘ failed");
    await runAll();
    await load.getByText("Recovered at").waitFor();
  });

  it("continues the trade of the shop, poisons a row, which is rejected, and repairs it", async () => {
    await button("Make new orders").click();
    await outcome(/25 sales orders, 10 purchase orders, 30 payments/);
    await outcome("✔ done");
    await confirmed("Poison a row", /invalid payment date/);
    await outcome(/process: commit \d+: .*1 rejected/);
    await outcome("✔ done");
    await goTo("Rejected rows");
    const rejected = rejectedRows().getByRole("row").nth(1);
    await rejected.getByText(/\(or never\)" is not a date/).waitFor();
    await rejected.getByText("✘ still missing").waitFor();
    expect(await rejected.innerText()).to.match(/agreed_payment_date\s+.*\(or never\)/);
    await goTo("Pipeline");
    await card("process").getByRole("link", { name: "its rejected rows" }).click();
    await seen(/Only the rows that commit \d+ rejected/);
    await rejected.getByRole("link", { name: "its run" }).click();
    await seen(/Only the lines of the run/);
    await goTo("Pipeline");
    await button("Repair poisoned rows").click();
    await outcome(/repaired the sales orders \d+/);
    await outcome("✔ done");
    await page.getByRole("link", { name: /^✔ fresh/ }).waitFor();
    await goTo("Rejected rows");
    await rejected.getByText(/✔ corrected\s+by\s+commit \d+/).waitFor();
    await goTo("Pipeline");
    await button("Repair poisoned rows").click();
    await outcome(/no row is poisoned/);
    await outcome("– no change");
  });

  it("shows the effect of an operation, runs it, and shows its result", async () => {
    await goTo("Operations");
    await page.getByLabel("table").selectOption("fact_payment");
    await confirmed("Replay", /fact_payment/);
    await outcome(/^commit \d+ of \d+: done$/);
    await outcome("✔ done");

    await sql("DELETE FROM payment");
    await platform.cloud.invoke("ingest");
    await page.getByRole("region", { name: "What is wrong" }).getByText("payment is held back").waitFor();
    await confirmed("Release payment", /capture payment as in the source now/);
    await outcome("✔ done");
    await seen("No table is held back.");
  });

  it("shows rejected rows with their reasons, and what became of the columns of a table", async () => {
    await sql("UPDATE sales_order SET agreed_payment_date = '<i>never</i>' WHERE sales_order_id = 7");
    await sql("ALTER TABLE design ADD colour text");
    await runAll();
    await goTo("Rejected rows");
    await rejectedRows().getByText('agreed_payment_date "<i>never</i>" is not a date').waitFor();
    expect(await rejectedRows().innerText()).to.include("sales_order → fact_sales_order");
    await goTo("Schemas");
    await page.getByText("design", { exact: true }).click();
    await page.getByText(/commit \d+, .*: added colour text/).waitFor();
    await page.getByText(/commit 1, .*: first seen: design_id integer/).waitFor();
  });

  for (const [what, options] of [
    ["a wide window", { viewport: { width: 1280, height: 900 } }],
    ["a small window in the dark", { viewport: { width: 400, height: 800 }, colorScheme: "dark" }],
  ] as const) {
    it(`can be used by everybody: axe finds nothing on any page, in ${what}`, async () => {
      const { page: other, problems } = await openPage(browser, options);
      await other.goto(server.url);
      const links = other.getByRole("navigation").getByRole("link");
      await links.first().waitFor();
      for (const link of await links.all()) {
        await link.click();
        await other.waitForLoadState("networkidle");
        expect(await accessibilityProblems(other), await other.title()).to.deep.equal([]);
        const wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth";
        expect(await other.evaluate(wide), `${await other.title()} is wider than the window`).to.equal(false);
      }
      expect(problems).to.deep.equal([]);
      await other.context().close();
    });
  }

  it("has its usual port, or another when that is taken, but none in the place of one that was asked for", async () => {
    const [one, other] = [
      await startConsole(platform, { history, port: undefined }),
      await startConsole(platform, { history, port: undefined }),
    ];
    try {
      expect(one.url).not.to.equal(other.url);
      const port = Number(new URL(one.url).port);
      expect((await failureOf(startConsole(platform, { history, port }))).message).to.equal(
        `the port ${port} is in use: choose another with --console, or 0 for any`,
      );
    } finally {
      await one.close();
      await other.close();
    }
  });

  it("says so when the platform does not answer any more", async () => {
    const other = await startConsole(platform, { history, port: 0 });
    const { page: gone } = await openPage(browser);
    await gone.goto(other.url);
    await gone.locator("a.badge").first().waitFor();
    await other.close();
    await gone.getByText("✘ the platform does not answer").waitFor();
    await gone.getByText("Start it again").waitFor();
    await gone.context().close();
  });
});

const topicOf = ({ cloud }: Platform): string => String(cloud.program.outputs["alertTopic"]);
