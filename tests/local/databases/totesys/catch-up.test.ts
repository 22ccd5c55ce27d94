import { expect } from "chai";
import { catchUp } from "../../../../local/databases/totesys/catch-up";
import { createSource, type TestDatabase } from "../../../support/postgres/postgres";

/** The history of the generated source ends before this day. */
const STOPPED = Date.UTC(2024, 10, 4);
const DAY_MS = 86_400_000;
const afterDays = (days: number): Date => new Date(STOPPED + days * DAY_MS + 9 * 3_600_000);

describe("A generated shop that was stopped for days", () => {
  let source: TestDatabase;
  beforeEach(async () => (source = await createSource({ seeded: true })));
  afterEach(() => source.drop());

  const numbers = async (day: string) => {
    const [row] = await source.query<{
      orders: number;
      newest: string;
      due: number;
      late: number;
      longest: number;
    }>(
      `SELECT (SELECT count(*)::integer FROM sales_order) AS orders,
              (SELECT max(created_at)::date::text FROM sales_order) AS newest,
              count(*)::integer AS due,
              count(*) FILTER (WHERE NOT paid)::integer AS late,
              max($1::date - payment_date::date) FILTER (WHERE NOT paid) AS longest
         FROM payment WHERE payment_date < $1::text AND payment_date::date >= $1::date - 20`,
      [day],
    );
    return row!;
  };

  it("has traded in between, with orders on every day and as few late payments as before", async () => {
    const before = await numbers("2024-11-04");
    const caught = await catchUp(source.client, { now: afterDays(9) });
    const after = await numbers("2024-11-13");

    expect(caught.days).to.equal(9);
    expect(after.newest).to.equal("2024-11-12");
    expect(after.orders).to.be.above(before.orders);
    const empty = await source.query(
      `SELECT day FROM generate_series('2024-11-04'::date, '2024-11-12', '1 day') AS day
        WHERE NOT EXISTS (SELECT FROM sales_order WHERE created_at::date = day)`,
    );
    expect(empty).to.deep.equal([]);
    expect(after.late / after.due).to.be.within(0.001, 0.15);
    expect(await source.query("SELECT FROM payment WHERE last_updated < created_at")).to.deep.equal([]);
    expect(
      await source.query("SELECT FROM payment WHERE NOT paid AND payment_date < '2024-09-01'"),
      "nobody is late for more than two months",
    ).to.deep.equal([]);
  });

  it("writes nothing into the days before it was stopped", async () => {
    const marks = () =>
      source.query(
        "SELECT (SELECT count(*) FROM sales_order WHERE created_at < '2024-11-04') AS orders, (SELECT count(*) FROM payment WHERE paid AND last_updated < '2024-11-04') AS paid",
      );
    const before = await marks();
    await catchUp(source.client, { now: afterDays(3) });
    expect(await marks()).to.deep.equal(before);
  });

  it("pays what was late before at the earliest on the first of these days", async () => {
    const [{ id }] = (await source.query<{ id: number }>(
      "UPDATE payment SET paid = false, payment_date = '2024-08-01' WHERE payment_id = (SELECT min(payment_id) FROM payment) RETURNING payment_id AS id",
    )) as [{ id: number }];
    await catchUp(source.client, { now: afterDays(3) });
    expect(
      await source.query("SELECT paid, last_updated::text FROM payment WHERE payment_id = $1", [id]),
    ).to.deep.equal([{ paid: true, last_updated: "2024-11-04 00:00:00" }]);
  });

  it("trades only once for a day, and not today", async () => {
    await catchUp(source.client, { now: afterDays(3) });
    const before = await numbers("2024-11-07");
    expect(await catchUp(source.client, { now: afterDays(3) })).to.deep.equal({
      days: 0,
      orders: 0,
      payments: 0,
    });
    expect(await numbers("2024-11-07")).to.deep.equal(before);
  });

  it("does nothing on the day after its newest order", async () => {
    expect(await catchUp(source.client, { now: afterDays(0) })).to.include({ days: 0 });
  });

  it("skips a due date that is not a date, and does nothing without orders", async () => {
    await source.query(
      "UPDATE payment SET paid = false, payment_date = '2024-00-99' WHERE payment_id = (SELECT min(payment_id) FROM payment)",
    );
    expect(await catchUp(source.client, { now: afterDays(2) })).to.include({ days: 2 });
    await source.query("DELETE FROM sales_order");
    expect(await catchUp(source.client, { now: afterDays(9) })).to.include({ days: 0 });
  });

  it("changes nothing if one of its tables is not as it was", async () => {
    await source.query("ALTER TABLE payment RENAME COLUMN paid TO settled");
    const [before] = await source.query("SELECT count(*) FROM sales_order");
    const failure = await catchUp(source.client, { now: afterDays(2) }).catch((error: unknown) => error);
    expect(failure).to.be.an("error");
    expect((await source.query("SELECT count(*) FROM sales_order"))[0]).to.deep.equal(before);
  });
});
