import { expect } from "chai";
import { columnsOf } from "../../../domain/model/columns";
import { dimension } from "../../../domain/model/table";
import { expectTables } from "../../support/hires/expected";
import { hireModel } from "../../support/hires/model";
import { startHires, startHiresAfterFirstRun } from "../../support/hires/pipeline";
import { depot } from "../../support/hires/sources";
import type { Pipeline } from "../../support/pipeline/pipeline";
import { rejectedRows } from "../../support/pipeline/rejected-rows";
import { withModel } from "../../support/pipeline/with-model";

/** A depot is a dimension here, and joined to another. */
const dimDepot = dimension("dim_depot", {
  description: "Where bikes are kept.",
  source: depot,
  key: "depot_id",
  columns: {
    depot_id: columnsOf(depot).copy("depot_id"),
    depot_name: columnsOf(depot).copy("depot_name"),
  },
});

async function startWithDepots(): Promise<Pipeline> {
  const model = { ...hireModel, tables: [...hireModel.tables, dimDepot] };
  const pipeline = withModel(await startHires(), { model });
  await pipeline.run();
  return pipeline;
}

describe("A table that lost its primary key, with a repeated key,", function () {
  this.timeout(60_000);
  let pipeline: Pipeline;
  afterEach(() => pipeline.close());

  const { stringify } = JSON;
  /** A second row of the key, which is otherwise the row of another; and a change elsewhere. */
  const spoil = async (table: string, key: string): Promise<void> => {
    await pipeline.source.query(`ALTER TABLE ${table} DROP CONSTRAINT ${table}_pkey CASCADE`);
    await pipeline.source.query(
      `INSERT INTO ${table} SELECT (jsonb_populate_record(t, '${stringify({ [key]: 999 })}')).*
         FROM ${table} t ORDER BY ${key} LIMIT 2`,
    );
    await pipeline.source.query("UPDATE repair SET cost = 1 WHERE repair_id = 1");
  };
  const repair = async (table: string, key: string): Promise<void> => {
    await pipeline.source.query(
      `DELETE FROM ${table} a USING ${table} b WHERE a.${key} = b.${key} AND a.ctid > b.ctid`,
    );
    await pipeline.source.query(`ALTER TABLE ${table} ADD PRIMARY KEY (${key})`);
  };
  const expectSame = (): Promise<void> => expectTables(pipeline);

  const first = (): Promise<Pipeline> => startHires();
  const later = (): Promise<Pipeline> => startHiresAfterFirstRun();
  for (const [table, key, made, start] of [
    ["customer", "customer_id", "dim_customer", later],
    ["customer", "customer_id", "dim_customer in the first load, out of many files", first],
    ["bike", "bike_id", "dim_bike, with its depot", later],
    ["depot", "depot_id", "dim_bike, which it is joined to", later],
    ["depot", "depot_id", "dim_depot and dim_bike", startWithDepots],
    ["hire", "hire_id", "fact_hire", later],
  ] as const) {
    it(`waits alone, and shows no row that may belong to another: ${made}`, async () => {
      pipeline = await start();
      await spoil(table, key);
      await pipeline.ingest({ partBytes: start === first ? 64 : Infinity });
      await pipeline.process({ taskBytes: 0 });
      await pipeline.load();

      expect(await rejectedRows(pipeline)).to.deep.equal([]);
      const { quarantine } = (await pipeline.processed.log.head())!.commit;
      expect(quarantine).to.deep.equal({
        [table]: {
          since: start === first ? 1 : 2,
          breaches: [
            `nothing in the source prevents two rows of ${table} with the same ${key}, which the contract says is the key; ` +
              `it has no primary key, or other tables inherit from it: add the primary key (${key}) to ${table} in the source`,
          ],
        },
      });
      await expectTables(pipeline, {
        without: ["dim_bike", "dim_country", "dim_customer", "current_hire"],
      });

      await repair(table, key);
      await pipeline.run();
      expect((await pipeline.processed.log.head())!.commit.quarantine).to.deep.equal({});
      await expectSame();
    });
  }

  it("ends its wait as well when another constraint makes its rows unique", async () => {
    pipeline = await later();
    await pipeline.source.query("ALTER TABLE customer DROP CONSTRAINT customer_pkey CASCADE");
    await pipeline.run();
    expect((await pipeline.processed.log.head())!.commit.quarantine).to.have.keys("customer");
    await pipeline.source.query("CREATE UNIQUE INDEX ON customer (customer_id)");
    await pipeline.source.query("UPDATE customer SET customer_name = 'new' WHERE customer_id = 1");
    await pipeline.run();

    expect((await pipeline.processed.log.head())!.commit.quarantine).to.deep.equal({});
    await expectSame();
  });
});
