import type { Random } from "./random";
import { dayText, timestampText, type Row } from "./rows";

/** The ids in the small tables that an order may refer to. */
export interface References {
  readonly designs: readonly number[];
  readonly staff: readonly number[];
  readonly counterparties: readonly number[];
  readonly addresses: readonly number[];
  readonly currencies: readonly number[];
  /** The id of each payment type by its name. */
  readonly paymentTypes: ReadonlyMap<string, number>;
}

/** The two kinds of order, by their `transaction_type`. */
export type TradeKind = "SALE" | "PURCHASE";

/** The table that holds the orders of a kind. */
export const ORDER_TABLES = { SALE: "sales_order", PURCHASE: "purchase_order" } as const;

/** An order as the application writes it, together with its transaction and its payment. */
export interface Trade {
  readonly kind: TradeKind;
  /** The columns of the order except its id. */
  readonly order: Row;
  /** The columns of the payment except its id and its transaction. */
  readonly payment: Row;
}

/** The ids of the three rows of a trade. */
interface TradeIds {
  readonly order: number;
  readonly transaction: number;
  readonly payment: number;
}

const REFUND_SHARE = 0.01;
const LETTERS = "ABCDEFGHJKLMNPRSTVWXYZ".split("");

/** Draws an order placed at `at`, in milliseconds since 1970 UTC. */
export function drawTrade(
  kind: TradeKind,
  { random, references, at }: { random: Random; references: References; at: number },
): Trade {
  const stamps = { created_at: timestampText(at), last_updated: timestampText(at) };
  const counterparty = random.pick(references.counterparties);
  const currency = random.pick(references.currencies);
  const delivery = dayText(at, random.integer(2, 7));
  const payment = dayText(at, random.integer(2, 7));
  const units = kind === "SALE" ? random.integer(1_000, 100_000) : random.integer(1, 1_000);
  const cents = kind === "SALE" ? random.integer(200, 400) : random.integer(49, 99_950);
  const parties = { staff_id: random.pick(references.staff), counterparty_id: counterparty };
  const terms = {
    currency_id: currency,
    agreed_delivery_date: delivery,
    agreed_payment_date: payment,
    agreed_delivery_location_id: random.pick(references.addresses),
  };
  const goods =
    kind === "SALE"
      ? { design_id: random.pick(references.designs), units_sold: units, unit_price: money(cents) }
      : { item_code: itemCode(random), item_quantity: units, item_unit_price: money(cents) };
  return {
    kind,
    order: { ...stamps, ...parties, ...goods, ...terms },
    payment: {
      ...stamps,
      counterparty_id: counterparty,
      payment_amount: money(units * cents),
      currency_id: currency,
      payment_type_id: paymentType(kind, { random, references }),
      paid: false,
      payment_date: payment,
      company_ac_number: random.integer(10_000_000, 99_999_999),
      counterparty_ac_number: random.integer(10_000_000, 99_999_999),
    },
  };
}

/** The rows of a trade, ready for their tables. */
export function rowsOfTrade(
  { kind, order, payment }: Trade,
  ids: TradeIds,
): { order: Row; transaction: Row; payment: Row } {
  return {
    order: { [`${ORDER_TABLES[kind]}_id`]: ids.order, ...order },
    transaction: {
      transaction_id: ids.transaction,
      transaction_type: kind,
      sales_order_id: kind === "SALE" ? ids.order : null,
      purchase_order_id: kind === "PURCHASE" ? ids.order : null,
      created_at: payment["created_at"] ?? null,
      last_updated: payment["created_at"] ?? null,
    },
    payment: { payment_id: ids.payment, transaction_id: ids.transaction, ...payment },
  };
}

function paymentType(
  kind: TradeKind,
  { random, references }: { random: Random; references: References },
): number {
  const refund = random.chance(REFUND_SHARE);
  const name =
    kind === "SALE"
      ? refund
        ? "SALES_REFUND"
        : "SALES_RECEIPT"
      : refund
        ? "PURCHASE_REFUND"
        : "PURCHASE_PAYMENT";
  const id = references.paymentTypes.get(name);
  if (id === undefined) throw new Error(`The source has no payment type ${name}: seed it first`);
  return id;
}

function itemCode(random: Random): string {
  const letters = Array.from({ length: 3 }, () => random.pick(LETTERS)).join("");
  return `${letters}${random.integer(1_000, 9_999)}`;
}

/** Cents as a `numeric(10,2)`. Arithmetic on whole cents is exact. */
function money(cents: number): string {
  return `${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
}
