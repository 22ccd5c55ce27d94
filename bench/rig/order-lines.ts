import { createReader } from "../../local/databases/totesys/reader";
import { inDatabase, READER, type Rig } from "./rig";

/** The lines of the first order. Each other order has about five. */
export const FIRST_ORDER_LINES = 50;

/** Creates a source with this many lines, on a fifth as many orders. The same number always gives the same rows. */
export async function createOrderLines(rig: Rig, database: string, lines: number): Promise<void> {
  const url = rig.source.url(database);
  const orders = Math.ceil(lines / 5);
  await rig.source.createDatabase(database);
  await inDatabase(
    url,
    `CREATE TABLE order_header (header_id integer PRIMARY KEY, customer text NOT NULL, country text, ordered_at timestamp(3) NOT NULL);
     CREATE TABLE order_line (line_id integer PRIMARY KEY, header_id integer NOT NULL, product text NOT NULL,
                              quantity integer NOT NULL, unit_price numeric(10, 2) NOT NULL);
     INSERT INTO order_header SELECT i, 'Company ' || i % 10007 || ' and Sons', CASE i % 9 WHEN 0 THEN NULL ELSE 'Country ' || i % 9 END,
            timestamp '2022-11-03 14:20:49.962' + (900.0 * i / ${orders}) * interval '1 day' FROM generate_series(1, ${orders}) AS i;
     INSERT INTO order_line SELECT i, CASE WHEN i <= ${FIRST_ORDER_LINES} THEN 1 ELSE 2 + abs(hashint4(i) % ${orders - 1}) END,
            'Wooden ' || i % 1009, 1 + i % 97, 2 + abs(hashint4(i + 5) % 20000) / 100.0 FROM generate_series(1, ${lines}) AS i`,
  );
  await inDatabase(url, "VACUUM (FREEZE, ANALYZE)");
  await createReader(url, READER);
}
