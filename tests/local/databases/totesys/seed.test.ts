import { expect } from "chai";
import { withClient } from "../../../../local/databases/postgres/client";
import { seedTotesys } from "../../../../local/databases/totesys/seed";
import { createSource, type TestDatabase } from "../../../support/postgres/postgres";

const TABLES = [
  "address",
  "counterparty",
  "currency",
  "department",
  "design",
  "payment",
  "payment_type",
  "purchase_order",
  "sales_order",
  "staff",
  "transaction",
];

describe("The schema of totesys", () => {
  let source: TestDatabase;
  before(async () => (source = await createSource()));

  it("has the eleven tables of the application and one of its schema tool", async () => {
    const tables = await source.query<{ table_name: string }>(
      "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1",
    );

    expect(tables.map((table) => table.table_name)).to.have.members(["_prisma_migrations", ...TABLES]);
  });

  it("gives every table a sequence of ids, a default creation time and an explicit last update", async () => {
    const columns = await source.query(
      `SELECT table_name, column_name, udt_name, datetime_precision, is_nullable,
              split_part(column_default, '(', 1) AS default
         FROM information_schema.columns
        WHERE table_name = ANY ($1) AND column_name IN (table_name || '_id', 'created_at', 'last_updated')
          AND (table_name <> 'transaction' OR column_name <> 'sales_order_id')
        ORDER BY table_name, column_name COLLATE "C"`,
      [TABLES],
    );

    const stamp = { udt_name: "timestamp", datetime_precision: 3, is_nullable: "NO" };
    for (const table_name of TABLES) {
      expect(columns).to.deep.include({
        ...{ table_name, column_name: `${table_name}_id`, udt_name: "int4", datetime_precision: null },
        ...{ is_nullable: "NO", default: "nextval" },
      });
      expect(columns).to.deep.include({
        ...{ table_name, column_name: "created_at", ...stamp, default: "CURRENT_TIMESTAMP" },
      });
      expect(columns).to.deep.include({
        ...{ table_name, column_name: "last_updated", ...stamp, default: null },
      });
    }
  });

  it("allows deleting an order before its transaction, but no other referenced row", async () => {
    const keys = await source.query<{ name: string; action: string }>(
      `SELECT conrelid::regclass || '.' || attname AS name, confdeltype AS action
         FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
        WHERE contype = 'f'`,
    );

    const setNull = keys.filter((key) => key.action === "n").map((key) => key.name);
    expect(setNull).to.have.members(["transaction.sales_order_id", "transaction.purchase_order_id"]);
    expect(keys.filter((key) => key.action === "r")).to.have.length(keys.length - 2);
    expect(keys).to.have.length(17);
  });

  it("orders the columns differently from the documentation", async () => {
    const columns = await source.query<{ column_name: string }>(
      "SELECT column_name FROM information_schema.columns WHERE table_name = 'design' ORDER BY ordinal_position",
    );

    expect(columns.map((column) => column.column_name)).to.deep.equal([
      "design_id",
      "created_at",
      "design_name",
      "file_location",
      "file_name",
      "last_updated",
    ]);
  });
});

