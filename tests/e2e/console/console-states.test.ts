import { expect } from "chai";
import { FALSE_WORDS } from "./broken-tables";
import { seenTroubles, startWatchedConsole, textOf, type WatchedConsole } from "./watched-console";

const HOUR = 3_600_000;

describe("Console and report do not call complete what is not", function () {
  this.timeout(180_000);
  let shown: WatchedConsole | undefined;
  /** The first run of ingest pauses before its second slice ends. */
  const secondCommit = pause();

  before(async function () {
    shown = await startWatchedConsole(this, {
      settings: { "marble:sliceMb": "1" },
      beforeS3: async ({ operation, key }) => {
        if (operation !== "PutObject" || key !== "commits/0000000002.json") return;
        secondCommit.reached();
        await secondCommit.released;
      },
    });
  });
  // Without a browser, nothing was started.
  after(() => shown?.close());

  const loadAll = async ({ run }: WatchedConsole): Promise<void> => {
    secondCommit.release();
    await run("ingest", "process", "load");
  };

  it("while a first capture is underway: which table has only a part of its rows, and until when", async () => {
    const { watched, url, run, onPage, onReport } = shown!;
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
    await loadAll(shown!);
    await onPage(url, (page) => page.getByRole("link", { name: /^✔ fresh/ }).waitFor());
  });

  it("while nobody starts the stages: since when, which stages, and what to do", async () => {
    const { url, onPage, makeReport } = shown!;
    await loadAll(shown!);
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
    await onPage(
      await makeReport(),
      async (page) => {
        expect(await page.innerText("#age")).to.equal(" (3 hours ago)");
        expect(FALSE_WORDS.exec(await page.locator("body").innerText())?.[0]).to.equal(undefined);
      },
      { laterBy: 3 * HOUR },
    );
  });

  it("while a mart is missing: the report does not know its numbers, and says none", async () => {
    const { watched, onReport } = shown!;
    await loadAll(shown!);
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
