import { expect } from "chai";
import fc from "fast-check";
import { marts } from "../../../domain/declarations";
import {
  amendSalesOrder,
  deleteSalesOrder,
  moveAddress,
  payDue,
  placePurchaseOrders,
  placeSalesOrders,
  renameDepartment,
} from "../../../local/databases/totesys/changes";
import { actualMarts, expectedMarts, recordSeen } from "../../support/oracle/expected-marts";
import { startPipeline, type Pipeline } from "../../support/pipeline/pipeline";
import { expectDeclaredColumns } from "../../support/warehouse/mart-columns";

const NOW = new Date("2024-11-05T09:00:00.123Z");

/** Runs the stages, and remembers what the commit saw. */
async function run(pipeline: Pipeline): Promise<void> {
  await recordSeen(pipeline.source, (await pipeline.ingest()).commit);
  await pipeline.process();
  await pipeline.load();
}

async function expectSame({ source, warehouse }: Pipeline): Promise<Record<string, string[]>> {
  const actual = await actualMarts(warehouse);
  expect(actual).to.deep.equal(await expectedMarts(source));
  return actual;
}

const warnings = ({ logged }: Pipeline): unknown[] => logged.filter(({ level }) => level === "warn");

/** An order that exists, of those of the table; the first stays, so that no table is emptied. */
const picked = (table: string, pick: number): string =>
  `(SELECT ${table}_id FROM ${table} ORDER BY 1 OFFSET (1 + ${pick} % GREATEST((SELECT count(*) FROM ${table}) - 1, 1)) LIMIT 1)`;

type Change =
  | { readonly do: "sell" | "buy" | "pay"; readonly pick: number }
  | { readonly do: "sql"; readonly pick: number; readonly sql: (pick: number) => string };

async function make(change: Change, { source }: Pipeline): Promise<void> {
  const { pick } = change;
  const placement = { count: pick, seed: pick, now: NOW };
  if ("sql" in change) await source.query(change.sql(pick));
  else if (change.do === "sell") await placeSalesOrders(source.client, placement);
  else if (change.do === "buy") await placePurchaseOrders(source.client, placement);
  else await payDue(source.client, placement);
}

/** The changes of the shop, as statements. */
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ do: fc.constantFrom("sell" as const, "buy" as const), pick: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ do: fc.constant("pay" as const), pick: fc.integer({ min: 1, max: 10 }) }),
  fc.record({
    do: fc.constant("sql" as const),
    pick: fc.nat(1000),
    sql: fc.constantFrom(
      (pick: number) =>
        `UPDATE sales_order SET units_sold = units_sold % 7, last_updated = '2024-11-06 10:00:00.5' WHERE sales_order_id = ${picked("sales_order", pick)}`,
      (pick: number) =>
        `UPDATE sales_order SET unit_price = 0.07, currency_id = 1 + ${pick % 3}, created_at = '2024-02-29 23:59:59.999' WHERE sales_order_id = ${picked("sales_order", pick)}`,
      (pick: number) =>
        `UPDATE sales_order SET last_updated = last_updated - interval '1 year' WHERE sales_order_id = ${picked("sales_order", pick)}`,
      (pick: number) =>
        `UPDATE purchase_order SET item_code = 'A"1', agreed_delivery_date = '2025-01-01' WHERE purchase_order_id = ${picked("purchase_order", pick)}`,
      (pick: number) => `DELETE FROM sales_order WHERE sales_order_id = ${picked("sales_order", pick)}`,
      (pick: number) =>
        `DELETE FROM purchase_order WHERE purchase_order_id = ${picked("purchase_order", pick)}`,
      // The row comes back under the key of a deleted order.
      () => `INSERT INTO sales_order SELECT (jsonb_populate_record(NULL::sales_order, to_jsonb(o) || jsonb_build_object('sales_order_id', free.id))).*
               FROM (SELECT * FROM sales_order ORDER BY sales_order_id LIMIT 1) o,
                    (SELECT min(id) AS id FROM generate_series(1, 50) id WHERE id NOT IN (SELECT sales_order_id FROM sales_order)) free
              WHERE free.id IS NOT NULL`,
      (pick: number) =>
        `UPDATE payment SET paid = NOT paid, last_updated = '2024-11-07' WHERE payment_id = ${picked("payment", pick)}`,
      (pick: number) => `DELETE FROM payment WHERE payment_id = ${picked("payment", pick)}`,
      (pick: number) =>
        `UPDATE staff SET department_id = 1 + ${pick % 5} WHERE staff_id = ${picked("staff", pick)}`,
      (pick: number) =>
        `UPDATE address SET country = 'Óz, "the"' WHERE address_id = ${picked("address", pick)}`,
      (pick: number) => `UPDATE design SET design_name = 'Same' WHERE design_id = ${picked("design", pick)}`,
    ),
  }),
);

