import { expect } from "chai";
import {
  moveAddress,
  payDue,
  placePurchaseOrders,
  placeSalesOrders,
  renameDepartment,
} from "../../../local/databases/totesys/changes";
import { actualRows, expectedRows } from "../../support/oracle/expected-warehouse";
import { startPipeline, type Pipeline } from "../../support/pipeline/pipeline";

describe("The pipeline from source to warehouse", () => {
  let pipeline: Pipeline;
  before(async () => {
    pipeline = await startPipeline({ seeded: true });
  });
  after(() => pipeline.close());

  const expectSame = async (): Promise<void> => {
    expect(await actualRows(pipeline.warehouse)).to.deep.equal(await expectedRows(pipeline.source));
  };

  it("builds exactly the tables that SQL over the source predicts", async () => {
    await pipeline.run();

    await expectSame();
    const rows = await pipeline.warehouse.query<{ count: string }>("SELECT count(*) FROM fact_sales_order");
    expect(Number(rows[0]?.count)).to.be.greaterThan(0);
  });

  it("carries over new orders, settled payments, a renamed department and a moved address", async () => {
    const { client } = pipeline.source;
    const now = new Date("2024-11-05T09:00:00.123Z");
    await placeSalesOrders(client, { count: 5, seed: 1, now });
    await placePurchaseOrders(client, { count: 3, seed: 2, now });
    await payDue(client, { count: 10, now });
    const [department] = await pipeline.source.query<{ id: number }>(
      "SELECT min(department_id) AS id FROM staff",
    );
    await renameDepartment(client, { departmentId: department!.id, name: 'Sales, "direct"', now });
    const [address] = await pipeline.source.query<{ id: number }>(
      "SELECT min(legal_address_id) AS id FROM counterparty",
    );
    await moveAddress(client, {
      addressId: address!.id,
      addressLine1: "1, Néw Röad",
      city: "Łódź",
      postalCode: "",
      now,
    });

    await pipeline.run();

    await expectSame();
  });

  it("keeps every captured version of a fact", async () => {
    const [order] = await pipeline.source.query<{ id: number }>(
      "SELECT max(sales_order_id) AS id FROM sales_order",
    );
    for (const units of [11, 12]) {
      await pipeline.source.query("UPDATE sales_order SET units_sold = $2 WHERE sales_order_id = $1", [
        order!.id,
        units,
      ]);
      await pipeline.run();
    }

    const versions = await pipeline.warehouse.query<{ units_sold: number }>(
      "SELECT units_sold FROM fact_sales_order WHERE sales_order_id = $1 ORDER BY sales_record_id",
      [order!.id],
    );
    expect(versions.map(({ units_sold }) => units_sold).slice(-2)).to.deep.equal([11, 12]);
    expect(versions).to.have.length(3);
    await expectSame();
  });

  it("commits nothing without changes", async () => {
    const before = await pipeline.ingested.log.head();

    expect(await pipeline.ingest()).to.deep.equal({ commit: null, tables: {} });
    expect(await pipeline.process()).to.deep.equal({ commits: [], tables: {}, rejected: 0 });
    expect(await pipeline.load()).to.deep.equal({ commits: [], tables: {}, waiting: 0 });

    expect((await pipeline.ingested.log.head())?.number).to.equal(before?.number);
  });

  it("gives a batch one number from the source to the warehouse", async () => {
    const ingested = await pipeline.ingested.log.head();
    const processed = await pipeline.processed.log.head();
    const ledger = await pipeline.warehouse.query<{ commit: string }>(
      "SELECT commit::text FROM marble_ledger ORDER BY 1",
    );

    expect(processed?.number).to.equal(ingested?.number);
    expect(ledger.map(({ commit }) => Number(commit))).to.deep.equal([1, 2, 3, 4]);
  });
});
