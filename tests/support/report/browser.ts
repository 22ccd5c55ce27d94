import { setTimeout } from "node:timers/promises";
import axe from "axe-core";
import type { Context } from "mocha";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { findChromium } from "./chromium";

/** Starts the browser of this machine without a window; without a browser, skips the tests and says why. */
export async function startBrowser(test: Context): Promise<Browser> {
  const found = findChromium();
  if ("skipped" in found) {
    process.stdout.write(`      skipped: ${found.skipped}\n`);
    return test.skip();
  }
  // The sandbox of Chromium does not start for root, the usual user in containers.
  return chromium.launch({ executablePath: found.path, chromiumSandbox: process.getuid?.() !== 0 });
}

/** A page in which nothing may fail. */
export interface WatchedPage {
  readonly page: Page;
  /** The errors of its console and its scripts, and its requests to other machines. */
  readonly problems: readonly string[];
}

export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning")
      problems.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`uncaught: ${error.message}`));
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    const local =
      ["file:", "data:", "blob:"].includes(protocol) || ["127.0.0.1", "localhost"].includes(hostname);
    if (!local) problems.push(`request to ${request.url()}`);
  });
  return { page, problems };
}

/** Waits until the tab has such a title. A page that shows the answer to one request may still wait for the next. */
export async function waitForTitle(page: Page, title: RegExp): Promise<void> {
  // From outside the page, because a function that waits in the page needs a content security policy that allows eval.
  for (let left = TITLE_MS; ; left -= POLL_MS) {
    const present = await page.title();
    if (title.test(present)) return;
    if (left <= 0) throw new Error(`the title is ${JSON.stringify(present)}, and not ${String(title)}`);
    await setTimeout(POLL_MS);
  }
}

/** The time until a page must have its title, and the time between two looks at it, in milliseconds. */
const [TITLE_MS, POLL_MS] = [30_000, 50];

/** The problems that axe finds in the present page, a line for each rule, with the elements. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  // As text for the debugger, the script runs under any content security policy.
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async () => {
    const { axe: engine } = globalThis as unknown as { axe: typeof axe };
    return (await engine.run()).violations.map(({ id, help, nodes }) => ({
      id,
      help,
      elements: nodes.map(({ target, failureSummary }) => `${target.join(" ")}: ${failureSummary ?? ""}`),
    }));
  });
  return violations.map(({ id, help, elements }) => `${id}: ${help}\n${elements.join("\n")}`);
}

/** Takes a picture of the top of the page for the docs, when MARBLE_WRITE_DOCS is 1. */
export async function takePicture(page: Page, name: string): Promise<void> {
  if (process.env["MARBLE_WRITE_DOCS"] !== "1") return;
  await page.evaluate("scrollTo(0, 0)");
  await page.mouse.move(0, 0);
  await page.screenshot({ path: `docs/images/${name}.png` });
}
