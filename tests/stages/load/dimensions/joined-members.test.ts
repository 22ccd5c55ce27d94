import { expect } from "chai";
import { columnsOf, references } from "../../../../domain/model/columns";
import { dimDate } from "../../../../domain/model/dim-date";
import type { Model } from "../../../../domain/model/model";
import { optional, sourceTable } from "../../../../domain/model/source";
import { dimension, fact } from "../../../../domain/model/table";
import { integer, text } from "../../../../domain/model/types";
import { startPipeline, type Pipeline } from "../../../support/pipeline/pipeline";
import { createDatabase } from "../../../support/postgres/postgres";

const customer = sourceTable("customer", { key: "id", columns: { id: integer, name: text } });
const sale = sourceTable("sale", { key: "id", columns: { id: integer, customer_id: optional(integer) } });
const ofCustomer = columnsOf(customer);
const ofSale = columnsOf(sale);

/** Sales that refer to a customer, and that have the customer's name by a join. */
const model: Model = {
  version: 1,
  calendar: dimDate,
  tables: [
    dimension("dim_customer", {
      description: "Who buys.",
      source: customer,
      key: "customer_id",
      columns: { customer_id: ofCustomer.copy("id"), name: ofCustomer.copy("name") },
      members: { unknown: { customer_id: -1, name: "not known" } },
    }),
    fact("fact_sale", {
      description: "A sale.",
      source: sale,
      key: "sale_id",
      surrogateKey: "sale_record_id",
      currentView: "current_sale",
      columns: {
        sale_id: ofSale.copy("id"),
        customer_id: references("dim_customer", ofSale.copy("customer_id"), { whenMissing: "unknown" }),
        customer: ofSale.leftJoin("customer_id", customer).copy("name"),
      },
    }),
  ],
};

describe("A fact that refers to a member, and joins the missing row,", function () {
  this.timeout(60_000);
  let pipeline: Pipeline;
  beforeEach(async () => {
    const source = await createDatabase();
    await source.query(`CREATE TABLE customer (id int PRIMARY KEY, name text NOT NULL);
      CREATE TABLE sale (id int PRIMARY KEY, customer_id int)`);
    pipeline = await startPipeline({ source });
  });
  afterEach(() => pipeline.close());

  const run = async (sql: string): Promise<void> => {
    await pipeline.source.query(sql);
    await pipeline.ingest();
    await pipeline.process({ model });
    await pipeline.load({ model, marts: [] });
  };
  const sales = async (): Promise<string[]> =>
    (
      await pipeline.warehouse.query<{ line: string }>(
        "SELECT concat_ws(' ', sale_id, customer_id, customer) AS line FROM fact_sale ORDER BY sale_record_id",
      )
    ).map(({ line }) => line);
  const open = async (): Promise<number> =>
    (
      await pipeline.warehouse.query(
        "SELECT FROM marble_placeholder WHERE healed_by IS NULL AND superseded_by IS NULL",
      )
    ).length;

  it("gets one new version when the row arrives, with its reference and its columns", async () => {
    await run("INSERT INTO sale VALUES (1, 7), (2, 8)");
    await run("INSERT INTO customer VALUES (7, 'Eve')");

    expect(await sales()).to.deep.equal(["1 -1", "2 -1", "1 7 Eve"]);
    expect(await open()).to.equal(1);
  });

  it("gets no new version when it is deleted in the commit that brings the row", async () => {
    await run("INSERT INTO sale VALUES (1, 7), (2, 8), (3, 8)");
    await run("INSERT INTO customer VALUES (7, 'Eve'); DELETE FROM sale WHERE id = 1");

    expect(await sales()).to.deep.equal(["1 -1", "2 -1", "3 -1"]);
    expect(await open()).to.equal(2);
  });
});
