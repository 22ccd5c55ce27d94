import type { TestDatabase } from "../postgres/postgres";

/**
 * The expected rows of the marts, as SQL over the source. The SQL is written by hand, from the questions and not from
 * the views. Queries about the past read the schema `seen`, which keeps the source as each commit saw it
 * (`recordSeen`).
 */
const EXPECTED: Readonly<Record<string, string>> = {
  revenue_by_month: `
    SELECT make_date(extract(year FROM s.created_at)::int, extract(month FROM s.created_at)::int, 1) AS month,
           (SELECT currency_code FROM currency c WHERE c.currency_id = s.currency_id) AS code,
           count(*) AS orders, sum(units_sold), sum(units_sold * unit_price), round(avg(units_sold * unit_price), 2)
      FROM sales_order s GROUP BY 1, 2`,
  best_designs: `
    WITH sold AS (
      SELECT design_id, currency_code, count(*) AS orders, sum(units_sold) AS units,
             sum(units_sold * unit_price) AS revenue, max(sales_order.created_at)::date AS last
        FROM sales_order JOIN currency USING (currency_id) GROUP BY design_id, currency_code)
    SELECT design_id, (SELECT design_name FROM design d WHERE d.design_id = sold.design_id), currency_code, orders, units,
           revenue,
           1 + (SELECT count(*) FROM sold better
                 WHERE better.currency_code = sold.currency_code AND better.revenue > sold.revenue), last
      FROM sold`,
  sales_by_place: `
    SELECT country, city, currency_code, count(*), sum(units_sold), sum(units_sold * unit_price)
      FROM sales_order JOIN address ON address_id = agreed_delivery_location_id JOIN currency USING (currency_id)
     GROUP BY country, city, currency_code`,
  staff_performance: `
    SELECT s.staff_id, concat_ws(' ', s.first_name, s.last_name),
           (SELECT department_name FROM department d WHERE d.department_id = s.department_id), code,
           sales.n, sales.value, purchases.n, purchases.value
      FROM staff s
     CROSS JOIN (SELECT DISTINCT currency_code AS code FROM currency) c
     CROSS JOIN LATERAL (SELECT count(*) AS n, COALESCE(sum(units_sold * unit_price), 0.00) AS value
                           FROM sales_order o JOIN currency USING (currency_id)
                          WHERE o.staff_id = s.staff_id AND currency_code = code) sales
     CROSS JOIN LATERAL (SELECT count(*) AS n, COALESCE(sum(item_quantity * item_unit_price), 0.00) AS value
                           FROM purchase_order o JOIN currency USING (currency_id)
                          WHERE o.staff_id = s.staff_id AND currency_code = code) purchases
     WHERE sales.n + purchases.n > 0`,
  department_performance: `
    WITH placed AS (
      SELECT staff_id, currency_id, to_char(created_at, 'YYYY-MM-01')::date AS month,
             1 AS sales, units_sold * unit_price AS sold, 0 AS purchases, 0.00 AS bought FROM sales_order
       UNION ALL
      SELECT staff_id, currency_id, to_char(created_at, 'YYYY-MM-01')::date,
             0, 0.00, 1, item_quantity * item_unit_price FROM purchase_order)
    SELECT department_name, month, currency_code, count(DISTINCT staff_id), sum(sales), sum(sold), sum(purchases), sum(bought)
      FROM placed JOIN staff USING (staff_id) JOIN department USING (department_id) JOIN currency USING (currency_id)
     GROUP BY department_name, month, currency_code`,
  counterparty_value: `
    SELECT p.counterparty_id, counterparty_legal_name, country, code, sales.n, sales.value, purchases.n, purchases.value,
           sales.value - purchases.value, GREATEST(sales.last, purchases.last)
      FROM counterparty p JOIN address ON address_id = legal_address_id
     CROSS JOIN (SELECT DISTINCT currency_code AS code FROM currency) c
     CROSS JOIN LATERAL (SELECT count(*) AS n, COALESCE(sum(units_sold * unit_price), 0.00) AS value, max(o.created_at)::date AS last
                           FROM sales_order o JOIN currency USING (currency_id)
                          WHERE o.counterparty_id = p.counterparty_id AND currency_code = code) sales
     CROSS JOIN LATERAL (SELECT count(*) AS n, COALESCE(sum(item_quantity * item_unit_price), 0.00) AS value, max(o.created_at)::date AS last
                           FROM purchase_order o JOIN currency USING (currency_id)
                          WHERE o.counterparty_id = p.counterparty_id AND currency_code = code) purchases
     WHERE sales.n + purchases.n > 0`,
  outstanding_payments: `
    SELECT payment_id, payment_type_name, p.counterparty_id, counterparty_legal_name, sales_order_id, purchase_order_id,
           currency_code, payment_amount, payment_date::date,
           CASE WHEN payment_date::date < (now() AT TIME ZONE 'UTC')::date
                THEN (now() AT TIME ZONE 'UTC')::date - payment_date::date ELSE 0 END
      FROM payment p
      JOIN payment_type USING (payment_type_id) JOIN counterparty USING (counterparty_id)
      JOIN transaction USING (transaction_id) JOIN currency USING (currency_id)
     WHERE paid = false`,
  lead_times: `
    WITH placed AS (
      SELECT 'sale' AS kind, sales_order_id AS id, created_at::date AS day, agreed_delivery_date::date AS delivery,
             agreed_payment_date::date AS payment FROM sales_order
       UNION ALL
      SELECT 'purchase', purchase_order_id, created_at::date, agreed_delivery_date::date, agreed_payment_date::date FROM purchase_order),
    settled AS (
      SELECT kind, id, day, delivery, payment,
             (SELECT min(seen.last_updated)::date FROM seen.payment seen
               WHERE seen.paid AND seen.payment_id IN (
                     SELECT payment_id FROM payment JOIN transaction USING (transaction_id)
                      WHERE paid AND CASE kind WHEN 'sale' THEN sales_order_id ELSE purchase_order_id END = id)) AS paid_on
        FROM placed)
    SELECT kind, to_char(day, 'YYYY-MM-01')::date AS month, count(*), round(avg(delivery - day), 1), max(delivery - day),
           round(avg(payment - day), 1), sum((paid_on IS NOT NULL)::int), round(avg(paid_on - day), 1),
           COALESCE(sum((paid_on > payment)::int), 0)
      FROM settled GROUP BY 1, 2`,
  order_changes: `
    WITH versions AS (
      SELECT *, row_number() OVER (PARTITION BY kind, id ORDER BY commit) AS number
        FROM (SELECT *, lag(version) OVER (PARTITION BY kind, id ORDER BY commit) AS earlier FROM seen.orders) s
       WHERE version IS DISTINCT FROM earlier)
    SELECT new.kind, new.id, new.number, new.changed_at, field.key, old.fields ->> field.key, field.value
      FROM versions new
      JOIN versions old ON old.kind = new.kind AND old.id = new.id AND old.number = new.number - 1
     CROSS JOIN LATERAL json_each_text(new.fields::json) field
     WHERE old.fields ->> field.key <> field.value`,
  deleted_orders: `
    SELECT gone.kind, gone.id, gone.placed::date, counterparty_legal_name, currency_code, gone.value, gone.commit + 1,
           EXISTS (SELECT FROM seen.orders later WHERE later.kind = gone.kind AND later.id = gone.id AND later.commit > gone.commit)
      FROM seen.orders gone JOIN counterparty USING (counterparty_id) JOIN currency USING (currency_id)
     WHERE gone.commit < (SELECT max(commit) FROM seen.commits)
       AND NOT EXISTS (SELECT FROM seen.orders next
                        WHERE next.kind = gone.kind AND next.id = gone.id AND next.commit = gone.commit + 1)`,
};

