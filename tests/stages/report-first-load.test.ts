import { expect } from "chai";
import { withConnection } from "../../adapters/postgres/postgres";
import { confirmFreshness } from "../../adapters/warehouse/confirmation";
import { marts } from "../../domain/declarations";
import { PLAIN_ROWS, plainReport } from "../../domain/report/plain";
import { startAfterFirstRun } from "../support/pipeline/first-run";
import { credentialsOf, type Pipeline } from "../support/pipeline/pipeline";
import { dataIn, startReporting, type Reporting } from "../support/report/reporting";

const MORNING = new Date("2026-11-25T06:59:00Z");
const TOMORROW = new Date("2026-11-26T07:30:00Z");

describe("The report of a warehouse after its first load", () => {
  let pipeline: Pipeline;
  let reporting: Reporting;
  before(async () => {
    pipeline = await startAfterFirstRun();
    reporting = await startReporting(pipeline);
  });
  after(() => pipeline.close());

  it("names the day of the newest sales order of the source", async () => {
    const [newest] = await pipeline.source.query<{ day: string }>(
      "SELECT max(created_at)::date::text AS day FROM sales_order",
    );
    const { report } = await reporting.run({ now: MORNING });
    const page = await reporting.page(report!);
    expect(page).to.include(`id="newest">Newest sales order: <time datetime="${newest!.day}">`);
  });

  it("shows the first rows of each mart if the model declares no questions", async () => {
    const { report } = await reporting.run({ now: TOMORROW, declared: plainReport(marts) });
    const page = await reporting.page(report!);
    const { rows } = dataIn(page);
    for (const { name, question, columns } of marts) {
      const [all] = await pipeline.warehouse.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM marts.${name}`,
      );
      const shown = Math.min(all!.count, PLAIN_ROWS);
      expect(rows[name], name).to.have.lengthOf(shown);
      if (shown > 0) expect(Object.keys(rows[name]![0]!)).to.include.members(Object.keys(columns));
      expect(page).to.include(question);
    }
    const text = page.replaceAll(/<script.*?<\/script>/gs, "");
    expect(text).to.not.match(/Not known|NaN|undefined|Infinity/);
  });

  it("is made again when the confirmation of the warehouse lapses, and when it returns", async () => {
    const confirm = (minutesAgo: number) =>
      withConnection("warehouse", credentialsOf(pipeline.warehouse.url), (client) =>
        confirmFreshness(client, "public", {
          confirmedAt: new Date(Date.now() - minutesAgo * 60_000),
          maxAgeMinutes: 30,
        }),
      );
    const behind = async (): Promise<number> =>
      Object.keys(dataIn(await reporting.page("latest.html")).behind ?? {}).length;
    const day = new Date("2026-12-03T12:00:00Z");
    let minute = 0;
    const runTwice = async (): Promise<string> => {
      const now = new Date(day.getTime() + (minute += 10) * 60_000);
      const { report, made } = await reporting.run({ now });
      expect(made).to.equal(true);
      const again = await reporting.run({ now: new Date(now.getTime() + 60_000) });
      expect(again).to.include({ report, made: false });
      return report!;
    };
    const reports: string[] = [];
    for (const age of [1, 40, 2, 45, 3]) {
      await confirm(age);
      reports.push(await runTwice());
      if (age < 30) expect(await behind()).to.equal(0);
      else expect(await behind()).to.be.greaterThan(0);
    }
    expect(new Set(reports)).to.have.lengthOf(5);
    await confirm(0);
    expect((await reporting.run({ now: day })).made, "runs that keep finding it change no state").to.equal(
      false,
    );
  });
});
