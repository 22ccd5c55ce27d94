import { createReader } from "../../local/databases/totesys/reader";
import { createTotesys } from "../../local/databases/totesys/seed";
import { inDatabase, READER, type Rig } from "./rig";

/** The number of rows in the tables of a generated shop. */
interface ShopSize {
  readonly salesOrders: number;
  readonly designs?: number;
  readonly staff?: number;
}

/**
 * Creates a totesys of any size in SQL: a million rows in seconds. The same size always gives the same rows. The tables
 * are vacuumed, so that the first scan does not set hint bits.
 */
export async function createShop(rig: Rig, database: string, size: ShopSize): Promise<void> {
  const url = rig.source.url(database);
  await rig.source.createDatabase(database);
  await createTotesys(url);
  await inDatabase(url, `BEGIN; SET LOCAL session_replication_role = replica; ${rowsOf(size)}; COMMIT`);
  await inDatabase(url, "VACUUM (FREEZE, ANALYZE)");
  await createReader(url, READER);
}

const ADDRESSES = 500;
const COUNTERPARTIES = 200;

/** A pseudo-random whole number from 1 to `most` that depends only on `seed`. */
const pick = (seed: string, most: number): string => `1 + abs(hashint4(${seed}) % ${most})`;
const STAMPS = "timestamp '2022-11-03 14:20:49.962', timestamp '2022-11-03 14:20:49.962'";

function rowsOf({ salesOrders, designs = 500, staff = 100 }: ShopSize): string {
  const series = (rows: number): string => `generate_series(1, ${rows}) AS i`;
  return `
INSERT INTO address SELECT i, i || ' Herzog Via', CASE i % 3 WHEN 0 THEN 'Flat ' || i END, CASE i % 2 WHEN 0 THEN 'Avon' END,
       'New Town ' || i % 50, lpad(i::text, 5, '0'), 'Turkey', '1803 ' || i, ${STAMPS} FROM ${series(ADDRESSES)};
INSERT INTO counterparty SELECT i, 'Company ' || i || ' and Sons', ${pick("i", ADDRESSES)}, 'Mr ' || i, NULL, ${STAMPS}
  FROM ${series(COUNTERPARTIES)};
INSERT INTO currency VALUES (1, 'GBP', ${STAMPS}), (2, 'USD', ${STAMPS}), (3, 'EUR', ${STAMPS});
INSERT INTO department SELECT i, 'Department ' || i, CASE WHEN i < 8 THEN 'Manchester' END, 'Manager ' || i, ${STAMPS} FROM ${series(8)};
INSERT INTO design (design_id, design_name, file_location, file_name, created_at, last_updated)
SELECT i, 'Wooden ' || i % 1000, '/usr/lib/' || i, 'wooden-' || i || '.json', ${STAMPS} FROM ${series(designs)};
INSERT INTO payment_type SELECT ordinality, name, ${STAMPS} FROM unnest(enum_range(NULL::"PaymentTypeName")) WITH ORDINALITY AS t(name);
INSERT INTO staff SELECT i, 'First' || i, 'Last' || i, CASE WHEN i <= ${staff} / 2 THEN 1 ELSE 2 + i % 7 END,
       'first' || i || '.last@terrifictotes.com', ${STAMPS} FROM ${series(staff)};
INSERT INTO sales_order (sales_order_id, created_at, last_updated, design_id, staff_id, counterparty_id, units_sold, unit_price,
       currency_id, agreed_delivery_date, agreed_payment_date, agreed_delivery_location_id)
SELECT i, at, at + CASE i % 5 WHEN 0 THEN interval '3 days 1.234 s' ELSE interval '0' END,
       ${pick("i", designs)}, ${pick("i + 1000000007", staff)}, ${pick("i + 7", COUNTERPARTIES)},
       1000 + abs(hashint4(i + 3) % 99000), 2 + abs(hashint4(i + 5) % 200) / 100.0, 1 + i % 3,
       (at::date + 3 + i % 5)::text, (at::date + 1 + i % 7)::text, ${pick("i + 11", ADDRESSES)}
  FROM ${series(salesOrders)},
       LATERAL (SELECT timestamp '2022-11-03 14:20:49.962' + (900.0 * i / ${salesOrders}) * interval '1 day' AS at) AS t`;
}

/** Adds tables outside of the model, with some rows, until the source has this many. */
export async function addTables(rig: Rig, database: string, tables: number): Promise<void> {
  const url = rig.source.url(database);
  const [row] = await inDatabase<{ count: string }>(
    url,
    "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> '_prisma_migrations'",
  );
  const missing = Array.from(
    { length: tables - Number(row?.count ?? 0) },
    (_, index) => `extra_${index + 1}`,
  );
  const statements = missing.map(
    (name) =>
      `CREATE TABLE ${name} (${name}_id serial PRIMARY KEY, name text, at timestamp(3)); ` +
      `INSERT INTO ${name} (name, at) SELECT 'row ' || i, '2024-01-01' FROM generate_series(1, 100) AS i`,
  );
  await inDatabase(url, statements.join(";"));
  await inDatabase(url, "VACUUM (FREEZE, ANALYZE)");
}
