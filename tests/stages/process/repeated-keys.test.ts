import { expect } from "chai";
import { actualRows, expectedRows } from "../../support/oracle/expected-warehouse";
import { startAfterFirstRun } from "../../support/pipeline/first-run";
import { startPipeline, type Pipeline } from "../../support/pipeline/pipeline";
import { rejectedRows } from "../../support/pipeline/rejected-rows";

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
    await pipeline.source.query(
      "UPDATE payment_type SET payment_type_name = 'SALES_REFUND' WHERE payment_type_id = 1",
    );
  };
  const repair = async (table: string, key: string): Promise<void> => {
    await pipeline.source.query(
      `DELETE FROM ${table} a USING ${table} b WHERE a.${key} = b.${key} AND a.ctid > b.ctid`,
    );
    await pipeline.source.query(`ALTER TABLE ${table} ADD PRIMARY KEY (${key})`);
  };
  const expectSame = async (): Promise<void> => {
    expect(await actualRows(pipeline.warehouse)).to.deep.equal(await expectedRows(pipeline.source));
  };

  for (const [table, key, made, partBytes] of [
    ["design", "design_id", "dim_design", Infinity],
    ["design", "design_id", "dim_design in the first load, out of many files", 1000],
    ["staff", "staff_id", "dim_staff, with its department", Infinity],
    ["department", "department_id", "dim_staff, which it is joined to", Infinity],
    ["address", "address_id", "dim_location and dim_counterparty", Infinity],
    ["sales_order", "sales_order_id", "fact_sales_order", Infinity],
  ] as const) {
    it(`waits alone, and shows no row that may belong to another: ${made}`, async () => {
      pipeline = partBytes === Infinity ? await startAfterFirstRun() : await startPipeline({ seeded: true });
      await spoil(table, key);
      await pipeline.ingest({ partBytes });
      await pipeline.process({ taskBytes: 0 });
      await pipeline.load();

      expect(await rejectedRows(pipeline)).to.deep.equal([]);
      const { quarantine } = (await pipeline.processed.log.head())!.commit;
      expect(quarantine).to.deep.equal({
        [table]: {
          since: partBytes === Infinity ? 2 : 1,
          breaches: [
            `nothing in the source prevents two rows of ${table} with the same ${key}, which the contract says is the key; ` +
              `it has no primary key: ALTER TABLE "${table}" ADD PRIMARY KEY ("${key}")`,
          ],
        },
      });
      const { dim_payment_type: actual } = await actualRows(pipeline.warehouse);
      expect(actual).to.deep.equal((await expectedRows(pipeline.source))["dim_payment_type"]);

      await repair(table, key);
      await pipeline.run();
      expect((await pipeline.processed.log.head())!.commit.quarantine).to.deep.equal({});
      await expectSame();
    });
  }

  it("ends its wait as well when another constraint makes its rows unique", async () => {
    pipeline = await startAfterFirstRun();
    await pipeline.source.query("ALTER TABLE design DROP CONSTRAINT design_pkey CASCADE");
    await pipeline.run();
    expect((await pipeline.processed.log.head())!.commit.quarantine).to.have.keys("design");
    await pipeline.source.query("CREATE UNIQUE INDEX ON design (design_id)");
    await pipeline.source.query("UPDATE design SET file_name = 'new' WHERE design_id = 1");
    await pipeline.run();

    expect((await pipeline.processed.log.head())!.commit.quarantine).to.deep.equal({});
    await expectSame();
  });
});
