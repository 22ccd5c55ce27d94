import type { Client } from "pg";
import { startRandom } from "./random";
import { copyRows, dayText, timestampText } from "./rows";
import { drawTrade, ORDER_TABLES, rowsOfTrade, type References, type TradeKind } from "./trade";

/**
 * The changes that the application behind totesys makes in its database. Each change is one transaction, or part of the
 * caller's. `now` is the application's clock. It writes UTC in milliseconds as `last_updated`.
 */

/** The number of orders, their time, and the seed of their content. */
interface Placement {
  readonly count: number;
  readonly seed: number;
  readonly now: Date;
}

/** Places sales orders, each with its transaction and its unpaid payment; returns their ids. */
export function placeSalesOrders(client: Client, placement: Placement): Promise<number[]> {
  return placeOrders(client, { kind: "SALE", ...placement });
}

/** Places purchase orders, each with its transaction and its unpaid payment; returns their ids. */
export function placePurchaseOrders(client: Client, placement: Placement): Promise<number[]> {
  return placeOrders(client, { kind: "PURCHASE", ...placement });
}

/**
 * Pays the `count` unpaid payments that fall due next, from today on, as every morning's batch does. Overdue payments stay
 * unpaid, because their payers are late. Up to 37 share a millisecond. Returns their ids.
 */
export async function payDue(
  client: Client,
  { count, now }: { count: number; now: Date },
): Promise<number[]> {
  const { rows } = await client.query<{ payment_id: number }>(
    `UPDATE payment
        SET paid = true,
            last_updated = $2::timestamp(3) + (due.place - 1) / 37 * interval '1 millisecond'
       FROM (SELECT payment_id, row_number() OVER (ORDER BY payment_date, payment_id) AS place
               FROM payment
              WHERE NOT paid AND payment_date >= $3::text
              ORDER BY place
              LIMIT $1::integer) AS due
      WHERE payment.payment_id = due.payment_id
  RETURNING payment.payment_id`,
    [count, timestampText(now.getTime()), dayText(now.getTime())],
  );
  return rows.map((row) => row.payment_id);
}

/** Renames a department. */
export async function renameDepartment(
  client: Client,
  { departmentId, name, now }: { departmentId: number; name: string; now: Date },
): Promise<void> {
  await changeOne(
    client,
    `UPDATE department
        SET department_name = $2::text, last_updated = $3::timestamp(3)
      WHERE department_id = $1::integer`,
    [departmentId, name, timestampText(now.getTime())],
  );
}

/** Corrects an address to another place in the same country. */
export async function moveAddress(
  client: Client,
  {
    addressId,
    addressLine1,
    city,
    postalCode,
    now,
  }: { addressId: number; addressLine1: string; city: string; postalCode: string; now: Date },
): Promise<void> {
  await changeOne(
    client,
    `UPDATE address
        SET address_line_1 = $2::text, city = $3::text, postal_code = $4::text, last_updated = $5::timestamp(3)
      WHERE address_id = $1::integer`,
    [addressId, addressLine1, city, postalCode, timestampText(now.getTime())],
  );
}

/** Changes the number of units of an order. Its payment stays the same. */
export async function amendSalesOrder(
  client: Client,
  { salesOrderId, unitsSold, now }: { salesOrderId: number; unitsSold: number; now: Date },
): Promise<void> {
  await changeOne(
    client,
    `UPDATE sales_order
        SET units_sold = $2::integer, last_updated = $3::timestamp(3)
      WHERE sales_order_id = $1::integer`,
    [salesOrderId, unitsSold, timestampText(now.getTime())],
  );
}

/** Deletes an order with its transaction and its payment. */
export async function deleteSalesOrder(client: Client, salesOrderId: number): Promise<void> {
  await changeOne(
    client,
    `WITH deleted_payment AS (
         DELETE FROM payment USING transaction
          WHERE payment.transaction_id = transaction.transaction_id AND sales_order_id = $1::integer
     ), deleted_transaction AS (
         DELETE FROM transaction WHERE sales_order_id = $1::integer
     )
     DELETE FROM sales_order WHERE sales_order_id = $1::integer`,
    [salesOrderId],
  );
}

/** The suffix that makes a date invalid. A reader still sees the date. */
const POISON = " (or never)";

