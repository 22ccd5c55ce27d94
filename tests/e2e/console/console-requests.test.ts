import { expect } from "chai";
import type { Page, Route } from "playwright-core";
import { FALSE_WORDS } from "./broken-tables";
import { seenTroubles, startWatchedConsole, textOf, type WatchedConsole } from "./watched-console";

describe("A page of the console whose requests fail", function () {
  this.timeout(120_000);
  let shown: WatchedConsole | undefined;
  let isS3Away = false;
  before(async function () {
    shown = await startWatchedConsole(this, {
      beforeS3: () => {
        if (isS3Away) throw new Error("the network is down");
      },
    });
    await shown.run("ingest", "process", "load");
  });
  // Without a browser, nothing was started.
  after(() => shown?.close());

  it("asks again by itself, ever more rarely, until it has the answer", async () => {
    const { url, onPage } = shown!;
    let asked = 0;
    const refuse = (route: Route) => {
      asked += 1;
      return route.fulfill({ status: 500, json: { error: `refused ${asked}` } });
    };
    const isUnknown = (page: Page, times: number) =>
      page.getByRole("banner").getByText(`the state of the platform is unknown: refused ${times}`).waitFor();
    await onPage(
      url,
      async (page) => {
        // The page asks for the first time when its effects run.
        await page.clock.runFor(1000);
        await isUnknown(page, 1);
        for (const [failures, seconds] of [2, 4, 8, 16, 30, 30].entries()) {
          await page.clock.runFor(seconds * 1000 - 1);
          expect(asked, `before ${seconds} seconds have passed`).to.equal(failures + 1);
          await page.clock.runFor(1);
          await isUnknown(page, failures + 2);
        }
        expect(FALSE_WORDS.exec(await textOf(page))?.[0]).to.equal(undefined);
        await page.unroute("**/api/overview*");
        await page.clock.runFor(30_000);
        await page.getByRole("link", { name: /^✔ fresh/ }).waitFor();
      },
      {
        prepare: async (page) => {
          await page.clock.install();
          await page.clock.pauseAt(Date.now() + 1000);
          // The server announces nothing, so the page asks only by itself.
          await page.route("**/api/events", () => undefined);
          await page.route("**/api/overview*", refuse);
        },
        allowed: /status of 500/,
      },
    );
  });

  it("says that the outcome of an action is not known, and where to look", async () => {
    const { url, onPage } = shown!;
    await onPage(
      url,
      async (page) => {
        await page.route("**/api/act", (route) => route.abort());
        await page.getByRole("button", { name: "Run ingest" }).click();
        const text = await page.getByRole("alert").innerText();
        expect(text).to.match(
          /^the connection to the platform broke \(.*\)\. It is not known whether the action has begun\. Look under “What was done” on the page Operations/,
        );
      },
      { allowed: /ERR_FAILED/ },
    );
  });

  it("says since when the lake cannot be read, and after a restart of the console that it may be longer", async () => {
    const { url, run, onPage, startAnother } = shown!;
    await onPage(url, (page) => page.getByRole("link", { name: /^✔ fresh/ }).waitFor());
    isS3Away = true;
    const restarted = await startAnother();
    try {
      await onPage(url, async (page) => {
        expect(await seenTroubles(page)).to.match(/The lake cannot be read since \d{4}-\S+ \S+: /);
      });
      await onPage(restarted.url, async (page) => {
        expect(await seenTroubles(page)).to.match(/The lake cannot be read since \d{4}-\S+ \S+ or earlier: /);
        await page.getByRole("link", { name: "Tables", exact: true }).click();
        await page.getByText(/The state of these tables cannot be read since .* or earlier: /).waitFor();
        await page
          .getByText(/The console started at .*, and has never read it since/)
          .first()
          .waitFor();
      });
    } finally {
      isS3Away = false;
      await restarted.close();
    }
    await run("ingest", "process", "load");
  });
});
