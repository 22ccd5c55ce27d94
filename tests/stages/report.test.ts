import { expect } from "chai";
import { questions } from "../../domain/shop/report/questions/questions";
import { failureOf } from "../support/failure";
import { startAfterFirstRun } from "../support/pipeline/first-run";
import { startPipeline, type Pipeline } from "../support/pipeline/pipeline";
import { dataIn, startReporting, type Reporting } from "../support/report/reporting";

const MORNING = new Date("2026-11-25T06:59:00Z");
const SEVEN = new Date("2026-11-25T07:00:00Z");
const NOON = new Date("2026-11-25T12:00:00Z");
const TOMORROW = new Date("2026-11-26T07:30:00Z");

describe("The report", () => {
  let pipeline: Pipeline;
  let reporting: Reporting;

  describe("of a shop", () => {
    before(async () => {
      pipeline = await startAfterFirstRun();
      reporting = await startReporting(pipeline);
    });
    after(() => pipeline.close());

    it("shows the rows of the marts", async () => {
      const { report: made } = await reporting.run({ now: NOON });
      const { rows } = dataIn(await reporting.page(made!));
      const sales = await pipeline.warehouse.query<Record<string, unknown>>(
        `SELECT month::text, currency_code, orders::text, units_sold::text, revenue::text, average_order::text
           FROM marts.revenue_by_month ORDER BY month DESC, currency_code`,
      );
      expect(rows["revenue_by_month"]).to.deep.equal(sales);
      const [late] = await pipeline.warehouse.query<{ amount: string }>(
        "SELECT sum(amount)::text AS amount FROM marts.outstanding_payments",
      );
      const cents = (rows["outstanding_payments"] ?? []).reduce(
        (sum, { amount }) => sum + BigInt(amount!.replace(".", "")),
        0n,
      );
      expect(cents).to.equal(BigInt(late!.amount.replace(".", "")));
    });

    it("shows the same whatever date format the warehouse has", async () => {
      const shown = async (day: string): Promise<unknown> => {
        const { report } = await reporting.run({ now: new Date(`${day}T12:00:00Z`) });
        return dataIn(await reporting.page(report!)).rows;
      };
      const before = await shown("2026-11-27");
      const { name } = pipeline.warehouse;
      await pipeline.warehouse.query(`ALTER DATABASE ${name} SET datestyle = 'German'`);
      expect(await shown("2026-11-28")).to.deep.equal(before);
      await pipeline.warehouse.query(`ALTER DATABASE ${name} RESET datestyle`);
    });

    it("is mailed on request, as a link that opens the page and states when it expires", async () => {
      await reporting.run({ now: NOON });
      const { report, made, mailed } = await reporting.run({ now: NOON, mail: true, mailTime: "asked" });
      expect({ made, mailed }).to.deep.equal({ made: false, mailed: true });
      const { subject, text } = reporting.mails.at(-1)!;
      expect(subject).to.match(/^Marble report: data as of \d{4}-\d\d-\d\d \d\d:\d\d UTC$/);
      expect(text).to.include("until 2026-11-26 00:00 UTC at the latest");
      const link = /^http\S+$/m.exec(text)![0];
      expect(new URL(link).searchParams.get("X-Amz-Expires")).to.equal("43200");
      const answer = await fetch(link);
      expect(answer.headers.get("content-type")).to.equal("text/html; charset=utf-8");
      expect(await answer.text()).to.equal(await reporting.page(report!));

      const yesterday = new Date(Date.now() - 24 * 3600_000).toISOString().replaceAll(/[-:]|\.\d+/g, "");
      const old = link.replace(/X-Amz-Date=\w+/, `X-Amz-Date=${yesterday}`);
      expect((await fetch(old)).status, "a link of yesterday").to.equal(403);
    });

    it("is mailed once a day from the configured time on, and never when the stack says so", async () => {
      const mailed = async (now: Date, mailTime: string): Promise<boolean> =>
        (await reporting.run({ now, mailTime })).mailed;
      expect(await mailed(NOON, "never")).to.equal(false);
      expect(await mailed(NOON, "asked")).to.equal(false);
      expect(await mailed(MORNING, "07:00")).to.equal(false);
      expect(await mailed(SEVEN, "07:00")).to.equal(true);
      expect(await mailed(NOON, "07:00")).to.equal(false);
      expect(await mailed(TOMORROW, "07:00")).to.equal(true);
    });

    it("is mailed to nobody while the stack says never, and a request gets the reason", async () => {
      const before = reporting.mails.length;
      const { name, message } = await failureOf(reporting.run({ now: NOON, mail: true, mailTime: "never" }));
      expect(name).to.equal("TerminalError");
      expect(message).to.include("pulumi config set marble:reportMail asked");
      expect(reporting.mails).to.have.lengthOf(before);
    });

    for (const [title, day, retried, hour] of [
      ["is mailed by the run that the day's mail is of when that is repeated", "2026-11-29", "first", "07"],
      ["is mailed by a run of the next hour when no repetition could send it", "2026-11-30", "third", "08"],
    ] as const)
      it(`${title}, and once`, async () => {
        const mailed = async (id: string, at: string): Promise<boolean> =>
          (await reporting.run({ now: new Date(`${day}T${at}Z`), mailTime: "07:00", id })).mailed;
        const run = { now: new Date(`${day}T07:30:00Z`), mailTime: "07:00", id: "first" };
        expect((await failureOf(reporting.run({ ...run, sendFails: true }))).message).to.equal("no mail");
        const before = reporting.mails.length;
        expect(await mailed("second", "07:31:00"), "the first may still try").to.equal(false);
        expect(await mailed(retried, `${hour}:32:00`)).to.equal(true);
        expect(await mailed("fourth", "09:30:00")).to.equal(false);
        expect(await mailed("first", "07:40:00")).to.equal(false);
        expect(reporting.mails).to.have.lengthOf(before + 1);
      });

    it("names a mart that it lacks, and has all others", async () => {
      await pipeline.warehouse.query(
        "CREATE SCHEMA other; CREATE VIEW other.best_designs AS SELECT 1 AS mine",
      );
      await pipeline.warehouse.query(
        "CREATE VIEW other.revenue_by_month AS SELECT * FROM marts.revenue_by_month",
      );
      const now = new Date("2026-12-01T00:00:00Z");
      const from = reporting.logged.length;
      const { report } = await reporting.run({ now, martsSchema: "other" });
      const page = await reporting.page(report!);
      expect(dataIn(page).rows["best_designs"]).to.equal(null);
      expect(dataIn(page).rows["revenue_by_month"]).not.to.be.empty;
      expect(page).to.include("Not known: the mart best_designs could not be read.");
      expect(page).to.include(
        "Newest sales order: not known, because the mart best_designs could not be read",
      );
      // All questions but one, and the newest day.
      expect(reporting.logged.slice(from).filter(({ level }) => level === "warn")).to.have.lengthOf(
        questions.length,
      );
    });

    it("has few rows, however many the marts have, and shortens long texts", async () => {
      const columns: Readonly<Record<string, string>> = {
        revenue_by_month:
          "'2020-01-01'::date + (n % 900) * 31 AS month, 'C' || n % 300 AS currency_code, 1 AS orders, 1 AS units_sold, 1.5 AS revenue, 1.5 AS average_order",
        best_designs:
          "n AS design_id, repeat('x', 5000) AS design_name, 'GBP' AS currency_code, 1 AS orders, 1 AS units_sold, n * 1.25 AS revenue",
        order_changes: "'sale' AS kind, n AS order_id, 'column ' || n % 30 AS changed",
        outstanding_payments:
          "'SALES_RECEIPT' AS payment_type_name, 'GBP' AS currency_code, 0.01 AS amount, n % 100 AS days_late",
      };
      await pipeline.warehouse.query("CREATE SCHEMA big");
      for (const [mart, select] of Object.entries(columns))
        await pipeline.warehouse.query(
          `CREATE TABLE big.${mart} AS SELECT ${select} FROM generate_series(1, 20_000) n`,
        );
      const { report } = await reporting.run({ now: new Date("2026-12-02T00:00:00Z"), martsSchema: "big" });
      const { rows } = dataIn(await reporting.page(report!));
      expect(rows["revenue_by_month"]).to.have.lengthOf(5000);
      expect(rows["best_designs"]?.map(({ revenue }) => revenue)).to.deep.equal(
        Array.from({ length: 10 }, (_, place) => ((20_000 - place) * 1.25).toFixed(2)),
      );
      expect(rows["best_designs"]![0]!["design_name"]).to.equal("x".repeat(80));
      expect(rows["order_changes"]).to.have.lengthOf(10);
      expect(rows["outstanding_payments"]).to.have.lengthOf(5);
      expect(rows["outstanding_payments"]?.reduce((sum, { payments }) => sum + Number(payments), 0)).to.equal(
        20_000,
      );
    });
  });

  describe("of a shop whose warehouse changes", () => {
    beforeEach(async () => {
      pipeline = await startAfterFirstRun();
      reporting = await startReporting(pipeline);
    });
    afterEach(() => pipeline.close());

    it("is made once for a commit and a day, under its own key, and is the latest", async () => {
      const { report, ...rest } = await reporting.run({ now: MORNING });
      expect(rest).to.deep.equal({ commit: 1, made: true, mailed: false });
      expect(report).to.match(/^2026\/11\/25\/commit-0000000001-\d{8}T\d{9}Z\.html$/);
      const key = report!;
      const page = await reporting.page(key);
      expect(await reporting.page("latest.html")).to.equal(page);
      expect(dataIn(page)).to.include({ commit: 1, madeAt: MORNING.toISOString() });

      expect(await reporting.run({ now: NOON })).to.include({ report: key, made: false });
      expect(await reporting.page(key)).to.equal(page);
      expect(await reporting.run({ now: TOMORROW })).to.include({
        report: key.replace("2026/11/25/", "2026/11/26/"),
        made: true,
      });
    });

    it("states at the top, in each affected section and in the mail the time of a quarantined table", async () => {
      await pipeline.source.query("ALTER TABLE payment RENAME COLUMN paid TO settled");
      await pipeline.source.query("UPDATE staff SET last_name = 'Renamed' WHERE staff_id = 1");
      await pipeline.run();
      await reporting.run({ now: NOON, mail: true, mailTime: "asked" });
      const { subject, text } = reporting.mails[0]!;
      expect(subject).to.match(/^Marble report: data as of .* UTC, 1 table behind$/);
      expect(text).to.match(/These tables are behind:\n- fact_payment, as of \d{4}-.*payment is quarantined/);
      const page = await reporting.page("latest.html");
      expect(page).to.match(
        /role="alert">.*<b>fact_payment<\/b> shows the source as of .*payment is quarantined/s,
      );
      const section = (mart: string): string =>
        new RegExp(`<section class="question[^"]*" id="${mart}".*?</section>`, "s").exec(page)![0];
      expect(section("outstanding_payments")).to.match(/class="behind">As of .*fact_payment is behind/);
      expect(section("revenue_by_month")).to.not.include("behind");
    });

    it("is made again after the next load", async () => {
      await reporting.run({ now: NOON });
      await pipeline.source.query(
        "UPDATE staff SET first_name = 'New', last_updated = now() WHERE staff_id = 1",
      );
      await pipeline.run();
      const { report, made } = await reporting.run({ now: NOON });
      expect(made).to.equal(true);
      expect(report).to.match(/^2026\/11\/25\/commit-0000000002-/);
      expect(await reporting.page("latest.html")).to.equal(await reporting.page(report!));
    });

    for (const [what, replay] of [
      ["a table was loaded again in place", { tables: ["dim_staff"], from: 1 }],
      ["the warehouse was rebuilt", {}],
    ] satisfies [string, object][]) {
      it(`is made again after ${what}, next to the earlier report`, async () => {
        const before = (await reporting.run({ now: NOON })).report!;
        const was = await reporting.page(before);
        expect((await pipeline.load({ replay })).replay).to.include({ state: "done" });
        const { report, made } = await reporting.run({ now: NOON });
        expect(made).to.equal(true);
        expect(report).not.to.equal(before);
        expect(await reporting.page(before)).to.equal(was);
        const latest = dataIn(await reporting.page("latest.html"));
        expect(latest.madeAt).to.equal(NOON.toISOString());
        expect(await reporting.page("latest.html")).to.equal(await reporting.page(report!));
        expect(await reporting.run({ now: NOON })).to.include({ report, made: false });
      });
    }
  });

  it("is not made before anything is loaded", async () => {
    pipeline = await startPipeline();
    reporting = await startReporting(pipeline);
    const nothing = { report: null, commit: null, made: false, mailed: false };
    expect(await reporting.run({ mail: true, mailTime: "asked" })).to.deep.equal(nothing);
    expect(reporting.mails).to.deep.equal([]);
    await pipeline.close();
  });

  it("says so for an empty warehouse, and for one order", async () => {
    pipeline = await startPipeline();
    reporting = await startReporting(pipeline);
    try {
      await pipeline.run();
      const empty = (await reporting.run({ now: NOON })).report;
      const text = (await reporting.page(empty!)).replaceAll(/<script.*?<\/script>/gs, "");
      expect(text).to.include("No sales yet").and.include("There are no rows.");
      expect(text).to.include("Newest sales order: none");
      expect(text).not.to.match(/NaN|undefined|null<|Infinity/);

      await pipeline.warehouse.query("CREATE SCHEMA one");
      for (const mart of new Set(questions.map((question) => question.mart)))
        await pipeline.warehouse.query(`CREATE TABLE one.${mart} AS SELECT * FROM marts.${mart}`);
      await pipeline.warehouse.query(
        "INSERT INTO one.revenue_by_month VALUES ('2026-02-01', 'GBP', 1, 2, 12.50, 12.50)",
      );
      const one = (await reporting.run({ now: TOMORROW, martsSchema: "one" })).report;
      const page = await reporting.page(one!);
      expect(page).to.include("GBP 13 in 1 month; the best was Feb 2026 with 13.");
      expect(page).to.include("Revenue, Feb 2026").and.include("none in Jan 2026");
    } finally {
      await pipeline.close();
    }
  });
});
