import { expect } from "chai";
import { withConnection } from "../../../adapters/postgres/postgres";
import { readPosition } from "../../../adapters/warehouse/position";
import type { MetricName } from "../../../domain/metrics";
import {
  recordSeen,
  recordAfter,
  recordLoadState,
  recordProcessState,
} from "../../../stages/shared/freshness";
import { failureOf } from "../../support/failure";
import { hireModel } from "../../support/hires/model";
import { startHires, type HirePipeline } from "../../support/hires/pipeline";
import { credentialsOf } from "../../support/pipeline/pipeline";

describe("The recorded state of the stages", () => {
  let pipeline: HirePipeline;
  /** The time for which load last knew that the warehouse matches the source. */
  let confirmed: Date | undefined;
  beforeEach(async () => {
    confirmed = undefined;
    pipeline = await startHires();
  });
  afterEach(() => pipeline.close());

  /** The metrics that a stage records at a time. */
  async function recorded(
    report: "load" | "process",
    now = new Date(),
  ): Promise<Partial<Record<MetricName, number>>> {
    const metrics: Partial<Record<MetricName, number>> = {};
    const telemetry = {
      info: () => undefined,
      warn: () => undefined,
      count: (metric: MetricName, value: number) => void (metrics[metric] = value),
    };
    const { ingested, processed, warehouse } = pipeline;
    if (report === "process") await recordProcessState({ ingested, processed, model: hireModel, telemetry });
    else {
      const position = await withConnection("warehouse", credentialsOf(warehouse.url), (client) =>
        readPosition(client, "public"),
      );
      const confirm = (at: Date): Promise<void> => Promise.resolve(void (confirmed = at));
      await recordLoadState(position, {
        ingested: ingested.store,
        log: processed.log,
        telemetry,
        now,
        confirm,
      });
    }
    return metrics;
  }
  const minutesOn = (minutes: number): Date => new Date(Date.now() + minutes * 60_000);
  const freshness = async (now: Date): Promise<number> =>
    Math.round(((await recorded("load", now)).Freshness ?? NaN) / 60);
  const change = (): Promise<unknown> => pipeline.source.query("UPDATE bike SET frame = frame || '.'");

  it("has no freshness for a warehouse that was never loaded, but counts what waits", async () => {
    await pipeline.ingest();
    expect(await recorded("process")).to.deep.equal({
      CommitsBehind: 1,
      TablesQuarantined: 0,
      TablesAbsent: 0,
    });
    await pipeline.process();
    expect(await recorded("load")).to.deep.equal({ CommitsBehind: 1 });
    expect(confirmed).to.equal(undefined);
  });

  it("is fresh since the capture of the newest loaded commit", async () => {
    await pipeline.run();
    expect(await freshness(minutesOn(20))).to.equal(20);
    expect(await recorded("load")).to.include({ CommitsBehind: 0, OrphansWaiting: 0 });
  });

  it("stays fresh while ingest finds nothing new, and ages from its last run on", async () => {
    await pipeline.run();
    await recordSeen(pipeline.ingested, minutesOn(15));
    expect(await freshness(minutesOn(20))).to.equal(5);
    const seen = minutesOn(55);
    await recordSeen(pipeline.ingested, seen);
    expect(await freshness(minutesOn(60))).to.equal(5);
    expect(await freshness(minutesOn(90))).to.equal(35);
    expect(confirmed).to.deep.equal(seen);
  });

  it("ages while a commit is on its way, whatever later runs of ingest see", async () => {
    await pipeline.run();
    await recordSeen(pipeline.ingested, minutesOn(15));
    await change();
    await pipeline.ingest();
    await recordSeen(pipeline.ingested, minutesOn(55));
    expect(await freshness(minutesOn(60)), "not processed").to.equal(45);
    expect(await recorded("process")).to.include({ CommitsBehind: 1 });
    await pipeline.process();
    expect(await freshness(minutesOn(60)), "not loaded").to.equal(45);
    await pipeline.load();
    expect(await freshness(minutesOn(60)), "loaded").to.equal(5);
  });

  it("marks nothing in a lake without a commit", async () => {
    await recordSeen(pipeline.ingested, new Date());
    expect(await pipeline.ingested.log.head()).to.equal(undefined);
  });

  it("counts what waits although the freshness is unknown, and the error is thrown", async () => {
    await pipeline.run();
    const recorded: string[] = [];
    const telemetry = {
      info: () => undefined,
      warn: () => undefined,
      count: (metric: MetricName) => void recorded.push(metric),
    };
    const position = await withConnection("warehouse", credentialsOf(pipeline.warehouse.url), (client) =>
      readPosition(client, "public"),
    );
    const broken = { ...pipeline.ingested.store, tags: () => Promise.reject(new Error("throttled")) };
    const report = recordLoadState(position, {
      ingested: broken,
      log: pipeline.processed.log,
      telemetry,
      now: new Date(),
      confirm: () => Promise.reject(new Error("confirmed without knowing")),
    });
    expect((await failureOf(report)).message).to.equal("throttled");
    expect(recorded).to.have.members(["CommitsBehind", "OrphansWaiting"]);
  });

  it("counts the facts that wait, until they are loaded", async () => {
    await pipeline.run();
    await pipeline.source.query("INSERT INTO bike VALUES (900, 'without a depot', 99)");
    await pipeline.source.query("UPDATE hire SET bike_id = 900 WHERE hire_id < 4");
    await pipeline.run();
    expect(await recorded("load")).to.include({ OrphansWaiting: 3 });
    await pipeline.source.query("UPDATE bike SET depot_id = 1 WHERE bike_id = 900");
    await pipeline.run();
    expect(await recorded("load")).to.include({ OrphansWaiting: 0 });
  });

  it("counts the absent tables that the model reads", async () => {
    await pipeline.source.query("CREATE TABLE scratch (n integer PRIMARY KEY)");
    await pipeline.run();
    await pipeline.source.query("DROP TABLE scratch; ALTER TABLE hire RENAME TO away");
    await pipeline.run();
    expect(await recorded("process")).to.include({ TablesAbsent: 1, TablesQuarantined: 0 });
    await pipeline.source.query("ALTER TABLE away RENAME TO hire");
    await pipeline.run();
    expect(await recorded("process")).to.include({ TablesAbsent: 0 });
  });

  it("counts the tables in quarantine, also without a new commit", async () => {
    await pipeline.run();
    await pipeline.source.query("ALTER TABLE customer RENAME address_line_1 TO street");
    await pipeline.run();
    await pipeline.process();
    expect(await recorded("process")).to.include({ TablesQuarantined: 1 });
  });
});

describe("A record after work", () => {
  const broken = (message: string) => (): Promise<never> => Promise.reject(new Error(message));

  it("is made when the work failed, and does not hide its error", async () => {
    let reported = 0;
    const report = (): Promise<void> => Promise.resolve(void (reported += 1));
    expect(await recordAfter(() => Promise.resolve("done"), report)).to.equal("done");
    expect((await failureOf(recordAfter(broken("work"), report))).message).to.equal("work");
    expect(reported).to.equal(2);
    expect((await failureOf(recordAfter(broken("work"), broken("report")))).message).to.equal("work");
    expect((await failureOf(recordAfter(() => Promise.resolve(), broken("report")))).message).to.equal(
      "report",
    );
  });
});
