import { expect } from "chai";
import * as changes from "../../../../local/databases/totesys/changes";
import { createSource, type TestDatabase } from "../../../support/postgres/postgres";

const now = new Date("2024-11-04T09:15:00.123Z");
const NOW = "2024-11-04 09:15:00.123";

describe("The generated changes of totesys", () => {
  let source: TestDatabase;
  beforeEach(async () => (source = await createSource({ seeded: true })));
  afterEach(() => source.drop());

  const count = async (sql: string, values?: unknown[]) =>
    Number((await source.query<{ n: string }>(`SELECT count(*) AS n FROM ${sql}`, values))[0]!.n);

  for (const [place, table, type] of [
    [changes.placeSalesOrders, "sales_order", "SALE"],
    [changes.placePurchaseOrders, "purchase_order", "PURCHASE"],
  ] as const) {
    it(`place a ${table} with its transaction and an open payment at the same time`, async () => {
      const ids = await place(source.client, { count: 3, seed: 1, now });

      const rows = await source.query(
        `SELECT ${table}_id AS id, transaction_type AS type, paid, payment_date = agreed_payment_date AS as_agreed,
                array_agg(DISTINCT stamp)::text[] AS stamps
           FROM ${table} AS o JOIN transaction AS t USING (${table}_id) JOIN payment AS p USING (transaction_id),
                unnest(ARRAY[o.created_at, o.last_updated, t.created_at, t.last_updated, p.created_at, p.last_updated]) AS stamp
          WHERE ${table}_id = ANY ($1)
          GROUP BY 1, 2, 3, 4 ORDER BY 1`,
        [ids],
      );
      expect(rows).to.deep.equal(
        ids.map((id) => ({ id, type, paid: false, as_agreed: true, stamps: [NOW] })),
      );
      expect(ids).to.have.length(3);
    });
  }

  it("are the same for the same seed and different for another", async () => {
    const order = async (seed: number) => {
      const ids = await changes.placeSalesOrders(source.client, { count: 1, seed, now });
      const sql =
        "SELECT to_jsonb(o) - 'sales_order_id' AS o FROM sales_order AS o WHERE sales_order_id = ANY ($1)";
      return source.query(sql, [ids]);
    };
    const first = await order(5);

    expect(first).to.have.length(1);
    expect(await order(5)).to.deep.equal(first);
    expect(await order(6)).not.to.deep.equal(first);
  });

  it("are part of the caller's transaction", async () => {
    const before = await count("sales_order");
    await source.query("BEGIN");
    await changes.placeSalesOrders(source.client, { count: 2, seed: 1, now });
    expect(await count("sales_order")).to.equal(before + 2);

    await source.query("ROLLBACK");

    expect(await count("sales_order")).to.equal(before);
  });

  it("leave nothing of an order whose payment fails", async () => {
    const before = await count("sales_order");
    await source.query("ALTER TABLE payment ADD CONSTRAINT refuse CHECK (paid) NOT VALID");

    const failure = await changes
      .placeSalesOrders(source.client, { count: 2, seed: 1, now })
      .catch((error: unknown) => error);

    expect(failure).to.be.an("error").with.property("code", "23514");
    expect(await count("sales_order")).to.equal(before);
  });

  it("pay first what falls due next, with nearly the same last_updated, and nothing that is overdue", async () => {
    await changes.placeSalesOrders(source.client, { count: 60, seed: 1, now });
    await source.query(
      "UPDATE payment SET paid = false WHERE payment_id = (SELECT payment_id FROM payment WHERE payment_date = '2024-11-03' LIMIT 1)",
    );
    const due = await source.query<{ payment_id: number }>(
      "SELECT payment_id FROM payment WHERE NOT paid AND payment_date >= '2024-11-04' ORDER BY payment_date, payment_id LIMIT 50",
    );

    const paid = await changes.payDue(source.client, { count: 50, now });

    expect(paid).to.have.members(due.map((payment) => payment.payment_id));
    const stamps = await source.query(
      "SELECT last_updated, count(*)::int FROM payment WHERE paid AND payment_id = ANY ($1) GROUP BY 1 ORDER BY 1",
      [paid],
    );
    expect(stamps).to.deep.equal([
      { last_updated: NOW, count: 37 },
      { last_updated: "2024-11-04 09:15:00.124", count: 13 },
    ]);
  });

  it("rename a department", async () => {
    await changes.renameDepartment(source.client, { departmentId: 2, name: "Buying", now });

    expect(
      await source.query("SELECT department_id, department_name FROM department WHERE last_updated = $1", [
        NOW,
      ]),
    ).to.deep.equal([{ department_id: 2, department_name: "Buying" }]);
  });

  it("move an address", async () => {
    await changes.moveAddress(source.client, {
      ...{ addressId: 3, addressLine1: "1 New Street", city: "York", postalCode: "YO1", now },
    });

    expect(
      await source.query(
        "SELECT address_id, address_line_1, city, postal_code FROM address WHERE last_updated = $1",
        [NOW],
      ),
    ).to.deep.equal([{ address_id: 3, address_line_1: "1 New Street", city: "York", postal_code: "YO1" }]);
  });

  it("amend an order", async () => {
    const [salesOrderId = 0] = await changes.placeSalesOrders(source.client, { count: 1, seed: 1, now });

    await changes.amendSalesOrder(source.client, {
      ...{ salesOrderId, unitsSold: 5, now: new Date("2024-11-04T10:00:00.001Z") },
    });

    expect(
      await source.query(
        "SELECT units_sold, created_at, last_updated FROM sales_order WHERE sales_order_id = $1",
        [salesOrderId],
      ),
    ).to.deep.equal([{ units_sold: 5, created_at: NOW, last_updated: "2024-11-04 10:00:00.001" }]);
  });

  it("delete an order with its transaction and its payment", async () => {
    const [id = 0] = await changes.placeSalesOrders(source.client, { count: 1, seed: 1, now });
    const counts = async () => [
      await count("sales_order"),
      await count("transaction"),
      await count("payment"),
    ];
    const before = await counts();

    await changes.deleteSalesOrder(source.client, id);

    expect(await count("sales_order WHERE sales_order_id = $1", [id])).to.equal(0);
    expect(await counts()).to.deep.equal(before.map((n) => n - 1));
  });

  it("spoil the date of the newest valid order and restore all spoiled dates", async () => {
    const dates = () =>
      source.query<{ id: number; date: string }>(
        "SELECT sales_order_id AS id, agreed_payment_date AS date FROM sales_order ORDER BY 1 DESC LIMIT 3",
      );
    const before = await dates();

    const ids = [
      await changes.poisonOrder(source.client, { now }),
      await changes.poisonOrder(source.client, { now }),
    ];

    expect(ids).to.deep.equal(before.slice(0, 2).map(({ id }) => id));
    expect((await dates()).map(({ date }) => date)).to.deep.equal([
      `${before[0]!.date} (or never)`,
      `${before[1]!.date} (or never)`,
      before[2]!.date,
    ]);
    expect(await changes.repairOrders(source.client, { now })).to.have.members(ids);
    expect(await dates()).to.deep.equal(before);
    expect(await changes.repairOrders(source.client, { now })).to.deep.equal([]);
  });

  it("fail with a clear error when there is no such row", async () => {
    const failure = await changes.deleteSalesOrder(source.client, -1).catch((error: unknown) => error);

    expect(failure).to.be.an("error").with.property("message", "DELETE found no row with the id -1");
  });
});