describe("The generated source at its full size", () => {
  let source: TestDatabase;
  before(async () => {
    source = await createSource();
    await seedTotesys(source.url);
  });
  after(() => source.drop());

  const one = async <T>(sql: string): Promise<T> => (await source.query<T>(sql))[0]!;

  it("is as large as the real one", async () => {
    const count = async (table: string) =>
      (await one<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`)).n;

    expect(await count("sales_order")).to.be.within(11_000, 11_200);
    expect(await count("purchase_order")).to.be.within(4_500, 4_600);
    expect(await count("transaction")).to.equal(15_800);
    expect(await count("payment")).to.equal(15_800);
    expect(await count("design")).to.equal(470);
    expect(await count("address")).to.equal(30);
    expect(await count("staff")).to.equal(20);
    expect(await count("counterparty")).to.equal(20);
    expect(await count("department")).to.equal(8);
    expect(await count("payment_type")).to.equal(4);
    expect(await count("currency")).to.equal(3);
    expect(await count("_prisma_migrations")).to.be.above(0);
  });

  it("breaks no foreign key although it was loaded without checks", async () => {
    const keys = await source.query<{ conname: string; def: string; rel: string }>(
      "SELECT conname, pg_get_constraintdef(oid) AS def, conrelid::regclass AS rel FROM pg_constraint WHERE contype = 'f'",
    );

    for (const { conname, def, rel } of keys) {
      // Adding the key again checks every existing row.
      await source.query(`ALTER TABLE ${rel} DROP CONSTRAINT ${conname}, ADD CONSTRAINT ${conname} ${def}`);
    }
    expect(keys).not.to.be.empty;
  });

  it("has one transaction for each order and one payment for each transaction", async () => {
    const found = await one(
      `SELECT (SELECT count(*) FROM sales_order) = (SELECT count(sales_order_id) FROM transaction) AS sales,
              (SELECT count(*) FROM purchase_order) = (SELECT count(purchase_order_id) FROM transaction) AS purchases,
              (SELECT count(*) FROM transaction) = (SELECT count(transaction_id) FROM payment) AS payments,
              (SELECT count(*) > 0 FROM transaction WHERE sales_order_id IS NULL AND purchase_order_id IS NULL) AS deleted`,
    );

    expect(found).to.deep.equal({ sales: true, purchases: true, payments: true, deleted: true });
  });

  it("has ids with gaps that do not follow the order of time", async () => {
    for (const table of ["sales_order", "purchase_order", "transaction", "payment"]) {
      const found = await one(
        `SELECT max(${table}_id) > count(*) AS gaps, bool_or(before > created_at) AS disorder
           FROM (SELECT *, lag(created_at) OVER (ORDER BY ${table}_id) AS before FROM ${table}) AS t`,
      );
      expect(found, table).to.deep.equal({ gaps: true, disorder: true });
    }
  });

  it("has many rows updated in the same millisecond and rows updated long before others", async () => {
    const found = await one<{ most: number; first: string; last: string }>(
      `SELECT (SELECT max(n)::int FROM (SELECT count(*) AS n FROM payment GROUP BY last_updated) AS t) AS most,
              min(last_updated) AS first, max(last_updated) AS last FROM payment`,
    );

    expect(found.most).to.be.within(25, 45);
    expect(found.first).to.match(/^2022-11-0/);
    expect(found.last).to.match(/^2024-11-03/);
  });

  it("has agreed days as text after the last update", async () => {
    for (const table of ["sales_order", "purchase_order"]) {
      const found = await one(
        `SELECT bool_and(agreed_delivery_date ~ '^\\d{4}-\\d\\d-\\d\\d$') AS delivery_is_text,
                bool_and(agreed_payment_date::date > last_updated::date) AS payment_is_later,
                bool_or(last_updated > created_at) AS some_amended
           FROM ${table}`,
      );
      expect(found, table).to.deep.equal({
        delivery_is_text: true,
        payment_is_later: true,
        some_amended: true,
      });
    }
  });

  it("has paid the due payments that morning, and some of them up to sixty days later", async () => {
    const found = await one<{ late: number; overdue: number }>(
      `SELECT bool_or(paid AND payment_date > '2024-11-03') AS paid_early,
              count(*) FILTER (WHERE NOT paid AND payment_date > '2024-11-03') > 20 AS some_open,
              bool_and(CASE WHEN paid THEN last_updated::date - payment_date::date BETWEEN 0 AND 60
                                      ELSE last_updated = created_at END) AS in_time,
              (count(*) FILTER (WHERE last_updated::date > payment_date::date))::int AS late,
              (count(*) FILTER (WHERE NOT paid AND payment_date <= '2024-11-03'))::int AS overdue,
              bool_or(NOT paid AND payment_date < '2024-09-04') AS forgotten
         FROM payment`,
    );

    expect(found).to.include({ paid_early: false, some_open: true, in_time: true, forgotten: false });
    expect(found.late).to.be.within(600, 900);
    expect(found.overdue).to.be.within(15, 60);
  });

  it("has late payments of every currency, to us and from us", async () => {
    const found = await source.query<{ currency_code: string; to_us: boolean }>(
      `SELECT currency_code, t.payment_type_name IN ('SALES_RECEIPT', 'PURCHASE_REFUND') AS to_us
         FROM payment JOIN currency USING (currency_id) JOIN payment_type AS t USING (payment_type_id)
        WHERE NOT paid AND payment_date <= '2024-11-03' GROUP BY 1, 2 ORDER BY 1, 2`,
    );

    expect(found.map(({ currency_code, to_us }) => [currency_code, to_us])).to.deep.equal(
      ["EUR", "GBP", "USD"].flatMap((currency) => [
        [currency, false],
        [currency, true],
      ]),
    );
  });

  it("has texts that break careless software", async () => {
    const found = await one(
      `SELECT (SELECT count(*)::int FROM staff JOIN department USING (department_id) WHERE location IS NULL) AS nowhere,
              (SELECT bool_or(location = '') FROM department) AS empty,
              (SELECT bool_or(address_line_1 LIKE E'%\\n%') FROM address) AS line_break,
              (SELECT bool_or(address_line_2 = '') AND bool_or(address_line_2 IS NULL) FROM address) AS two_nothings,
              (SELECT bool_or(counterparty_legal_name LIKE '%,%') FROM counterparty) AS comma,
              (SELECT bool_or(counterparty_legal_name LIKE '%"%') FROM counterparty) AS quote,
              (SELECT bool_or(commercial_contact = 'Null') FROM counterparty) AS not_null,
              (SELECT bool_or(last_name LIKE '%''%') FROM staff) AS apostrophe`,
    );

    expect(found).to.deep.equal({
      ...{ nowhere: 2, empty: true, line_break: true, two_nothings: true },
      ...{ comma: true, quote: true, not_null: true, apostrophe: true },
    });
  });

  it("continues with unused ids", async () => {
    for (const table of TABLES) {
      const found = await one(
        `SELECT nextval(pg_get_serial_sequence('${table}', '${table}_id')) > max(${table}_id) AS free FROM ${table}`,
      );
      expect(found, table).to.deep.equal({ free: true });
    }
  });
});

describe("The seed of a generated source", () => {
  const contentOf = ({ url }: TestDatabase) =>
    withClient(url, async (client) => {
      const { rows } = await client.query(
        TABLES.map(
          (table) => `SELECT '${table}' AS name, md5(string_agg(t::text, '|' ORDER BY t)) FROM ${table} AS t`,
        ).join(" UNION ALL "),
      );
      return rows as unknown[];
    });
  const seeded = async (options: { seed: number; scale: number }) => {
    const source = await createSource();
    await seedTotesys(source.url, options);
    return contentOf(source);
  };

  it("determines every row", async () => {
    const content = await seeded({ seed: 7, scale: 0.01 });

    expect(await seeded({ seed: 7, scale: 0.01 })).to.deep.equal(content);
    expect(await seeded({ seed: 8, scale: 0.01 })).not.to.deep.equal(content);
  });

  it("keeps every number when the whole history is moved to another end", async () => {
    const [usual, moved] = [await createSource(), await createSource()];
    await seedTotesys(usual.url, { scale: 0.01 });
    await seedTotesys(moved.url, { scale: 0.01, end: Date.UTC(2026, 10, 29) });
    const history = (source: TestDatabase, days: number) =>
      source.query(
        `SELECT sales_order_id, units_sold, unit_price, created_at + $1 * interval '1 day' AS at,
                agreed_payment_date::date + $1::integer AS due FROM sales_order ORDER BY sales_order_id`,
        [days],
      );

    expect(await history(moved, 0)).to.deep.equal(await history(usual, 755));
    const [last] = await moved.query<{ day: string }>(
      "SELECT max(created_at)::date::text AS day FROM (SELECT created_at FROM sales_order UNION SELECT created_at FROM purchase_order) AS placed",
    );
    expect(last).to.deep.equal({ day: "2026-11-28" });
  });

  it("fills every table at the smallest scale", async () => {
    const source = await createSource();
    await seedTotesys(source.url, { scale: 0.0001 });

    for (const table of TABLES) expect(await source.query(`SELECT FROM ${table}`), table).not.to.be.empty;
  });
});