describe("The marts show what SQL over the source predicts", () => {
  let pipeline: Pipeline;
  before(async () => {
    pipeline = await startPipeline({ seeded: true });
  });
  after(() => pipeline.close());

  it("for all rows of the source", async () => {
    await run(pipeline);

    const actual = await expectSame(pipeline);
    for (const { name } of marts) {
      const isHistory = name === "order_changes" || name === "deleted_orders";
      expect(actual[name]?.length, name).to.satisfy((rows: number) => (isHistory ? rows === 0 : rows > 0));
    }
    expect(warnings(pipeline)).to.deep.equal([]);
  });

  it("with the declared columns and types, without floats, and with valid examples", async () => {
    await expectDeclaredColumns(pipeline.warehouse, marts);
    const floats = await pipeline.warehouse.query(
      "SELECT FROM information_schema.columns WHERE table_schema = 'marts' AND data_type IN ('real', 'double precision')",
    );
    expect(floats).to.have.length(0);
    for (const { example } of marts) await pipeline.warehouse.query(example);
  });

  it("after new orders, settled payments, a renamed department, a moved address, changed and deleted orders", async () => {
    const { client } = pipeline.source;
    await placeSalesOrders(client, { count: 5, seed: 1, now: NOW });
    await placePurchaseOrders(client, { count: 3, seed: 2, now: NOW });
    await payDue(client, { count: 10, now: NOW });
    await renameDepartment(client, { departmentId: 1, name: 'Sales, "direct"', now: NOW });
    await moveAddress(client, { addressId: 1, addressLine1: "1", city: "Łódź", postalCode: "", now: NOW });
    await amendSalesOrder(client, { salesOrderId: 2, unitsSold: 1, now: NOW });
    await run(pipeline);
    await amendSalesOrder(client, { salesOrderId: 2, unitsSold: 2, now: NOW });
    await amendSalesOrder(client, { salesOrderId: 3, unitsSold: 2, now: NOW });
    await deleteSalesOrder(client, 5);
    // Was paid before: the day of its payment stays.
    await pipeline.source.query(
      "UPDATE payment SET payment_amount = 0.01, last_updated = last_updated + interval '9 days' WHERE paid AND payment_id % 2 = 0",
    );
    await run(pipeline);
    await deleteSalesOrder(client, 3);
    await run(pipeline);

    const actual = await expectSame(pipeline);
    expect(actual["order_changes"]).to.have.length(3);
    expect(actual["deleted_orders"]).to.have.length(2);
    const noticed = await pipeline.warehouse.query<{ commit: number; at: string }>(
      "SELECT commit::int, noticed_at AS at FROM marts.deleted_orders ORDER BY 1",
    );
    for (const { commit, at } of noticed) {
      const made = await pipeline.ingested.log.read(commit as never);
      expect(new Date(at).toISOString()).to.equal(made?.capturedAt);
    }
  });

  it("after any changes", async function () {
    this.timeout(240_000);
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
        for (const one of changes) await make(one, pipeline);
        await run(pipeline);
        await expectSame(pipeline);
      }),
      { seed: 20_261_125, numRuns: 25, endOnFailure: true },
    );
    const [counted] = await pipeline.warehouse.query<{ changes: number; gone: number; back: number }>(
      `SELECT (SELECT count(*) FROM marts.order_changes)::int AS changes, count(*)::int AS gone,
              count(*) FILTER (WHERE came_back)::int AS back FROM marts.deleted_orders`,
    );
    expect(counted!.changes, "the changes were worth it").to.be.greaterThan(20);
    expect(counted!.gone).to.be.greaterThan(5);
    expect(counted!.back).to.be.greaterThan(0);
  });

  it("in any time zone of the reader", async () => {
    for (const zone of ["Pacific/Kiritimati", "Pacific/Pago_Pago"]) {
      await pipeline.warehouse.query(`SET timezone = '${zone}'`);
      await expectSame(pipeline);
    }
    await pipeline.warehouse.query("RESET timezone");
  });

  it("after a rebuild, and the replaced tables can be dropped", async () => {
    const before = await actualMarts(pipeline.warehouse);

    const { replay } = await pipeline.load({ replay: {} });
    await pipeline.warehouse.query(`DROP SCHEMA ${replay!.kept!} CASCADE`);

    expect(await actualMarts(pipeline.warehouse)).to.deep.equal(before);
    await deleteSalesOrder(pipeline.source.client, 7);
    await run(pipeline);
    await expectSame(pipeline);
  });
});

