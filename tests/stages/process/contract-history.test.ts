import { expect } from "chai";
import { columnsOf } from "../../../domain/model/columns";
import { factSalesOrder } from "../../../domain/shop/tables/fact-sales-order";
import type { Model } from "../../../domain/model/model";
import { model } from "../../../domain/declarations";
import { required, sourceTable, type SourceColumn } from "../../../domain/model/source";
import { salesOrder } from "../../../domain/shop/sources";
import type { Fact } from "../../../domain/model/table";
import { integer } from "../../../domain/model/types";
import { actualRows, expectedRows } from "../../support/oracle/expected-warehouse";
import { createDatabase, type TestDatabase } from "../../support/postgres/postgres";
import { startAfterFirstRun } from "../../support/pipeline/first-run";
import type { Pipeline } from "../../support/pipeline/pipeline";

/** The model, with other words for where the units of a sales order come from. */
function corrected(name: string, column: SourceColumn): Model {
  const { units_sold: _, ...others } = salesOrder.columns;
  const source = sourceTable("sales_order", {
    key: "sales_order_id",
    columns: { ...others, [name]: column },
  });
  const table: Fact = {
    ...factSalesOrder,
    source,
    columns: { ...factSalesOrder.columns, units_sold: columnsOf(source).copy(name as never) },
  };
  return { ...model, tables: model.tables.map((one) => (one.name === table.name ? table : one)) };
}

describe("The log can be processed after the source has changed", () => {
  let pipeline: Pipeline;
  let order = 0;
  beforeEach(async () => {
    pipeline = await startAfterFirstRun();
    const [row] = await pipeline.source.query<{ id: number }>(
      "SELECT min(sales_order_id) AS id FROM sales_order",
    );
    order = row!.id;
  });
  afterEach(() => pipeline.close());

  const update = (set: string): Promise<unknown> =>
    pipeline.source.query(`UPDATE sales_order SET ${set} WHERE sales_order_id = $1`, [order]);
  const units = async (warehouse: TestDatabase): Promise<(number | null)[]> => {
    const rows = await warehouse.query<{ units: number | null }>(
      "SELECT units_sold AS units FROM fact_sales_order WHERE sales_order_id = $1 ORDER BY sales_record_id",
      [order],
    );
    return rows.map((row) => row.units);
  };
  const facts = async (warehouse: TestDatabase): Promise<unknown[]> =>
    warehouse.query(
      `SELECT sales_order_id, created_date, last_updated_date, last_updated_time, units_sold, unit_price, design_id
         FROM fact_sales_order ORDER BY sales_order_id, sales_record_id`,
    );

  /** Processes the same log from its first commit, into a bucket and a warehouse of their own. */
  const reprocessed = async (correctedModel: Model): Promise<TestDatabase> => {
    const warehouse = await createDatabase();
    const processed = await pipeline.processedIn("again");
    await pipeline.process({ model: correctedModel, processed });
    await pipeline.load({ model: correctedModel, database: warehouse, processed });
    return warehouse;
  };

  it("when a column is renamed: only its table is quarantined, and the corrected model continues from there", async () => {
    await pipeline.source.query("ALTER TABLE sales_order RENAME units_sold TO units");
    await update("units = 101");
    await pipeline.source.query("UPDATE department SET department_name = 'New' WHERE department_id = 1");
    await pipeline.run();
    await update("units = 102");
    await pipeline.run();

    const { commit } = (await pipeline.processed.log.head())!;
    expect(commit.quarantine).to.deep.equal({
      sales_order: { since: 2, breaches: ["column units_sold is missing"] },
    });
    expect(Object.keys((await pipeline.processed.log.read(2 as never))!.tables)).to.include("dim_staff");

    const now = corrected("units", required(integer, { formerly: ["units_sold"] }));
    await update("units = 103");
    await pipeline.ingest();
    await pipeline.process({ model: now });
    await pipeline.load({ model: now });

    expect((await pipeline.processed.log.head())!.commit.quarantine).to.deep.equal({});
    expect((await units(pipeline.warehouse)).slice(1), "every version, once, in order").to.deep.equal([
      101, 102, 103,
    ]);
    const again = await reprocessed(now);
    expect(await facts(again)).to.deep.equal(await facts(pipeline.warehouse));
    await again.drop();
  });

  it("when the type of a column becomes a domain over it, or over such a domain", async () => {
    await pipeline.source.query(`
      CREATE DOMAIN kind AS "TransactionType"; CREATE DOMAIN "our kind" AS kind CHECK (VALUE IS NOT NULL);
      CREATE DOMAIN code AS varchar(3); CREATE DOMAIN "our code" AS code CHECK (VALUE = upper(VALUE));
      CREATE DOMAIN price AS numeric(10,2); CREATE DOMAIN "our price" AS price;
      ALTER TABLE transaction ALTER transaction_type TYPE "our kind";
      ALTER TABLE currency ALTER currency_code TYPE "our code";
      ALTER TABLE sales_order ALTER unit_price TYPE "our price"`);
    await update("unit_price = 7.25");
    await pipeline.run();

    expect((await pipeline.processed.log.head())!.commit.quarantine).to.deep.equal({});
    expect(await actualRows(pipeline.warehouse)).to.deep.equal(await expectedRows(pipeline.source));
    const { tables } = (await pipeline.ingested.log.head())!.commit;
    const typeOf = (table: string, column: string): unknown =>
      tables[table]!.columns.find(({ name }) => name === column);
    expect(typeOf("transaction", "transaction_type")).to.deep.include({
      type: 'enum public."TransactionType"',
      labels: ["SALE", "PURCHASE"],
    });
    expect(typeOf("currency", "currency_code")).to.include({ type: "character varying(3)" });
    expect(typeOf("sales_order", "unit_price")).to.include({ type: "numeric(10,2)" });
  });

  it("when a column has another type that the contract accepts: values that do not fit are rejected", async () => {
    await pipeline.source.query("ALTER TABLE sales_order ALTER units_sold TYPE text");
    await update("units_sold = 'many'");
    await pipeline.run();
    expect((await pipeline.processed.log.head())!.commit.quarantine["sales_order"]!.breaches).to.deep.equal([
      "column units_sold is text, not integer",
    ]);

    const now = corrected("units_sold", required(integer, { accepts: ["text"] }));
    await update("units_sold = '104'");
    await pipeline.ingest();
    const report = await pipeline.process({ model: now });
    await pipeline.load({ model: now });

    expect(report.rejected).to.equal(1);
    expect((await units(pipeline.warehouse)).slice(1)).to.deep.equal([104]);
    const again = await reprocessed(now);
    expect(await facts(again)).to.deep.equal(await facts(pipeline.warehouse));
    await again.drop();
  });
});