/** Columns that only the warehouse knows. */
const LEFT_OUT = ["record_id", "noticed_at"];

/** Records the source as a commit saw it. Call it after every commit, before the next change. */
export async function recordSeen(source: TestDatabase, commit: number | null): Promise<void> {
  if (commit === null) return;
  await source.query(`
    CREATE SCHEMA IF NOT EXISTS seen;
    CREATE TABLE IF NOT EXISTS seen.commits (commit int PRIMARY KEY);
    CREATE TABLE IF NOT EXISTS seen.payment (payment_id int, paid boolean, last_updated timestamp);
    CREATE TABLE IF NOT EXISTS seen.orders (commit int, kind text, id int, version text, placed timestamp, changed_at timestamp,
                                            counterparty_id int, currency_id int, value numeric, fields jsonb);
    INSERT INTO seen.commits VALUES (${commit});
    INSERT INTO seen.payment SELECT payment_id, paid, last_updated FROM payment;
    INSERT INTO seen.orders
      SELECT ${commit}, 'sale', sales_order_id, xmin::text, created_at, last_updated, counterparty_id, currency_id,
             units_sold * unit_price,
             jsonb_build_object('created_date', created_at::date, 'created_time', created_at::time, 'sales_staff_id', staff_id,
               'counterparty_id', counterparty_id, 'units_sold', units_sold, 'unit_price', unit_price, 'currency_id', currency_id,
               'design_id', design_id, 'agreed_payment_date', agreed_payment_date, 'agreed_delivery_date', agreed_delivery_date,
               'agreed_delivery_location_id', agreed_delivery_location_id) FROM sales_order
       UNION ALL
      SELECT ${commit}, 'purchase', purchase_order_id, xmin::text, created_at, last_updated, counterparty_id, currency_id,
             item_quantity * item_unit_price,
             jsonb_build_object('created_date', created_at::date, 'created_time', created_at::time, 'staff_id', staff_id,
               'counterparty_id', counterparty_id, 'item_code', item_code, 'item_quantity', item_quantity,
               'item_unit_price', item_unit_price, 'currency_id', currency_id, 'agreed_delivery_date', agreed_delivery_date,
               'agreed_payment_date', agreed_payment_date, 'agreed_delivery_location_id', agreed_delivery_location_id)
        FROM purchase_order`);
}

/** The expected rows of every mart as sorted texts, to compare with `actualMarts`. */
export async function expectedMarts(source: TestDatabase): Promise<Record<string, string[]>> {
  const rows: Record<string, string[]> = {};
  for (const [name, sql] of Object.entries(EXPECTED)) rows[name] = await texts(source, sql);
  return rows;
}

/** The rows that the marts show. */
export async function actualMarts(
  warehouse: TestDatabase,
  schema = "marts",
): Promise<Record<string, string[]>> {
  const rows: Record<string, string[]> = {};
  for (const name of Object.keys(EXPECTED)) {
    const columns = await warehouse.query<{ name: string }>(
      `SELECT quote_ident(attname) AS name FROM pg_attribute
        WHERE attrelid = to_regclass($1) AND attnum > 0 AND attname <> ALL ($2) ORDER BY attnum`,
      [`"${schema}".${name}`, LEFT_OUT],
    );
    const list = columns.map((column) => column.name).join(", ");
    rows[name] = await texts(warehouse, `SELECT ${list} FROM "${schema}".${name}`);
  }
  return rows;
}

async function texts(database: TestDatabase, sql: string): Promise<string[]> {
  const rows = await database.query<{ row: string }>(`SELECT ROW(q.*)::text AS row FROM (${sql}) AS q`);
  return rows.map(({ row }) => row).sort();
}
