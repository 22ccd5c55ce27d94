import { expect } from "chai";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { startConsole } from "../../local/console/console";
import { eventHistory } from "../../local/console/server/history";
import { withClient } from "../../local/databases/postgres/client";
import { startPlatform, type Platform } from "../../local/platform";
import { accessibilityProblems, openPage, startBrowser, type WatchedPage } from "../support/report/browser";

/** What nobody may read while a table is behind. */
const FALSE_WORDS = /.*(fresh|up to date|nothing).*/i;

interface Broken {
  readonly state: string;
  readonly table: string;
  readonly breaks: string;
  /** What is in view without a click: what, why, what to do. */
  readonly tells: readonly RegExp[];
  readonly repairs: string;
}

/** In this order, since what a quarantine waits for cannot be undone in the source. */
const BROKEN: readonly Broken[] = [
  {
    state: "held back",
    table: "payment",
    breaks: "CREATE SCHEMA aside; CREATE TABLE aside.kept AS SELECT * FROM payment; DELETE FROM payment",
    tells: [/payment is held back since \d{4}-\d\d-\d\d \d\d:/, /rows/, /Ask the owners of the source/],
    repairs: "INSERT INTO payment SELECT * FROM aside.kept; DROP SCHEMA aside CASCADE",
  },
  {
    state: "refused",
    table: "closed",
    breaks: "CREATE TABLE closed (n integer PRIMARY KEY); REVOKE ALL ON closed FROM marble_reader",
    tells: [
      /closed is refused since/,
      /marble_reader may not read .*GRANT SELECT/,
      /Do in the source what the reason says/,
    ],
    repairs: "DROP TABLE closed",
  },
  {
    state: "absent",
    table: "payment_type",
    breaks: "ALTER TABLE payment_type RENAME TO away",
    tells: [/payment_type is absent from the source since/, /table is gone/, /Create the table again/],
    repairs: "ALTER TABLE away RENAME TO payment_type",
  },
  {
    state: "in quarantine",
    table: "payment",
    breaks: "ALTER TABLE payment RENAME COLUMN paid TO settled; UPDATE payment SET settled = settled",
    tells: [/payment is in quarantine since/, /paid/, /Change the contract in domain\/shop\/sources\.ts/],
    repairs: "SELECT 1",
  },
];

describe("The console does not call current what is not", function () {
  this.timeout(180_000);
  let browser: Browser;
  let platform: Platform;
  let watched: WatchedPage;
  let page: Page;
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
    watched = await openPage(browser, { viewport: { width: 1280, height: 900 } });
    page = watched.page;
    page.setDefaultTimeout(30_000);
    await page.goto(server.url);
    await runAll();
    await badge(/^✔ fresh as of \d{4}-/).waitFor();
  });
  after(async () => {
    // What was not started because there is no browser need not be stopped.
    for (const stop of stops.reverse()) await stop();
  });
  afterEach(() => expect(watched.problems, "something goes wrong in the browser").to.deep.equal([]));

  const sql = (statement: string) =>
    withClient(platform.source.ownerUrl ?? "", (client) => client.query(statement));
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
  /** All that can be read on the page. */
  const text = async (): Promise<string> => {
    await page.waitForLoadState("networkidle");
    return page.locator("body").innerText();
  };

  for (const { state, table, breaks, tells, repairs } of BROKEN) {
    it(`with a table ${state}: what, why and what to do are in view on every page, and on its row`, async () => {
      await sql(breaks);
      await runAll();

      try {
        await goTo("Pipeline");
        await badge(/^✘ 1 table behind$/).waitFor();
        for (const words of tells) expect(await wrong().innerText()).to.match(words);
        const [list, window] = [await wrong().boundingBox(), page.viewportSize()];
        expect((list?.y ?? 0) + (list?.height ?? 0), "in view without scrolling").to.be.below(
          window?.height ?? 0,
        );
        // The picture is read out by its label.
        const label = await page.getByRole("img", { name: /PostgreSQL/ }).getAttribute("aria-label");
        const all = [await text(), label ?? "", await page.title()].join("\n");
        expect(FALSE_WORDS.exec(all)?.[0]).to.equal(undefined);
        expect(await page.title()).to.include("1 table behind");

        await goTo("Logs");
        expect(await wrong().innerText()).to.match(tells[0] ?? /^$/);

        await badge(/^✘ 1 table behind$/).click();
        const row = page
          .getByRole("table", { name: "Tables of the source" })
          .getByRole("row", { name: new RegExp(`^${table} ✘ `) });
        await row.waitFor();
        expect(await row.innerText()).to.include(state === "refused" ? "is refused" : state);
        expect(FALSE_WORDS.exec(await text())?.[0]).to.equal(undefined);
        expect(await accessibilityProblems(page)).to.deep.equal([]);
      } finally {
        await sql(repairs);
        await runAll();
      }
      if (state === "in quarantine") return;
      await badge(/^✔ fresh/).waitFor();
      await wrong().waitFor({ state: "detached" });
    });
  }

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
    expect(await text()).not.to.match(/fresh|up to date/i);
    await platform.source.outage?.end();
    await runAll();
  });

  it("says on every page that the warehouse cannot be asked", async () => {
    await platform.warehouse.stop();
    await platform.cloud.invoke("load");
    await goTo("Pipeline");
    await badge(/^✘ the warehouse cannot be asked$/).waitFor();
    expect(await wrong().innerText()).to.match(/The warehouse cannot be asked: .*ECONNREFUSED/);
    await page.getByRole("img", { name: /warehouse, star schemas, cannot be asked/ }).waitFor();
    expect(await text()).not.to.match(/fresh|up to date/i);
  });
});
