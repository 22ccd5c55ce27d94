import { expect } from "chai";
import type { Page } from "playwright-core";
import { writeUnreadableCommit } from "../../support/local/unreadable-commit";
import { stageOf } from "../../support/program/declared";
import type { WatchedCloud } from "../../support/local/watched-cloud";
import { waitForTitle } from "../../support/report/browser";
import { FALSE_WORDS } from "./broken-tables";
import { seenTroubles, startWatchedConsole, textOf, type WatchedConsole } from "./watched-console";

const HOUR = 3_600_000;
/** The pages that show the lake or the warehouse, each with its heading. */
const PAGES = [
  ["Pipeline", "Commits"],
  ["Tables", "Tables of the warehouse"],
  ["Rejected rows", "Rows that wait"],
  ["Schemas", "Schema registry"],
  ["Lake", "Lake"],
  ["Operations", "Operations"],
] as const;
const ROW_OF_STAFF = /^(dim_)?staff /;
const WRONG_PASSWORD = "hunter2";
const LAST_COMMITS =
  /The list of the commits cannot be read since .*Below is what was read last, at \d{4}-.*It may have changed/s;
const LAST_OR_NEVER =
  /cannot be read since .*(Below is what was read last, at \d{4}-|The console started at \d{4}-.*, and has never read it)/s;

const goTo = (page: Page, name: string) =>
  page.getByRole("navigation").getByRole("link", { name, exact: true }).click();

/** A state in which stages fail: how a test causes it, what shows it, and what ends it. */
interface BrokenStage {
  readonly state: string;
  /** Causes the state; returns a function that ends it. */
  readonly breaks: (watched: WatchedCloud) => Promise<() => Promise<void>>;
  /** The texts that are visible without a click: what, why, what to do. */
  readonly tells: readonly RegExp[];
  /** Texts that no page may show. */
  readonly hides?: string;
  /** Further texts of the pages, by the names of the pages. */
  readonly pages?: Readonly<Partial<Record<(typeof PAGES)[number][0], readonly RegExp[]>>>;
  /** The texts in the rows of staff and dim_staff on the page Tables. */
  readonly rows: readonly [ofSource: RegExp, ofWarehouse: RegExp];
  /** The title of the browser tab. */
  readonly title: RegExp;
  /** True if no report can be made. */
  readonly hasNoReport?: boolean;
}

