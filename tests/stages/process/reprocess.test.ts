import { expect } from "chai";
import { columnsOf, joined, whenNull } from "../../../domain/model/columns";
import type { Model } from "../../../domain/model/model";
import { optional, sourceTable } from "../../../domain/model/source";
import { dimension } from "../../../domain/model/table";
import { integer, text } from "../../../domain/model/types";
import { failureOf } from "../../support/failure";
import { expectTables } from "../../support/hires/expected";
import { dimBike, hireModel } from "../../support/hires/model";
import { startHiresAfterFirstRun, type HirePipeline } from "../../support/hires/pipeline";
import { bike } from "../../support/hires/sources";

const failure = async (promise: Promise<unknown>): Promise<string> => (await failureOf(promise)).message;

/** The model with an additional column, which the log has from its first commit on, and with an additional table. */
function changed(version: number): Model {
  const managed = sourceTable("depot", {
    key: "depot_id",
    columns: { depot_id: integer, depot_name: text, town: optional(text), manager: optional(text) },
  });
  const atDepot = joined(bike, "depot_id", managed);
  const own = columnsOf(managed);
  return {
    ...hireModel,
    version,
    tables: [
      ...hireModel.tables.filter((table) => table !== dimBike),
      {
        ...dimBike,
        columns: {
          ...dimBike.columns,
          depot_name: atDepot.copy("depot_name"),
          town: whenNull("", atDepot.copy("town")),
          manager: atDepot.copy("manager"),
        },
      },
      dimension("dim_depot", {
        description: "Where bikes are kept.",
        source: managed,
        key: "depot_id",
        columns: { depot_id: own.copy("depot_id"), depot_name: own.copy("depot_name") },
      }),
    ],
  };
}

describe("A change of the model", () => {
  let pipeline: HirePipeline;
  beforeEach(async () => {
    pipeline = await startHiresAfterFirstRun();
    await pipeline.source.query("UPDATE hire SET paid = NOT paid WHERE hire_id = 1");
    await pipeline.run();
  });
  afterEach(() => pipeline.close());

  const change = (): Promise<unknown> =>
    pipeline.source.query("UPDATE depot SET manager = 'New' WHERE depot_id = 1");

  it("is refused under the old version, and existing files stay unchanged", async () => {
    await change();
    await pipeline.ingest();

    expect(await failure(pipeline.process({ model: changed(1) }))).to.include(
      "raise the `version` of the model (of the example: in domain/shop/shop.ts)",
    );
    expect((await pipeline.processed.log.head())?.number).to.equal(2);
  });

  it("that does not change the tables needs no new version", async () => {
    await change();
    await pipeline.ingest();
    const renamed = { ...hireModel, tables: [...hireModel.tables].reverse() };

    expect((await pipeline.process({ model: renamed })).commits).to.deep.equal([3]);
  });

  it("waits for a person before a new log is started, and before a warehouse is rebuilt", async () => {
    expect(await failure(pipeline.process({ model: changed(2) }))).to.include(
      'run `npm run operate -- reprocess --yes` (in AWS, invoke process with {"reprocess":true})',
    );
    expect(await failure(pipeline.load({ model: changed(2) }))).to.include(
      "shows version 1 of the model, this is version 2",
    );
  });

  it("reaches the warehouse by reprocess and replay, with the whole log; readers see the old tables until then", async () => {
    await change();
    await pipeline.ingest();
    const next = changed(2);

    const { commits } = await pipeline.process({ model: next, reprocess: true });
    expect(commits).to.deep.equal([1, 2, 3]);
    expect((await pipeline.processed.log.head())?.number, "the old log is as it was").to.equal(2);
    const old = await pipeline.warehouse.query<{ columns: string }>(
      "SELECT count(*) AS columns FROM pg_attribute WHERE attrelid = 'dim_bike'::regclass AND attname = 'manager'",
    );
    expect(Number(old[0]!.columns)).to.equal(0);

    const { replay } = await pipeline.load({ model: next, replay: {} });

    expect(replay).to.deep.include({ state: "done", commit: 3 });
    const managers = await pipeline.warehouse.query<{ manager: string }>(
      "SELECT DISTINCT manager FROM dim_bike WHERE depot_name = (SELECT depot_name FROM dim_depot WHERE depot_id = 1)",
    );
    expect(managers.map(({ manager }) => manager)).to.deep.equal(["New"]);
    await expectTables(pipeline, { without: ["dim_bike"] });
    await pipeline.source.query("UPDATE hire SET paid = NOT paid WHERE hire_id = 2");
    await pipeline.ingest();
    await pipeline.process({ model: next });
    expect((await pipeline.load({ model: next })).commits, "and continues").to.deep.equal([4]);
  });

  it("can be killed while the log is built, and continues with the next run", async () => {
    const next = changed(2);
    let begun = 0;
    await pipeline.process({ model: next, reprocess: true, hasTime: () => begun++ < 1 });
    const { replay } = await pipeline.load({ model: next, replay: {} });
    expect(replay, "the warehouse is not set back").to.deep.include({ state: "underway", commit: 1, of: 2 });

    expect((await pipeline.process({ model: next })).commits).to.deep.equal([2]);
    expect((await pipeline.load({ model: next })).replay).to.deep.include({ state: "done", commit: 2 });
  });

  it("during a rebuild restarts the rebuild", async () => {
    let begun = 0;
    await pipeline.load({ replay: {}, hasTime: () => begun++ < 2 });
    await pipeline.process({ model: changed(3), reprocess: true });

    await pipeline.load({ model: changed(3), replay: {} });

    expect(pipeline.logged.some(({ message }) => message.includes("abandoned"))).to.equal(true);
    expect(await pipeline.warehouse.query("SELECT FROM dim_depot")).to.not.be.empty;
  });
});
