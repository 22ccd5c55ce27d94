import { expect } from "chai";
import { writeUnreadableCommit } from "../../support/local/unreadable-commit";
import type { WatchedCloud } from "../../support/local/watched-cloud";
import { FALSE_WORDS } from "./broken-tables";
import { seenTroubles, startWatchedConsole, textOf, type WatchedConsole } from "./watched-console";

const HOUR = 3_600_000;
/** The list of the commits says why it cannot be shown. */
const NO_COMMITS = /the server responded with a status of 500/;
/** The pages that say how current the warehouse is, each with a heading of its own. */
const PAGES = [
  ["Pipeline", "From the source to the warehouse"],
  ["Tables", "Tables of the warehouse"],
] as const;
const WRONG_PASSWORD = "hunter2";

/** A state in which stages fail: how it is brought about, shown and ended. */
interface BrokenStage {
  readonly state: string;
  /** Brings the state about; returns what ends it. */
  readonly breaks: (watched: WatchedCloud) => Promise<() => Promise<void>>;
  /** What is in view without a click: what, why, what to do. */
  readonly tells: readonly RegExp[];
  /** What no page may show. */
  readonly hides?: string;
  /** What the browser may log, because a part of the page cannot be shown; undefined for no message. */
  readonly allowed?: RegExp;
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
        /The lake cannot be read: .*Which tables are behind is not known/,
      ],
      allowed: NO_COMMITS,
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
        /The lake cannot be read: .*ECONNRESET.*Bring S3 back/,
      ],
      allowed: NO_COMMITS,
      hasNoReport: true,
    },
  ];

  for (const { state, breaks, tells, hides, allowed, hasNoReport = false } of STATES) {
    it(`${state}: what, why and what to do are in view, and the report shows its age`, async () => {
      const { watched, url, run, onPage, makeReport, latestReport } = shown!;
      await run("ingest", "process", "load");
      await makeReport();
      const repair = await breaks(watched);
      try {
        await run("ingest", "process", "load");
        await onPage(
          url,
          async (page) => {
            const troubles = await seenTroubles(page);
            for (const words of tells) expect(troubles).to.match(words);
            for (const [name, heading] of PAGES) {
              await page.getByRole("navigation").getByRole("link", { name, exact: true }).click();
              await page.getByRole("heading", { name: heading }).waitFor();
              const text = await textOf(page);
              expect(FALSE_WORDS.exec(text)?.[0], name).to.equal(undefined);
              if (hides !== undefined) expect(text).to.not.include(hides);
            }
            await page.getByRole("navigation").getByRole("link", { name: "Alarms & mails" }).click();
            await page
              .getByText(/freshness/)
              .first()
              .waitFor();
          },
          { allowed },
        );
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
