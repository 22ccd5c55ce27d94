import type { Client } from "pg";
import { placeOrdersAt } from "./changes";
import { paidAt } from "./payers";
import { startRandom } from "./random";
import { DAY_MS, dayText, timestampText } from "./rows";

/** The number of past days whose orders say how many orders a day has. */
const WEEK = 7;

/** What the shop did in the days in which nobody ran it. */
interface CaughtUp {
  readonly days: number;
  readonly orders: number;
  readonly payments: number;
}

/**
 * Lets the shop trade on the days between its newest order and today: it gets as many orders a day as in its last week,
 * and pays what fell due. Otherwise, all payments of a shop that was stopped for days would be late. Does nothing on the
 * day of the newest order, and on the day after.
 */
export async function catchUp(client: Client, { now }: { readonly now: Date }): Promise<CaughtUp> {
  const today = new Date(now).setUTCHours(0, 0, 0, 0);
  const { rows } = await client.query<{ last: string | null; sales: number; purchases: number }>(
    `WITH days AS (SELECT max(created_at)::date AS last FROM sales_order)
     SELECT last::text AS last,
            (SELECT count(*)::integer FROM sales_order WHERE created_at >= last - $1::integer + 1) AS sales,
            (SELECT count(*)::integer FROM purchase_order WHERE created_at >= last - $1::integer + 1) AS purchases
       FROM days`,
    [WEEK],
  );
  const [known] = rows;
  const first = Date.parse(known?.last ?? "") + DAY_MS;
  // A shop without orders has no trade to continue.
  if (known === undefined || !(first < today)) return { days: 0, orders: 0, payments: 0 };
  await client.query("BEGIN");
  try {
    const span = { first, end: today };
    const sales = timesIn(span, known.sales / WEEK);
    const purchases = timesIn(span, known.purchases / WEEK);
    await placeOrdersAt(client, { kind: "SALE", times: sales, seed: first / DAY_MS });
    await placeOrdersAt(client, { kind: "PURCHASE", times: purchases, seed: today / DAY_MS });
    const payments = await payPast(client, { first, now: today });
    await client.query("COMMIT");
    return { days: (today - first) / DAY_MS, orders: sales.length + purchases.length, payments };
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}

/** Times that are spread evenly over some days. */
function timesIn(
  { first, end }: { readonly first: number; readonly end: number },
  ordersPerDay: number,
): readonly number[] {
  const count = Math.max(1, Math.round(((end - first) / DAY_MS) * ordersPerDay));
  const random = startRandom(first / DAY_MS);
  return Array.from({ length: count }, (_, index) =>
    Math.floor(first + ((index + random.integer(0, 99) / 100) / count) * (end - first)),
  );
}

/** Pays what fell due before a time, as `paidAt` says. What was late before `first` comes at the earliest on this day. */
async function payPast(
  client: Client,
  { first, now }: { readonly first: number; readonly now: number },
): Promise<number> {
  const { rows } = await client.query<{ payment_id: number; payment_date: string }>(
    "SELECT payment_id, payment_date FROM payment WHERE NOT paid AND payment_date < $1::text",
    [dayText(now)],
  );
  const paid = rows.flatMap(({ payment_id, payment_date }) => {
    const wasLate = payment_date < dayText(first);
    const at = paidAt(payment_date, { payer: startRandom(payment_id), isLate: wasLate || undefined });
    const time = Math.max(at, first);
    return time < now ? [{ payment_id, time }] : [];
  });
  await client.query(
    `UPDATE payment SET paid = true, last_updated = came.at
       FROM unnest($1::integer[], $2::timestamp(3)[]) AS came (payment_id, at)
      WHERE payment.payment_id = came.payment_id`,
    [paid.map(({ payment_id }) => payment_id), paid.map(({ time }) => timestampText(time))],
  );
  return paid.length;
}
