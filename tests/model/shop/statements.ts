import type { SourceChange } from "../fixture";
import type { Alteration, ShopChange } from "./changes";

/** A statement and its values. */
type Statement = readonly [sql: string, values: readonly unknown[]];

/** A row of a table except for the first, because the delete guard holds back an empty table. */
const anyBut1st = (table: string, pick: string): string =>
  `(SELECT ${table}_id FROM ${table} ORDER BY 1 OFFSET (1 + ${pick}::int % GREATEST((SELECT count(*) FROM ${table}) - 1, 1)) LIMIT 1)`;
const any = (table: string, pick: string): string =>
  `(SELECT ${table}_id FROM ${table} ORDER BY 1 OFFSET (${pick}::int % GREATEST((SELECT count(*) FROM ${table}), 1)) LIMIT 1)`;

const updateOrder = (set: string): string =>
  `UPDATE sales_order SET ${set} WHERE sales_order_id = ${anyBut1st("sales_order", "$1")}`;

const CHANGES: {
  readonly [Kind in ShopChange["do"]]: (change: Extract<ShopChange, { do: Kind }>) => Statement;
} = {
  placeOrder: ({ units, hours }) => [
    `INSERT INTO sales_order (created_at, last_updated, design_id, staff_id, counterparty_id, units_sold, unit_price,
                              currency_id, agreed_delivery_date, agreed_payment_date, agreed_delivery_location_id)
     SELECT at, at, design_id, staff_id, counterparty_id, $1::int, unit_price, currency_id, at::date::text, '2024-09-01',
            agreed_delivery_location_id
       FROM sales_order, (SELECT timestamp '2024-06-01' + $2::int * interval '1 hour') AS t (at)
      ORDER BY sales_order_id LIMIT 1`,
    [units, hours],
  ],
  amendOrder: ({ pick, units, hours }) => [
    updateOrder("units_sold = $2, last_updated = timestamp '2024-06-01' + $3::int * interval '1 hour'"),
    [pick, units, hours],
  ],
  touchOrder: ({ pick }) => [updateOrder("units_sold = units_sold"), [pick]],
  backdateOrder: ({ pick }) => [updateOrder("last_updated = last_updated - interval '1 day'"), [pick]],
  deleteOrder: ({ pick }) => [
    `DELETE FROM sales_order WHERE sales_order_id = ${anyBut1st("sales_order", "$1")}`,
    [pick],
  ],
  reinsertOrder: ({ pick }) => [
    // Two statements of one transaction, in one text.
    `DO $do$ DECLARE o sales_order; BEGIN
       DELETE FROM sales_order WHERE sales_order_id = ${anyBut1st("sales_order", String(pick))} RETURNING * INTO o;
       IF FOUND THEN INSERT INTO sales_order SELECT o.*; END IF;
     END $do$`,
    [],
  ],
  rekeyOrder: ({ pick }) => [
    updateOrder("sales_order_id = nextval(pg_get_serial_sequence('sales_order', 'sales_order_id'))"),
    [pick],
  ],
  takeOverKey: ({ pick }) => [
    `DO $do$ DECLARE freed int; other int; BEGIN
       DELETE FROM sales_order WHERE sales_order_id = ${anyBut1st("sales_order", String(pick))}
       RETURNING sales_order_id INTO freed;
       SELECT max(sales_order_id) INTO other FROM sales_order;
       IF other <> (SELECT min(sales_order_id) FROM sales_order) THEN
         UPDATE sales_order SET sales_order_id = freed WHERE sales_order_id = other;
       END IF;
     END $do$`,
    [],
  ],
  spoilOrder: ({ pick }) => [updateOrder("agreed_delivery_date = 'soon'"), [pick]],
  repairOrders: () => [
    "UPDATE sales_order SET agreed_delivery_date = '2024-10-01' WHERE agreed_delivery_date = 'soon'",
    [],
  ],
  togglePaid: ({ pick }) => [
    `UPDATE payment SET paid = NOT paid WHERE payment_id = ${any("payment", "$1")}`,
    [pick],
  ],
  deleteTransaction: ({ pick }) => [
    `DELETE FROM transaction WHERE transaction_id = ${anyBut1st("transaction", "$1")}`,
    [pick],
  ],
  renameDepartment: ({ pick, name }) => [
    `UPDATE department SET department_name = $2 WHERE department_id = ${any("department", "$1")}`,
    [pick, name],
  ],
  moveStaff: ({ pick, to }) => [
    `UPDATE staff SET department_id = ${any("department", "$2")} WHERE staff_id = ${any("staff", "$1")}`,
    [pick, to],
  ],
  moveAddress: ({ pick, city }) => [
    `UPDATE address SET city = $2 WHERE address_id = ${any("address", "$1")}`,
    [pick, city],
  ],
};

function changeStatement(change: ShopChange): Statement {
  const statement = CHANGES[change.do] as (change: ShopChange) => Statement;
  return statement(change);
}

/** Two tables that the model does not name at the beginning. */
export const EXTRA_TABLES = `
CREATE TABLE extra_0 AS SELECT n AS id, 'row ' || n AS name FROM generate_series(1, 4) AS n;
ALTER TABLE extra_0 ADD PRIMARY KEY (id);
CREATE TABLE extra_1 AS TABLE extra_0`;

/** The name of a table that is not in the model. */
const extra = (number: number): string => `extra_${number % 3}`;

function alterationStatement(alteration: Alteration, serial: number): string {
  switch (alteration.alter) {
    case "vacuumFull":
      return "VACUUM FULL sales_order";
    case "reloadPayments":
      return "CREATE TEMP TABLE kept ON COMMIT DROP AS TABLE payment; TRUNCATE payment; INSERT INTO payment TABLE kept";
    case "addColumn":
      return `ALTER TABLE ${alteration.table} ADD COLUMN note_${serial} text DEFAULT ${alteration.volatile ? "clock_timestamp()::text" : "'none'"}`;
    case "widenColumn":
      return `ALTER TABLE currency ALTER currency_code TYPE varchar(${3 + serial})`;
    case "createTable":
      return `CREATE TABLE ${extra(serial)} AS SELECT n AS id, 'row ' || n AS name FROM generate_series(1, 4) AS n; ALTER TABLE ${extra(serial)} ADD PRIMARY KEY (id)`;
    case "dropTable":
      return `DROP TABLE ${extra(alteration.pick)}`;
    case "reloadTable":
      return `TRUNCATE ${extra(alteration.pick)}; INSERT INTO ${extra(alteration.pick)} SELECT n, 'again ' || n FROM generate_series(2, 5) AS n`;
    case "emptyTable":
      return `TRUNCATE ${extra(alteration.pick)}`;
  }
}

/** @param serial distinguishes alterations of the same kind */
export function sourceChangeOf(change: ShopChange | Alteration, serial: number): SourceChange {
  if ("alter" in change)
    return { what: `alter: ${change.alter}`, sql: alterationStatement(change, serial), values: [] };
  const [sql, values] = changeStatement(change);
  return { what: change.do, sql, values };
}