describe("Console and report do not call current what a failed stage holds up", function () {
  this.timeout(180_000);
  let shown: WatchedConsole | undefined;
  let isS3Away = false;

  before(async function () {
    shown = await startWatchedConsole(this, {
      beforeS3: () => {
        // Any error but one of S3 resets the connection.
        if (isS3Away) throw new Error("the network is down");
      },
    });
  });
  // Without a browser, nothing was started.
  after(() => shown?.close());

  const STATES: readonly BrokenStage[] = [
    {
      state: "with a wrong secret",
      breaks: ({ cloud, sourceSecret }) => {
        const secret = JSON.parse(sourceSecret) as Record<string, unknown>;
        cloud.setSecret("Totesys-Credentials", JSON.stringify({ ...secret, password: WRONG_PASSWORD }));
        return Promise.resolve(() => {
          cloud.setSecret("Totesys-Credentials", sourceSecret);
          return Promise.resolve();
        });
      },
      tells: [
        /ingest fails since \d{4}-.*as reader: the password is wrong/,
        /A person has to do what the message says: see “A stage fails” in docs\/runbook\.md/,
      ],
      hides: WRONG_PASSWORD,
      rows: [/✘ not captured since .*, because ingest fails/, /✘ not loaded since .*, because ingest fails/],
      title: /^✘ ingest failed · /,
    },
    {
      state: "with an unreadable commit",
      breaks: async ({ cloud, source }) => {
        await source.query("UPDATE staff SET first_name = 'Unread', last_updated = now() WHERE staff_id = 1");
        return writeUnreadableCommit(cloud);
      },
      tells: [
        /ingest fails since \d{4}-.*commits\/\d+\.json is not valid JSON/,
        /process fails since \d{4}-/,
        /not written by Marble: delete the object, or restore its previous version/,
        /The lake cannot be read since .*Which tables are behind is not known/,
      ],
      pages: {
        Pipeline: [LAST_COMMITS],
        Tables: [/The state of these tables cannot be read since .*is not valid JSON/],
        Operations: [/Not known, because the lake cannot be read since/],
      },
      rows: [
        /✘ not known since .*, because the lake cannot be read/,
        /✘ not loaded since .*, because ingest fails/,
      ],
      title: /^✘ lake cannot be read, ingest, process failed · /,
    },
    {
      state: "with S3 out of reach",
      breaks: async ({ source }) => {
        await source.query("UPDATE staff SET first_name = 'Kept', last_updated = now() WHERE staff_id = 1");
        isS3Away = true;
        return () => {
          isS3Away = false;
          return Promise.resolve();
        };
      },
      tells: [
        /ingest fails since \d{4}-.*ECONNRESET/,
        /process fails since \d{4}-/,
        /load fails since \d{4}-/,
        /It recovers once the cause is gone/,
        /The lake cannot be read since .*ECONNRESET.*Bring S3 back/,
      ],
      pages: {
        Pipeline: [LAST_COMMITS],
        Tables: [/The state of these tables cannot be read since .*ECONNRESET/],
        "Rejected rows": [LAST_OR_NEVER],
        Schemas: [LAST_OR_NEVER],
        Lake: [LAST_OR_NEVER],
        Operations: [/Not known, because the lake cannot be read since/],
      },
      rows: [
        /✘ not known since .*, because the lake cannot be read/,
        /✘ not loaded since .*, because ingest fails/,
      ],
      title: /^✘ lake cannot be read, ingest, process, load failed · /,
      hasNoReport: true,
    },
    {
      state: "with a load that may not read the lake",
      breaks: async ({ cloud, source }) => {
        await source.query("UPDATE staff SET first_name = 'Late', last_updated = now() WHERE staff_id = 1");
        const giveBack = cloud.revoke(stageOf(cloud.program, "load").roleArn, "s3:GetObject");
        return () => {
          giveBack();
          return Promise.resolve();
        };
      },
      tells: [/load fails since \d{4}-.*s3:GetObject/],
      pages: {
        Pipeline: [/waits for load/],
        Tables: [/These tables are not loaded since .*, because load fails: .*s3:GetObject/],
      },
      rows: [/✔ current/, /✘ not loaded since .*, because load fails/],
      title: /^✘ load failed · /,
    },
  ];

  for (const { state, breaks, tells, hides, pages = {}, rows, title, hasNoReport = false } of STATES) {
    it(`${state}: what, why and what to do are in view, and the report shows its age`, async () => {
      const { watched, url, run, onPage, makeReport, latestReport } = shown!;
      await run("ingest", "process", "load");
      await onPage(url, async (page) => {
        await page.getByRole("row", { name: /^1 / }).waitFor();
        await goTo(page, "Tables");
        await page.getByRole("row", { name: /^staff ✔ current/ }).waitFor();
        await page.getByRole("row", { name: /^dim_staff ✔ current/ }).waitFor();
      });
      await makeReport();
      const repair = await breaks(watched);
      try {
        await run("ingest", "process", "load");
        await onPage(url, async (page) => {
          const troubles = await seenTroubles(page);
          for (const words of tells) expect(troubles).to.match(words);
          for (const [name, heading] of PAGES) {
            await goTo(page, name);
            await page.getByRole("heading", { name: heading, exact: true }).waitFor();
            for (const words of pages[name] ?? []) await page.getByText(words).first().waitFor();
            const text = await textOf(page);
            expect(FALSE_WORDS.exec(text)?.[0], name).to.equal(undefined);
            await waitForTitle(page, title);
            if (hides !== undefined) expect(text).to.not.include(hides);
          }
          await goTo(page, "Tables");
          const shownRows = page.getByRole("row", { name: ROW_OF_STAFF });
          await shownRows.nth(1).waitFor();
          const [ofSource, ofWarehouse] = await shownRows.allInnerTexts();
          expect(ofSource).to.match(rows[0]);
          expect(ofWarehouse).to.match(rows[1]);
          await goTo(page, "Alarms & mails");
          await page
            .getByText(/freshness/)
            .first()
            .waitFor();
        });
        await onPage(
          hasNoReport ? latestReport : await makeReport(),
          async (page) => {
            expect(await page.innerText("#age")).to.equal(" (3 hours ago)");
            const text = await page.locator("body").innerText();
            expect(FALSE_WORDS.exec(text)?.[0]).to.equal(undefined);
          },
          { laterBy: 3 * HOUR },
        );
      } finally {
        await repair();
        await run("ingest", "process", "load");
      }
      await onPage(url, (page) => page.getByRole("link", { name: /^✔ fresh/ }).waitFor());
    });
  }
});