/** Writes an invalid payment date into the newest sales order, which the application never does; returns its id. */
export async function poisonOrder(client: Client, { now }: { now: Date }): Promise<number> {
  const { rows } = await client.query<{ id: number }>(
    `UPDATE sales_order
        SET agreed_payment_date = agreed_payment_date || $1::text, last_updated = $2::timestamp(3)
      WHERE sales_order_id = (SELECT max(sales_order_id) FROM sales_order
                               WHERE agreed_payment_date NOT LIKE '%' || $1::text)
  RETURNING sales_order_id AS id`,
    [POISON, timestampText(now.getTime())],
  );
  const [poisoned] = rows;
  if (poisoned === undefined) throw new Error("no sales order is left to poison");
  return poisoned.id;
}

/** Restores the dates of the poisoned orders; returns their ids. */
export async function repairOrders(client: Client, { now }: { now: Date }): Promise<number[]> {
  const { rows } = await client.query<{ id: number }>(
    `UPDATE sales_order
        SET agreed_payment_date = left(agreed_payment_date, -length($1::text)), last_updated = $2::timestamp(3)
      WHERE agreed_payment_date LIKE '%' || $1::text
  RETURNING sales_order_id AS id`,
    [POISON, timestampText(now.getTime())],
  );
  return rows.map(({ id }) => id);
}

const placeOrders = (
  client: Client,
  { kind, count, seed, now }: { kind: TradeKind } & Placement,
): Promise<number[]> =>
  placeOrdersAt(client, { kind, times: Array.from({ length: count }, () => now.getTime()), seed });

/**
 * Places an order at each time, with its transaction and its unpaid payment; returns their ids.
 * @param options.times in milliseconds since 1970 UTC
 */
export async function placeOrdersAt(
  client: Client,
  { kind, times, seed }: { kind: TradeKind; times: readonly number[]; seed: number },
): Promise<number[]> {
  const count = times.length;
  const random = startRandom(seed);
  const references = await readReferences(client);
  const table = ORDER_TABLES[kind];
  const orderIds = await nextIds(client, { table, count });
  const transactionIds = await nextIds(client, { table: "transaction", count });
  const paymentIds = await nextIds(client, { table: "payment", count });
  const rows = orderIds.map((order, index) =>
    rowsOfTrade(drawTrade(kind, { random, references, at: times[index] ?? NaN }), {
      order,
      transaction: transactionIds[index] ?? NaN,
      payment: paymentIds[index] ?? NaN,
    }),
  );
  await inTransaction(client, async () => {
    await copyRows(
      client,
      table,
      rows.map((row) => row.order),
    );
    await copyRows(
      client,
      "transaction",
      rows.map((row) => row.transaction),
    );
    await copyRows(
      client,
      "payment",
      rows.map((row) => row.payment),
    );
  });
  return orderIds;
}

async function readReferences(client: Client): Promise<References> {
  const { rows } = await client.query<Omit<References, "paymentTypes"> & { types: [string, number][] }>(
    `SELECT ARRAY(SELECT design_id FROM design ORDER BY 1) AS designs,
            ARRAY(SELECT staff_id FROM staff ORDER BY 1) AS staff,
            ARRAY(SELECT counterparty_id FROM counterparty ORDER BY 1) AS counterparties,
            ARRAY(SELECT address_id FROM address ORDER BY 1) AS addresses,
            ARRAY(SELECT currency_id FROM currency ORDER BY 1) AS currencies,
            (SELECT json_agg(json_build_array(payment_type_name, payment_type_id)) FROM payment_type) AS types`,
  );
  const [found] = rows;
  if (!found?.designs.length) throw new Error("The source has nothing to order: seed it first");
  return { ...found, paymentTypes: new Map(found.types) };
}

async function nextIds(
  client: Client,
  { table, count }: { table: string; count: number },
): Promise<number[]> {
  const { rows } = await client.query<{ id: number }>(
    "SELECT nextval(pg_get_serial_sequence($1, $2))::integer AS id FROM generate_series(1, $3::integer)",
    [table, `${table}_id`, count],
  );
  return rows.map((row) => row.id);
}

/** Runs a statement that must change exactly the row with the id in its first value. */
async function changeOne(client: Client, sql: string, values: readonly (string | number)[]): Promise<void> {
  const { rowCount, command } = await client.query(sql, [...values]);
  if (rowCount !== 1) throw new Error(`${command} found no row with the id ${values[0] ?? ""}`);
}

async function inTransaction(client: Client, work: () => Promise<void>): Promise<void> {
  if (client.getTransactionStatus() === "T") {
    await work();
    return;
  }
  await client.query("BEGIN");
  try {
    await work();
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}
