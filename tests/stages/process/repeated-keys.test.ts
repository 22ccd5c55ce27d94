import { expect } from "chai";
import { actualRows, expectedRows } from "../../support/oracle/expected-warehouse";
import { startPipeline, type Pipeline } from "../../support/pipeline/pipeline";
import { rejectedRows } from "../../support/pipeline/rejected-rows";

describe("A table that lost its primary key, with a key that comes twice", function () {
  this.timeout(60_000);
  let pipeline: Pipeline;
  beforeEach(async () => {
    pipeline = await startPipeline({ seeded: true });
  });
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
  const mend = async (table: string, key: string): Promise<void> => {
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
  ] as const) {
    it(`does not stop the warehouse, and the row that was not taken is kept: ${made}`, async () => {
      if (partBytes === Infinity) await pipeline.run();
      await spoil(table, key);
      await pipeline.ingest({ partBytes });
      await pipeline.process({ taskBytes: 0 });
      await pipeline.load();

      expect(
        (await rejectedRows(pipeline)).map(({ table: of, column, reason }) => [of, column, reason]),
      ).to.deep.equal([
        [
          table,
          key,
          `${key} "999" is in ${table} more than once, and another row of it was taken: give ${table} the primary key ${key}`,
        ],
      ]);
      const { dim_payment_type: actual } = await actualRows(pipeline.warehouse);
      expect(actual).to.deep.equal((await expectedRows(pipeline.source))["dim_payment_type"]);

      await mend(table, key);
      await pipeline.run();
      expect(await rejectedRows(pipeline)).to.deep.equal([]);
      await expectSame();
    });
  }

  it("has both rows as versions where it is a fact", async () => {
    await pipeline.run();
    await spoil("sales_order", "sales_order_id");
    await pipeline.run();

    expect(await rejectedRows(pipeline)).to.deep.equal([]);
    const [count] = await pipeline.warehouse.query<{ n: number }>(
      "SELECT count(*)::int AS n FROM fact_sales_order WHERE sales_order_id = 999",
    );
    expect(count).to.deep.equal({ n: 2 });
    const [warning] = pipeline.logged.filter(({ level }) => level === "warn");
    expect(warning?.fields["reason"]).to.equal(
      "the contract says sales_order_id, the source none: rows with the same sales_order_id are taken for versions of one",
    );
    await mend("sales_order", "sales_order_id");
    await pipeline.run();
    await expectSame();
  });
});
