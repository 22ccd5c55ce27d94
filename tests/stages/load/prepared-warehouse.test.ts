import { expect } from "chai";
import { startPipeline, type Pipeline } from "../../support/pipeline/pipeline";
import { createTinySource, TINY_CALENDAR } from "../../support/oracle/tiny-totesys";

/** A fact table as somebody may have prepared it, but for the type of one column. */
const prepared = (type: Readonly<Record<string, string>>): string => `
  CREATE TABLE fact_sales_order (
    sales_record_id serial PRIMARY KEY, sales_order_id integer NOT NULL, created_date date NOT NULL,
    created_time ${type["created_time"] ?? "time"} NOT NULL, last_updated_date date NOT NULL,
    last_updated_time ${type["last_updated_time"] ?? "time"} NOT NULL, sales_staff_id integer NOT NULL,
    counterparty_id integer NOT NULL, units_sold integer NOT NULL, unit_price numeric(10,2) NOT NULL,
    currency_id integer NOT NULL, design_id integer NOT NULL, agreed_payment_date date NOT NULL,
    agreed_delivery_date ${type["agreed_delivery_date"] ?? "date"} NOT NULL, agreed_delivery_location_id integer NOT NULL)`;

describe("A table that was prepared otherwise than the model", function () {
  this.timeout(120_000);
  let pipeline: Pipeline;
  beforeEach(async () => {
    pipeline = await startPipeline({ source: await createTinySource(), calendar: TINY_CALENDAR });
  });
  afterEach(() => pipeline.close());

  /** All tables of the source are captured again, as behind a restart of its server. */
  const recapture = async (): Promise<void> => {
    await pipeline.source.query(`DO $$ DECLARE t regclass; BEGIN
      FOR t IN SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' LOOP
        EXECUTE format('ALTER TABLE %s ADD COLUMN extra_%s int DEFAULT 1', t, (random() * 1e9)::int); END LOOP; END $$`);
    await pipeline.run();
  };
  const versions = async (table: string, key: string): Promise<unknown> =>
    (
      await pipeline.warehouse.query(
        `SELECT count(*)::int AS all, count(DISTINCT ${key})::int AS rows FROM ${table}`,
      )
    )[0];
  const change = (): Promise<unknown> =>
    pipeline.source.query(
      "UPDATE sales_order SET units_sold = 99, last_updated = '2024-05-05 10:00:00.789' WHERE sales_order_id = 2",
    );

  const tables: readonly (readonly [string, string])[] = [
    ["keeps a date as a text", prepared({ agreed_delivery_date: "text" })],
    ["keeps no milliseconds", prepared({ created_time: "time(0)", last_updated_time: "time(0)" })],
    [
      "has a trigger that changes what is stored",
      `${prepared({ agreed_delivery_date: "text" })};
       CREATE FUNCTION shorten() RETURNS trigger LANGUAGE plpgsql
         AS 'BEGIN NEW.agreed_delivery_date := left(NEW.agreed_delivery_date, 7); NEW.unit_price := round(NEW.unit_price); RETURN NEW; END';
       CREATE TRIGGER shorten BEFORE INSERT ON fact_sales_order FOR EACH ROW EXECUTE FUNCTION shorten()`,
    ],
  ];
  for (const [what, sql] of tables) {
    it(`gets no second row of a version that is captured again: one that ${what}`, async () => {
      await pipeline.warehouse.query(sql);
      await pipeline.run();
      expect(await versions("fact_sales_order", "sales_order_id")).to.deep.equal({ all: 10, rows: 10 });
      await recapture();
      expect(await versions("fact_sales_order", "sales_order_id")).to.deep.equal({ all: 10, rows: 10 });
      await change();
      await recapture();
      await recapture();

      expect(await versions("fact_sales_order", "sales_order_id")).to.deep.equal({ all: 11, rows: 10 });
      expect(
        await pipeline.warehouse.query("SELECT units_sold FROM current_sales_order WHERE sales_order_id = 2"),
      ).to.deep.equal([{ units_sold: 99 }]);
    });
  }
});
