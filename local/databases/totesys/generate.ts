import { paidAt } from "./payers";
import { startRandom, type Random } from "./random";
import { drawReferenceTables, referencesTo } from "./reference";
import { DAY_MS, timestampText, type Row } from "./rows";
import { drawTrade, ORDER_TABLES, rowsOfTrade, type References, type Trade } from "./trade";

/** The sizes of the real source, from an extract of its first two years. */
const SIZES = { sales: 11_200, purchases: 4_600, designs: 470, days: 731 };
const FEWEST_DESIGNS = 20;
const FEWEST_DAYS = 7;
const BATCH = 5_000;
const HOUR_MS = 3_600_000;

/** The default end of the history: every row was last updated before it. */
export const HISTORY_END = Date.UTC(2024, 10, 4);

/** Some rows of one table. */
interface Batch {
  readonly table: string;
  readonly rows: readonly Row[];
}

/**
 * Generates the rows of a source in an order that its foreign keys allow within a transaction, a few thousand at a
 * time. The same options always give the same rows.
 *
 * @param options.scale 1 is the size of the real source. Less means fewer orders over fewer days, more means more
 *   orders a day. The small tables keep their size.
 * @param options.end the end of the history, a midnight in UTC
 */
export function* generateTotesys(options: { seed: number; scale: number; end?: number }): Generator<Batch> {
  const { end = HISTORY_END } = options;
  const random = startRandom(options.seed);
  const payers = startRandom(~options.seed);
  const shrunk = Math.min(1, options.scale);
  const tables = drawReferenceTables(random, Math.max(FEWEST_DESIGNS, Math.round(SIZES.designs * shrunk)));
  for (const [table, rows] of tables) yield { table, rows };

  const days = Math.max(FEWEST_DAYS, Math.round(SIZES.days * shrunk));
  const count = Math.max(10, Math.round((SIZES.sales + SIZES.purchases) * options.scale));
  yield* generateTrades(random, { references: referencesTo(tables), payers, days, count, end });
}

interface History {
  readonly references: References;
  /** Decides who pays late. It is independent of all other numbers. */
  readonly payers: Random;
  readonly days: number;
  readonly count: number;
  readonly end: number;
}

function* generateTrades(
  random: Random,
  { references, payers, days, count, end }: History,
): Generator<Batch> {
  const tables = ["sales_order", "purchase_order", "transaction", "payment"];
  const nextIds = new Map(tables.map((table) => [table, startIds(random)]));
  const start = end - days * DAY_MS;
  const step = (days * DAY_MS) / count;
  let at = start;
  for (let first = 0; first < count; first += BATCH) {
    const trades: Trade[] = [];
    for (let index = first; index < Math.min(count, first + BATCH); index++) {
      // Sometimes a file of orders is imported within one millisecond.
      if (!random.chance(0.05)) at = start + Math.floor((index + random.integer(0, 99) / 100) * step);
      trades.push(drawTrade(isSale(index) ? "SALE" : "PURCHASE", { random, references, at }));
    }
    yield* batchesOf(trades, { random, payers, nextIds, end });
  }
}

/** Spreads the purchases evenly among the sales. */
function isSale(index: number): boolean {
  const total = SIZES.sales + SIZES.purchases;
  return Math.floor(((index + 1) * SIZES.sales) / total) > Math.floor((index * SIZES.sales) / total);
}

type NextIds = (count: number) => number[];

function* batchesOf(
  trades: readonly Trade[],
  {
    random,
    payers,
    nextIds,
    end,
  }: { random: Random; payers: Random; nextIds: ReadonlyMap<string, NextIds>; end: number },
): Generator<Batch> {
  const idsOf = (table: string, count: number) => (nextIds.get(table)?.(count) ?? []).values();
  const countOf = (kind: Trade["kind"]) => trades.filter((trade) => trade.kind === kind).length;
  const orders = {
    SALE: idsOf("sales_order", countOf("SALE")),
    PURCHASE: idsOf("purchase_order", countOf("PURCHASE")),
  };
  const transactions = idsOf("transaction", trades.length);
  const payments = idsOf("payment", trades.length);
  const take = (ids: Iterator<number>) => Number(ids.next().value);

  const rows = new Map<string, Row[]>();
  const put = (table: string, row: Row) => {
    const list = rows.get(table);
    if (list) list.push(row);
    else rows.set(table, [row]);
  };
  trades.forEach((trade, index) => {
    const ids = { order: take(orders[trade.kind]), transaction: take(transactions), payment: take(payments) };
    const { order, transaction, payment } = rowsOfTrade(trade, ids);
    // One order in a hundred was deleted. Its transaction stays.
    const deleted = index % 100 === 42;
    if (!deleted) put(ORDER_TABLES[trade.kind], amend(order, { random, end }));
    put(
      "transaction",
      deleted ? { ...transaction, sales_order_id: null, purchase_order_id: null } : transaction,
    );
    put("payment", paidInTime(payment, { random, payers, end }));
  });
  for (const [table, list] of rows) yield { table, rows: list };
}

/** A few orders changed within hours, before they were due. */
function amend(order: Row, { random, end }: { random: Random; end: number }): Row {
  if (!random.chance(0.03)) return order;
  const last = millisecondsOf(order["created_at"]) + random.integer(60_000, 20 * HOUR_MS);
  return { ...order, last_updated: timestampText(Math.min(last, end - 1)) };
}

/**
 * Every morning, a batch pays all that is due that day, most of it within one millisecond, and what comes late. Nothing
 * is paid after the end.
 */
function paidInTime(
  payment: Row,
  { random, payers, end }: { random: Random; payers: Random; end: number },
): Row {
  const due = String(payment["payment_date"]);
  const at = paidAt(due, { payer: payers });
  if (Date.parse(`${due}T09:32:10.117Z`) >= end) return payment;
  const paid = at + (random.chance(0.9) ? 0 : 1);
  return paid < end ? { ...payment, paid: true, last_updated: timestampText(paid) } : payment;
}

function millisecondsOf(timestamp: Row[string] | undefined): number {
  return Date.parse(`${String(timestamp).replace(" ", "T")}Z`);
}

/**
 * Hands out ids like a busy sequence. Transactions that rolled back leave gaps. An id is taken some time before its row
 * is written, so ids are not exactly in the order of time.
 */
function startIds(random: Random): NextIds {
  let last = 0;
  return (count) => {
    const ids = Array.from({ length: count }, () => (last += random.chance(0.03) ? random.integer(2, 6) : 1));
    for (let index = 0; index < count; index++) {
      if (!random.chance(0.1)) continue;
      const other = Math.min(count - 1, index + random.integer(1, 20));
      [ids[index], ids[other]] = [ids[other] ?? 0, ids[index] ?? 0];
    }
    return ids;
  };
}