describe("The marts of a small shop", () => {
  let pipeline: Pipeline;
  beforeEach(async () => {
    pipeline = await startPipeline();
  });
  afterEach(() => pipeline.close());

  it("are empty without data", async () => {
    await run(pipeline);

    const actual = await expectSame(pipeline);
    for (const { name } of marts) expect(actual[name], name).to.deep.equal([]);
    expect(warnings(pipeline)).to.deep.equal([]);
  });

  it("have one row or none for one order", async () => {
    await pipeline.source.query(`
      INSERT INTO address VALUES (1, '1', NULL, NULL, 'Łódź', '', 'Poland', '1', now(), now());
      INSERT INTO counterparty VALUES (1, 'O''Neill', 1, NULL, NULL, now(), now());
      INSERT INTO currency VALUES (1, 'EUR', now(), now());
      INSERT INTO department VALUES (1, 'Sales', NULL, NULL, now(), now());
      INSERT INTO design VALUES (1, now(), 'Cup', '/', 'c', now());
      INSERT INTO staff VALUES (1, 'A', 'B', 1, 'a@b', now(), now());
      INSERT INTO payment_type VALUES (1, 'SALES_RECEIPT', now(), now());
      INSERT INTO sales_order (last_updated, created_at, design_id, staff_id, counterparty_id, units_sold, unit_price,
                               currency_id, agreed_delivery_date, agreed_payment_date, agreed_delivery_location_id)
        VALUES ('2024-02-29', '2024-02-29', 1, 1, 1, 2147483647, 99999999.99, 1, '2024-03-01', '2024-03-02', 1);
      INSERT INTO transaction VALUES (1, 'SALE', 1, NULL, now(), now());
      INSERT INTO payment VALUES (1, '2024-02-29', '2024-02-29', 1, 1, 0.01, 1, 1, false, '2024-03-02', 1, 2)`);
    await run(pipeline);

    const actual = await expectSame(pipeline);
    expect(actual["revenue_by_month"]).to.deep.equal([
      "(2024-02-01,EUR,1,2147483647,214748364678525163.53,214748364678525163.53)",
    ]);
    expect(actual["lead_times"]).to.deep.equal(["(sale,2024-02-01,1,1.0,1,2.0,0,,0)"]);
    for (const { name } of marts) expect(actual[name]?.length, name).to.be.at.most(1);
  });
});
