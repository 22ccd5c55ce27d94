import { expect } from "chai";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { startConsole } from "../../../local/console/console";
import { eventHistory } from "../../../local/console/server/history";
import { givenDatabase } from "../../../local/databases/databases";
import { makeReport } from "../../../local/commands/business-report";
import type { Platform } from "../../../local/platform";
import { startWatchedCloud, type WatchedCloud } from "../../support/local/watched-cloud";
import { openPage, startBrowser } from "../../support/report/browser";
import { FALSE_WORDS } from "./broken-tables";

const WINDOW = { width: 1280, height: 800 };
const HOUR = 3_600_000;

describe("Console and report do not call complete what is not", function () {
  this.timeout(180_000);
  let browser: Browser;
  let watched: WatchedCloud;
  let platform: Platform;
  let url: string;
  const stops: (() => Promise<void>)[] = [];
  /** The first run of ingest pauses before its second slice ends. */
  const secondCommit = pause();

  before(async function () {
    browser = await startBrowser(this);
    stops.push(() => browser.close());
    const history = eventHistory();
    watched = await startWatchedCloud({
      settings: { "marble:sliceMb": "1" },
      onEvent: history.onEvent,
      beforeS3: async ({ operation, key }) => {
        if (operation !== "PutObject" || key !== "commits/0000000002.json") return;
        secondCommit.reached();
        await secondCommit.released;
      },
    });
    stops.push(() => watched.close());
    const { cloud, source, warehouse, directory, sourceSecret, warehouseSecret } = watched;
    platform = {
      cloud,
      source: await givenDatabase("source", { url: source.readerUrl, secret: sourceSecret }),
      warehouse: await givenDatabase("warehouse", { url: warehouse.url, secret: warehouseSecret }),
      lake: directory,
      carried: { model: "declared", mirror: "none" },
      stop: () => Promise.resolve(),
    };
    const server = await startConsole(platform, { history, port: 0 });
    stops.push(() => server.close());
    url = server.url;
  });
  after(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  const run = async (...stages: readonly ("ingest" | "process" | "load")[]): Promise<void> => {
    for (const stage of stages) {
      await watched.cloud.invoke(stage);
      await watched.cloud.settled();
    }
  };
  const loadAll = async (): Promise<void> => {
    secondCommit.release();
    await run("ingest", "process", "load");
  };
  /** @param laterBy how much later than now the clock of the browser is, in milliseconds */
  const onPage = async (
    address: string,
    check: (page: Page) => Promise<void>,
    { laterBy = 0 } = {},
  ): Promise<void> => {
    const { page, problems } = await openPage(browser, { viewport: WINDOW });
    try {
      page.setDefaultTimeout(30_000);
      if (laterBy > 0) await page.clock.install({ time: Date.now() + laterBy });
      await page.goto(address);
      await check(page);
      expect(problems).to.deep.equal([]);
    } finally {
      await page.context().close();
    }
  };
  /** What is in the list of what is wrong, without a click and without scrolling. */
  const seenTroubles = async (page: Page): Promise<string> => {
    const list = page.getByRole("region", { name: "What is wrong" });
    await list.waitFor();
    const box = await list.boundingBox();
    expect((box?.y ?? 0) + (box?.height ?? 0)).to.be.below(WINDOW.height);
    return list.innerText();
  };
  /** The text of a page of the console, with the text of its picture. */
  const textOf = async (page: Page): Promise<string> => {
    const label = await page.getByRole("img", { name: /PostgreSQL/ }).getAttribute("aria-label");
    return [await page.locator("body").innerText(), label ?? "", await page.title()].join("\n");
  };
  const onReport = async (check: (text: string) => void): Promise<void> => {
    const report = await makeReport(platform);
    await onPage(pathToFileURL(report ?? "").href, async (page) =>
      check(await page.locator("body").innerText()),
    );
  };

  it("while a first capture is underway: which table has only a part of its rows, and until when", async () => {
    await watched.source.query(
      `INSERT INTO address (address_line_1, city, postal_code, country, phone, created_at, last_updated)
       SELECT repeat('x', 60), 'Leeds', 'LS1', 'UK', '0', now(), now() FROM generate_series(1, 15000)`,
    );
    const ingest = watched.cloud.invoke("ingest");
    await secondCommit.isReached;
    await run("process", "load");
    await onPage(url, async (page) => {
      await page.getByRole("link", { name: /^✘ \d tables? behind$/ }).waitFor();
      expect(await seenTroubles(page)).to.match(
        /address is captured in part since .*its first capture is underway.*Wait: each run of ingest captures more/s,
      );
      expect(FALSE_WORDS.exec(await textOf(page))?.[0]).to.equal(undefined);
      await page.getByRole("link", { name: /tables? behind$/ }).click();
      await page.getByRole("row", { name: /^address ✘ is captured in part/ }).waitFor();
      expect(FALSE_WORDS.exec(await page.locator("body").innerText())?.[0]).to.equal(undefined);
    });
    await onReport((text) => {
      expect(text).to.match(/dim_location shows the source as of .*: address is partial/);
      expect(text).to.match(/dim_location is behind since then|dim_location never got all rows/);
      expect(FALSE_WORDS.exec(text)?.[0]).to.equal(undefined);
    });

    secondCommit.release();
    await ingest;
    await loadAll();
    await onPage(url, (page) => page.getByRole("link", { name: /^✔ fresh/ }).waitFor());
  });

  it("while nobody starts the stages: since when, which stages, and what to do", async () => {
    await loadAll();
    await onPage(
      url,
      async (page) => {
        await page.getByRole("link", { name: /^✘ old: as of .*\(3 h 0 min ago\)/ }).waitFor();
        expect(await seenTroubles(page)).to.match(
          /The warehouse is old: .* 30 minutes are allowed\. .*no run of these stages has ended: ingest, process, load\..*Run the stages on the page Pipeline/s,
        );
        expect(FALSE_WORDS.exec(await textOf(page))?.[0]).to.equal(undefined);
      },
      { laterBy: 3 * HOUR },
    );
    const report = await makeReport(platform);
    await onPage(
      pathToFileURL(report ?? "").href,
      async (page) => {
        expect(await page.innerText("#age")).to.equal(" (3 hours ago)");
        expect(FALSE_WORDS.exec(await page.locator("body").innerText())?.[0]).to.equal(undefined);
      },
      { laterBy: 3 * HOUR },
    );
  });

  it("while a mart is missing: the report does not know its numbers, and says none", async () => {
    await loadAll();
    await watched.warehouse.query("DROP VIEW marts.outstanding_payments, marts.best_designs CASCADE");
    // A report of another load, because a load is reported once.
    await watched.warehouse.query(
      "UPDATE marble_ledger SET loaded_at = now() WHERE commit = (SELECT max(commit) FROM marble_ledger)",
    );
    await onReport((text) => {
      expect(text).to.include("not known: the mart outstanding_payments could not be read");
      expect(text).to.include("Newest sales order: not known");
      expect(text).to.not.match(/no payment is late|No payment in/i);
      expect(FALSE_WORDS.exec(text)?.[0]).to.equal(undefined);
    });
  });
});

/** A point of a run at which it waits until it is released. */
interface Pause {
  readonly isReached: Promise<void>;
  readonly released: Promise<void>;
  reached(): void;
  release(): void;
}

function pause(): Pause {
  let reached = (): void => undefined;
  let release = (): void => undefined;
  const isReached = new Promise<void>((resolve) => (reached = resolve));
  const released = new Promise<void>((resolve) => (release = resolve));
  return { isReached, released, reached: () => reached(), release: () => release() };
}
