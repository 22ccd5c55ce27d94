import type { TestDatabase } from "../postgres/postgres";

type Queryable = Pick<TestDatabase, "query">;

/**
 * The expected rows of the warehouse, as SQL over the source, written by hand and independent of the model. Facts have
 * the rows of their current view, without surrogate keys.
 */
export const EXPECTED_ROWS: Readonly<Record<string, string>> = {
  dim_counterparty: `
    SELECT c.counterparty_id, c.counterparty_legal_name, a.address_line_1, a.address_line_2, a.district, a.city,
           a.postal_code, a.country, a.phone
      FROM counterparty c JOIN address a ON a.address_id = c.legal_address_id`,
  dim_currency: `
    SELECT currency_id, currency_code,
           CASE currency_code WHEN 'GBP' THEN 'Pound Sterling' WHEN 'USD' THEN 'US Dollar' WHEN 'EUR' THEN 'Euro' END
      FROM currency`,
  dim_design: "SELECT design_id, design_name, file_location, file_name FROM design",
  dim_location:
    "SELECT address_id, address_line_1, address_line_2, district, city, postal_code, country, phone FROM address",
  dim_payment_type: "SELECT payment_type_id, payment_type_name::text FROM payment_type",
  dim_staff: `
    SELECT s.staff_id, s.first_name, s.last_name, d.department_name, COALESCE(d.location, ''), s.email_address
      FROM staff s JOIN department d USING (department_id)`,
  dim_transaction:
    "SELECT transaction_id, transaction_type::text, sales_order_id, purchase_order_id FROM transaction",
  current_sales_order: `
    SELECT sales_order_id, created_at::date, created_at::time, last_updated::date, last_updated::time, staff_id,
           counterparty_id, units_sold, unit_price, currency_id, design_id, agreed_payment_date::date,
           agreed_delivery_date::date, agreed_delivery_location_id
      FROM sales_order`,
  current_purchase_order: `
    SELECT purchase_order_id, created_at::date, created_at::time, last_updated::date, last_updated::time, staff_id,
           counterparty_id, item_code, item_quantity, item_unit_price, currency_id, agreed_delivery_date::date,
           agreed_payment_date::date, agreed_delivery_location_id
      FROM purchase_order`,
  current_payment: `
    SELECT payment_id, created_at::date, created_at::time, last_updated::date, last_updated::time, transaction_id,
           counterparty_id, payment_amount, currency_id, payment_type_id, paid, payment_date::date
      FROM payment`,
};

const SURROGATES: Readonly<Record<string, string>> = {
  current_sales_order: "sales_record_id",
  current_purchase_order: "purchase_record_id",
  current_payment: "payment_record_id",
};

/** The expected rows of every warehouse table as sorted texts, to compare with `actualRows`. */
export async function expectedRows(source: Queryable): Promise<Record<string, string[]>> {
  const rows: Record<string, string[]> = {};
  for (const [name, sql] of Object.entries(EXPECTED_ROWS)) rows[name] = await texts(source, sql);
  return rows;
}

/** The rows that the warehouse shows. */
export async function actualRows(warehouse: Queryable, schema = "public"): Promise<Record<string, string[]>> {
  const rows: Record<string, string[]> = {};
  for (const name of Object.keys(EXPECTED_ROWS)) {
    const columns = await warehouse.query<{ name: string }>(
      `SELECT attname AS name FROM pg_attribute
        WHERE attrelid = to_regclass($1) AND attnum > 0 AND attname <> $2 AND NOT attisdropped ORDER BY attnum`,
      [`${schema}.${name}`, SURROGATES[name] ?? ""],
    );
    const list = columns.map((column) => `"${column.name}"`).join(", ");
    rows[name] = await texts(warehouse, `SELECT ${list} FROM "${schema}"."${name}"`);
  }
  return rows;
}

async function texts(database: Queryable, sql: string): Promise<string[]> {
  const rows = await database.query<{ row: string }>(`SELECT ROW(q.*)::text AS row FROM (${sql}) AS q`);
  return rows.map(({ row }) => row).sort();
}
