import { expect } from "chai";
import type { Context } from "mocha";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { makeReport } from "../../../local/commands/business-report";
import { startAll } from "../../../local/cloud/start-all";
import { startConsole } from "../../../local/console/console";
import { eventHistory } from "../../../local/console/server/history";
import type { HttpServer } from "../../../local/cloud/http";
import { useGivenDatabase } from "../../../local/databases/databases";
import type { Platform } from "../../../local/platform";
import { LATEST_REPORT } from "../../../domain/report/keys";
import { startWatchedCloud, type WatchedCloud } from "../../support/local/watched-cloud";
import { openPage, startBrowser } from "../../support/report/browser";

const WINDOW = { width: 1280, height: 800 };

/** A watched cloud with its console and its report, as a person sees them in a browser. */
export interface WatchedConsole {
  readonly watched: WatchedCloud;
  readonly url: string;
  /** Runs stages, one after the other. */
  readonly run: (...stages: readonly ("ingest" | "process" | "load")[]) => Promise<void>;
  /**
   * Opens a separate page.
   * @param options.laterBy how much later than now the clock of the browser is, in milliseconds
   * @param options.allowed what the browser may log as an error; by default nothing
   * @param options.prepare what to do with the page before it opens the address
   */
  readonly onPage: (
    address: string,
    check: (page: Page) => Promise<void>,
    options?: {
      readonly laterBy?: number;
      readonly allowed?: RegExp | undefined;
      readonly prepare?: (page: Page) => Promise<void>;
    },
  ) => Promise<void>;
  /** Makes the current report; returns its address. */
  readonly makeReport: () => Promise<string>;
  /** The address of the page that people open, whenever it was made. */
  readonly latestReport: string;
  /** Calls back with the whole text of the current report. */
  readonly onReport: (check: (text: string) => void) => Promise<void>;
  /** Starts a console of the platform that has read nothing yet, as a restart does. */
  readonly startAnother: () => Promise<HttpServer>;
  readonly close: () => Promise<void>;
}

/** Skips the tests if this machine has no browser. */
export async function startWatchedConsole(
  test: Context,
  options: Parameters<typeof startWatchedCloud>[0],
): Promise<WatchedConsole> {
  const parts = await startAll(async (started) => {
    const browser = await startBrowser(test);
    started(() => browser.close());
    const history = eventHistory();
    const watched = await startWatchedCloud({ ...options, onEvent: history.onEvent });
    started(() => watched.close());
    const platform = await platformOf(watched);
    const server = await startConsole(platform, { history, port: 0 });
    started(() => server.close());
    const startAnother = () => startConsole(platform, { history, port: 0 });
    return { watched, platform, url: server.url, startAnother, onPage: pageOpener(browser) };
  });
  const { watched, platform, url, startAnother, onPage } = parts;
  const report = async (): Promise<string> => pathToFileURL((await makeReport(platform)) ?? "").href;
  return {
    watched,
    url,
    run: async (...stages) => {
      for (const stage of stages) {
        await watched.cloud.invoke(stage);
        await watched.cloud.settled();
      }
    },
    onPage,
    makeReport: report,
    latestReport: latestReportOf(platform),
    onReport: async (check) =>
      onPage(await report(), async (page) => check(await page.locator("body").innerText())),
    startAnother,
    close: () => parts.stop(),
  };
}

/** The address of the page that people open, whenever it was made. */
export function latestReportOf({ cloud, lake }: Pick<Platform, "cloud" | "lake">): string {
  const { bucket } = cloud.program.outputs["reports"] as { readonly bucket: string };
  return pathToFileURL(join(lake, "buckets", bucket, LATEST_REPORT)).href;
}

async function platformOf({
  cloud,
  source,
  warehouse,
  directory,
  ...secrets
}: WatchedCloud): Promise<Platform> {
  return {
    cloud,
    source: await useGivenDatabase("source", { url: source.readerUrl, secret: secrets.sourceSecret }),
    warehouse: await useGivenDatabase("warehouse", { url: warehouse.url, secret: secrets.warehouseSecret }),
    lake: directory,
    choice: { model: "declared", mirror: "none" },
    stop: () => Promise.resolve(),
  };
}

const pageOpener =
  (browser: Browser): WatchedConsole["onPage"] =>
  async (address, check, { laterBy = 0, allowed, prepare } = {}) => {
    const { page, problems } = await openPage(browser, { viewport: WINDOW });
    try {
      page.setDefaultTimeout(30_000);
      if (laterBy > 0) await page.clock.install({ time: Date.now() + laterBy });
      await prepare?.(page);
      await page.goto(address);
      await check(page);
      expect(problems.filter((problem) => allowed?.test(problem) !== true)).to.deep.equal([]);
    } finally {
      await page.context().close();
    }
  };

/** The visible text of the list of problems, without a click and without scrolling. */
export async function seenTroubles(page: Page): Promise<string> {
  const list = page.getByRole("region", { name: "What is wrong" });
  await list.waitFor();
  const box = await list.boundingBox();
  expect((box?.y ?? 0) + (box?.height ?? 0)).to.be.below(WINDOW.height);
  return list.innerText();
}

/** The text of a page of the console, with its title and the texts of its pictures. */
export async function textOf(page: Page): Promise<string> {
  const pictures = await page.getByRole("img").all();
  const labels = await Promise.all(pictures.map((picture) => picture.getAttribute("aria-label")));
  return [await page.locator("body").innerText(), ...labels, await page.title()].join("\n");
}
