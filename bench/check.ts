import { inDatabase } from "./rig/rig";

/** The number of rows and a sum over all their values. The order of the rows does not matter. */
interface Checksum {
  readonly rows: string;
  readonly sum: string | null;
}

async function checksum(url: string, from: string, columns: readonly string[]): Promise<Checksum> {
  const text = columns.map((column) => `COALESCE((${column})::text, '\\N')`).join(" || '|' || ");
  const [row] = await inDatabase<Checksum>(
    url,
    `SELECT count(*)::text AS rows, sum(hashtextextended(${text}, 0))::text AS sum FROM ${from}`,
  );
  if (row === undefined) throw new Error(`no checksum of ${from}`);
  return row;
}

/** The columns of fact_sales_order, in the words of the source. */
const SALES_ORDER: Readonly<Record<string, string>> = {
  sales_order_id: "sales_order_id",
  created_date: "created_at::date",
  created_time: "created_at::time",
  last_updated_date: "last_updated::date",
  last_updated_time: "last_updated::time",
  sales_staff_id: "staff_id",
  counterparty_id: "counterparty_id",
  units_sold: "units_sold",
  unit_price: "unit_price",
  currency_id: "currency_id",
  design_id: "design_id",
  agreed_payment_date: "agreed_payment_date::date",
  agreed_delivery_date: "agreed_delivery_date::date",
  agreed_delivery_location_id: "agreed_delivery_location_id",
};

/** The columns of a line that both models of bench/models/order-lines.ts have. */
const LINE = Object.fromEntries(
  ["line_id", "header_id", "product", "quantity", "unit_price"].map((name) => [name, name]),
);

/** A table of the warehouse, and the query for the same rows in the source. */
const COMPARED = {
  salesOrders: { source: "sales_order", warehouse: "current_sales_order", columns: SALES_ORDER },
  designs: {
    source: "design",
    warehouse: "dim_design",
    columns: Object.fromEntries(
      ["design_id", "design_name", "file_location", "file_name"].map((name) => [name, name]),
    ),
  },
  staff: {
    source: "staff JOIN department USING (department_id)",
    warehouse: "dim_staff",
    columns: {
      staff_id: "staff_id",
      first_name: "first_name",
      last_name: "last_name",
      department_name: "department_name",
      location: "COALESCE(location, '')",
      email_address: "email_address",
    },
  },
  lines: { source: "order_line", warehouse: "current_order_line", columns: LINE },
  joinedLines: {
    source: "order_line JOIN order_header USING (header_id)",
    warehouse: "current_order_line",
    columns: { ...LINE, customer: "customer", country: "country", ordered_date: "ordered_at::date" },
  },
} as const;

/**
 * Compares the warehouse with the source, value by value.
 * @throws Error if they differ, because the time of a wrong result means nothing
 */
export async function checkLoaded(
  what: keyof typeof COMPARED,
  databases: { readonly source: string; readonly warehouse: string },
): Promise<void> {
  const { source, warehouse, columns } = COMPARED[what];
  const expected = await checksum(databases.source, source, Object.values(columns));
  const actual = await checksum(databases.warehouse, warehouse, Object.keys(columns));
  requireSame(what, expected, actual);
}

/** Compares a copied table with its original. */
export async function checkCopied(
  what: string,
  original: { readonly url: string; readonly table: string },
  copy: { readonly url: string; readonly table: string },
): Promise<void> {
  requireSame(
    what,
    await checksum(original.url, `${original.table} AS t`, ["t"]),
    await checksum(copy.url, `${copy.table} AS t`, ["t"]),
  );
}

function requireSame(what: string, expected: Checksum, actual: Checksum): void {
  if (expected.rows === actual.rows && expected.sum === actual.sum) return;
  throw new Error(
    `${what}: ${actual.rows} rows with the checksum ${actual.sum ?? "none"} arrived. The source has ` +
      `${expected.rows} with ${expected.sum ?? "none"}; the result is wrong, so no time is reported`,
  );
}
