import { expect } from "chai";
import { TerminalError } from "../../../domain/errors";
import { actualRows, expectedRows } from "../../support/oracle/expected-warehouse";
import { failureOf } from "../../support/failure";
import { libcProvider } from "../../support/postgres/version";
import { startPipeline, type Pipeline } from "../../support/pipeline/pipeline";
import { createTinySource } from "../../support/oracle/tiny-totesys";

/** A fact table as a person may have prepared it, except for the type of one column. */
const prepared = (type: Readonly<Record<string, string>>): string => `
  CREATE TABLE fact_sales_order (
    sales_record_id serial PRIMARY KEY, sales_order_id integer NOT NULL, created_date date NOT NULL,
    created_time ${type["created_time"] ?? "time"} NOT NULL, last_updated_date date NOT NULL,
    last_updated_time ${type["last_updated_time"] ?? "time"} NOT NULL, sales_staff_id integer NOT NULL,
    counterparty_id integer NOT NULL, units_sold integer NOT NULL, unit_price numeric(10,2) NOT NULL,
    currency_id integer NOT NULL, design_id integer NOT NULL, agreed_payment_date date NOT NULL,
    agreed_delivery_date ${type["agreed_delivery_date"] ?? "date"} NOT NULL, agreed_delivery_location_id integer NOT NULL)`;

describe("A prepared table that differs from the model", function () {
  this.timeout(120_000);
  let pipeline: Pipeline;
  beforeEach(async () => {
    pipeline = await startPipeline({ source: await createTinySource() });
  });
  afterEach(() => pipeline.close());

  /** Captures all tables of the source again, as after a restart of its server. */
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
    it(`gets no second row of a version that is captured again, if it ${what}`, async () => {
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

  describe("is refused before the first load, with the remedy, where a later load would fail", () => {
    const refusals: readonly (readonly [string, string, string])[] = [
      [
        "a column of a type that no value can be stored in",
        prepared({ agreed_delivery_date: "integer" }),
        'the warehouse table fact_sales_order does not accept the statements of a later load: column "agreed_delivery_date" is of type integer but expression is of type date',
      ],
      [
        "a column that computes its value",
        `${prepared({})}; ALTER TABLE fact_sales_order DROP units_sold;
         ALTER TABLE fact_sales_order ADD units_sold int GENERATED ALWAYS AS (sales_order_id * 2) STORED`,
        'ALTER TABLE "fact_sales_order" ALTER COLUMN "units_sold" DROP EXPRESSION',
      ],
      [
        "a fact that takes a row once",
        `${prepared({})}; CREATE UNIQUE INDEX once ON fact_sales_order (sales_order_id)`,
        "takes each sales_order_id once, by a unique index, and a fact table keeps every version of a row",
      ],
      [
        "a version number that nobody gives",
        `${prepared({})}; ALTER TABLE fact_sales_order ALTER sales_record_id DROP DEFAULT, DROP CONSTRAINT fact_sales_order_pkey, ALTER sales_record_id DROP NOT NULL`,
        'ALTER TABLE "fact_sales_order" ALTER COLUMN "sales_record_id" ADD GENERATED BY DEFAULT AS IDENTITY',
      ],
    ];
    for (const [what, sql, message] of refusals) {
      it(what, async () => {
        await pipeline.warehouse.query(sql);
        await pipeline.ingest();
        await pipeline.process();

        const error = await failureOf(pipeline.load());

        expect(error).to.be.instanceOf(TerminalError).with.property("message").that.includes(message);
        expect(
          await pipeline.warehouse.query("SELECT FROM pg_tables WHERE schemaname = 'public'"),
        ).to.have.length(1);
      });
    }
  });

  it("with keys GENERATED ALWAYS AS IDENTITY gets the keys of the source, at first and later", async () => {
    await pipeline.warehouse.query(`
      CREATE TABLE dim_staff (staff_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, first_name varchar, last_name varchar,
        department_name varchar, location varchar, email_address varchar);
      ${prepared({}).replace("serial", "int GENERATED ALWAYS AS IDENTITY")}`);
    await pipeline.run();
    await pipeline.source.query(`UPDATE staff SET first_name = 'New' WHERE staff_id = 1;
      INSERT INTO staff SELECT 77, 'Ida', last_name, department_id, email_address, created_at, last_updated FROM staff WHERE staff_id = 1`);
    await change();
    await pipeline.run();

    expect(await actualRows(pipeline.warehouse)).to.deep.equal(await expectedRows(pipeline.source));
  });

  describe("that refuses a value fails the load with the table, the column and the reason", () => {
    const small = `CREATE TABLE dim_staff (staff_id integer PRIMARY KEY, first_name varchar(5) NOT NULL, last_name varchar NOT NULL,
      department_name varchar NOT NULL, location varchar NOT NULL, email_address varchar NOT NULL)`;
    const tooLong =
      "the warehouse refused rows of dim_staff, column first_name, among them that with staff_id 1: value too long for type character varying(5): " +
      "change the prepared table to match the model, or correct the row in the source; the commit waits until then";

    it("on the direct path and on the staging path", async () => {
      await pipeline.warehouse.query(small);
      await pipeline.source.query("UPDATE staff SET first_name = 'Much too long' WHERE staff_id = 1");
      await pipeline.ingest();
      await pipeline.process();
      const error = await failureOf(pipeline.load({ marts: [] }));
      expect(error).to.include({ message: tooLong });
      expect(error).to.have.nested.property("subject.table", "dim_staff");
      expect(error).to.have.nested.property("cause.code", "22001");

      await pipeline.warehouse.query("ALTER TABLE dim_staff ALTER first_name TYPE varchar");
      await pipeline.load({ marts: [] });
      await pipeline.warehouse.query(
        "UPDATE dim_staff SET first_name = 'x'; ALTER TABLE dim_staff ALTER first_name TYPE varchar(5)",
      );
      await pipeline.source.query("UPDATE staff SET last_name = 'Same' WHERE staff_id = 1");
      await pipeline.ingest();
      await pipeline.process();
      expect((await failureOf(pipeline.load({ marts: [] }))).message).to.equal(tooLong);
    });

    it("also when the encoding of the warehouse lacks a character", async () => {
      await pipeline.source.query("UPDATE staff SET first_name = 'snow ' || chr(9731) WHERE staff_id = 1");
      await pipeline.ingest();
      await pipeline.process();
      const name = `${pipeline.warehouse.name}_latin`;
      await pipeline.warehouse.query(
        `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'LATIN1' ${libcProvider()} LC_COLLATE 'C' LC_CTYPE 'C'`,
      );
      const url = pipeline.warehouse.url.replace(/\/[^/]+$/, `/${name}`);

      const error = await failureOf(pipeline.load({ database: { ...pipeline.warehouse, url } }));

      await pipeline.warehouse.query(`DROP DATABASE ${name} WITH (FORCE)`);
      expect(error.message).to.equal(
        "the warehouse refused rows of dim_staff, column first_name: character with byte sequence … in encoding " +
          '"UTF8" has no equivalent in encoding "LATIN1": load into a database with the encoding UTF8, or remove the ' +
          "character from the row in the source",
      );
    });
  });
});
