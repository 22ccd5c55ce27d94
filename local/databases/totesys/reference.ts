import { COUNTERPARTIES, DEPARTMENTS, ODD_ADDRESSES, STAFF, WORDS } from "./names";
import type { Random } from "./random";
import { DAY_MS, dayText, timestampText, type Row } from "./rows";
import type { References } from "./trade";

const ADDRESSES = 30;
const PAYMENT_TYPES = ["SALES_RECEIPT", "SALES_REFUND", "PURCHASE_PAYMENT", "PURCHASE_REFUND"];
const CURRENCIES = ["GBP", "USD", "EUR"];

/** The opening of the shop, when the small tables were filled together. */
const OPENING = Date.UTC(2022, 10, 3, 14, 20, 49, 962);

/** Draws the rows of the small tables that orders refer to, by table. */
export function drawReferenceTables(random: Random, designs: number): ReadonlyMap<string, readonly Row[]> {
  const stamps = { created_at: timestampText(OPENING), last_updated: timestampText(OPENING) };
  const number = (id: string, rows: readonly Row[]) =>
    rows.map((row, index) => ({ [id]: index + 1, ...row, ...stamps }));
  return new Map([
    ["address", number("address_id", drawAddresses(random))],
    ["counterparty", number("counterparty_id", drawCounterparties(random))],
    [
      "currency",
      number(
        "currency_id",
        CURRENCIES.map((code) => ({ currency_code: code })),
      ),
    ],
    ["department", number("department_id", DEPARTMENTS.map(toDepartment))],
    ["design", drawDesigns(random, designs)],
    [
      "payment_type",
      number(
        "payment_type_id",
        PAYMENT_TYPES.map((name) => ({ payment_type_name: name })),
      ),
    ],
    ["staff", number("staff_id", STAFF.map(toStaff))],
  ]);
}

/** The ids in the rows of the small tables. */
export function referencesTo(tables: ReadonlyMap<string, readonly Row[]>): References {
  const ids = (table: string) => (tables.get(table) ?? []).map((row) => Number(row[`${table}_id`]));
  return {
    designs: ids("design"),
    staff: ids("staff"),
    counterparties: ids("counterparty"),
    addresses: ids("address"),
    currencies: ids("currency"),
    paymentTypes: new Map(PAYMENT_TYPES.map((name, index) => [name, index + 1])),
  };
}

function toDepartment([name, location, manager]: (typeof DEPARTMENTS)[number]): Row {
  return { department_name: name, location, manager };
}

function toStaff([first, last, department]: (typeof STAFF)[number]): Row {
  const mailbox = `${first}.${last}`.toLowerCase().replace(/[^\p{L}.-]/gu, "");
  return {
    first_name: first,
    last_name: last,
    department_id: department,
    email_address: `${mailbox}@example.com`,
  };
}

function drawAddresses(random: Random): Row[] {
  const plain = Array.from(
    { length: ADDRESSES - ODD_ADDRESSES.length },
    (): (typeof ODD_ADDRESSES)[number] => [
      `${random.integer(1, 9_999)} ${random.pick(WORDS.streets)} ${random.pick(WORDS.ways)}`,
      random.chance(0.3) ? `Apt. ${random.integer(100, 999)}` : null,
      random.chance(0.5) ? random.pick(WORDS.districts) : null,
      random.pick(WORDS.cities),
      `${random.integer(10_000, 99_999)}`,
      random.pick(WORDS.countries),
      `${random.integer(1_000, 9_999)} ${random.integer(100_000, 999_999)}`,
    ],
  );
  return [...ODD_ADDRESSES, ...plain].map(([line1, line2, district, city, postalCode, country, phone]) => ({
    address_line_1: line1,
    address_line_2: line2,
    district,
    city,
    postal_code: postalCode,
    country,
    phone,
  }));
}

function drawCounterparties(random: Random): Row[] {
  return COUNTERPARTIES.map(([name, commercialContact, deliveryContact]) => ({
    counterparty_legal_name: name,
    legal_address_id: random.integer(1, ADDRESSES),
    commercial_contact: commercialContact,
    delivery_contact: deliveryContact,
  }));
}

/** Designs were added one by one, and some were deleted, so their ids have gaps. */
function drawDesigns(random: Random, count: number): Row[] {
  const rows: Row[] = [];
  for (let id = 1; rows.length < count; id += random.chance(0.1) ? 2 : 1) {
    const at = OPENING + rows.length * DAY_MS + random.integer(0, DAY_MS / 2);
    const material = random.pick(WORDS.materials);
    rows.push({
      design_id: id,
      created_at: timestampText(at),
      design_name: random.chance(0.02) ? `${material}, "Mark ${id}"` : material,
      file_location: random.pick(WORDS.folders),
      file_name: `${material.toLowerCase()}-${dayText(at).replaceAll("-", "")}-${id}.json`,
      last_updated: timestampText(at),
    });
  }
  return rows;
}
