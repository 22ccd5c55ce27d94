import { expect } from "chai";
import { columnsOf } from "../../../domain/model/columns";
import type { Model } from "../../../domain/model/model";
import { optional, sourceTable, type SourceColumn } from "../../../domain/model/source";
import { integer } from "../../../domain/model/types";
import { factRepair, hireModel } from "../../support/hires/model";
import { startHiresAfterFirstRun, type HirePipeline } from "../../support/hires/pipeline";
import { repair } from "../../support/hires/sources";
import { createDatabase, type TestDatabase } from "../../support/postgres/postgres";

/** The model, with another declaration of the source column with the minutes of a repair. */
function corrected(name: string, column: SourceColumn): Model {
  const { minutes: _, ...others } = repair.columns;
  const source = sourceTable("repair", { key: "repair_id", columns: { ...others, [name]: column } });
  const table = {
    ...factRepair,
    source,
    columns: { ...factRepair.columns, minutes: columnsOf(source).copy(name as never) },
  };
  return { ...hireModel, tables: hireModel.tables.map((one) => (one === factRepair ? table : one)) };
}

describe("The log can be processed after the source has changed", () => {
  let pipeline: HirePipeline;
  beforeEach(async () => {
    pipeline = await startHiresAfterFirstRun();
  });
  afterEach(() => pipeline.close());

  const update = (set: string): Promise<unknown> =>
    pipeline.source.query(`UPDATE repair SET ${set} WHERE repair_id = 1`);
  const minutes = async (warehouse: TestDatabase): Promise<(number | null)[]> => {
    const rows = await warehouse.query<{ minutes: number | null }>(
      "SELECT minutes FROM fact_repair WHERE repair_id = 1 ORDER BY repair_record_id",
    );
    return rows.map((row) => row.minutes);
  };
  const facts = async (warehouse: TestDatabase): Promise<unknown[]> =>
    warehouse.query(
      "SELECT repair_id, bike_id, cost, minutes, done_date FROM fact_repair ORDER BY repair_id, repair_record_id",
    );

  /** Processes the same log from its first commit, into another bucket and another warehouse. */
  const reprocessed = async (correctedModel: Model): Promise<TestDatabase> => {
    const warehouse = await createDatabase();
    const processed = await pipeline.processedIn("again");
    await pipeline.process({ model: correctedModel, processed });
    await pipeline.load({ model: correctedModel, database: warehouse, processed });
    return warehouse;
  };

  it("when a column is renamed: only its table is quarantined, and the corrected model continues from there", async () => {
    await pipeline.source.query("ALTER TABLE repair RENAME minutes TO spent");
    await update("spent = 101");
    await pipeline.source.query("UPDATE depot SET depot_name = 'New' WHERE depot_id = 1");
    await pipeline.run();
    await update("spent = 102");
    await pipeline.run();

    const { commit } = (await pipeline.processed.log.head())!;
    expect(commit.quarantine).to.deep.equal({
      repair: { since: 2, breaches: ["column minutes is missing"] },
    });
    expect(Object.keys((await pipeline.processed.log.read(2 as never))!.tables)).to.include("dim_bike");

    const now = corrected("spent", optional(integer, { formerly: ["minutes"] }));
    await update("spent = 103");
    await pipeline.ingest();
    await pipeline.process({ model: now });
    await pipeline.load({ model: now });

    expect((await pipeline.processed.log.head())!.commit.quarantine).to.deep.equal({});
    expect((await minutes(pipeline.warehouse)).slice(1), "every version, once, in order").to.deep.equal([
      101, 102, 103,
    ]);
    const again = await reprocessed(now);
    expect(await facts(again)).to.deep.equal(await facts(pipeline.warehouse));
    await again.drop();
  });

  it("when the type of a column becomes a domain over it, or over such a domain", async () => {
    await pipeline.source.query(`
      CREATE TYPE "Currency" AS ENUM ('GBP', 'EUR');
      CREATE DOMAIN kind AS "Currency"; CREATE DOMAIN "our kind" AS kind CHECK (VALUE IS NOT NULL);
      CREATE DOMAIN code AS varchar(2); CREATE DOMAIN "our code" AS code CHECK (VALUE = upper(VALUE));
      CREATE DOMAIN price AS numeric(10,2); CREATE DOMAIN "our price" AS price;
      ALTER TABLE hire ALTER currency_code TYPE "our kind" USING currency_code::"Currency";
      ALTER TABLE country ALTER country_code TYPE "our code";
      ALTER TABLE repair ALTER cost TYPE "our price"`);
    await update("cost = 7.25");
    await pipeline.run();

    expect((await pipeline.processed.log.head())!.commit.quarantine).to.deep.equal({});
    await pipeline.expectShown();
    const { tables } = (await pipeline.ingested.log.head())!.commit;
    const typeOf = (table: string, column: string): unknown =>
      tables[table]!.columns.find(({ name }) => name === column);
    expect(typeOf("hire", "currency_code")).to.deep.include({
      type: 'enum public."Currency"',
      labels: ["GBP", "EUR"],
    });
    expect(typeOf("country", "country_code")).to.include({ type: "character varying(2)" });
    expect(typeOf("repair", "cost")).to.include({ type: "numeric(10,2)" });
  });

  it("when a column has another type that the contract accepts: values that do not fit are rejected", async () => {
    await pipeline.source.query("ALTER TABLE repair ALTER minutes TYPE text");
    await update("minutes = 'many'");
    await pipeline.run();
    expect((await pipeline.processed.log.head())!.commit.quarantine["repair"]!.breaches).to.deep.equal([
      "column minutes is text, not integer",
    ]);

    const now = corrected("minutes", optional(integer, { accepts: ["text"] }));
    await update("minutes = '104'");
    await pipeline.ingest();
    const report = await pipeline.process({ model: now });
    await pipeline.load({ model: now });

    expect(report.rejected).to.equal(1);
    expect((await minutes(pipeline.warehouse)).slice(1)).to.deep.equal([104]);
    const again = await reprocessed(now);
    expect(await facts(again)).to.deep.equal(await facts(pipeline.warehouse));
    await again.drop();
  });
});
