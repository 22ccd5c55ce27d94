import { expect } from "chai";
import { integer, type MartType } from "../../../domain/marts/column";
import { type Mart } from "../../../domain/marts/mart";
import { marts } from "../../../domain/declarations";
import { CHANGED } from "../../support/pipeline/changed-mart";
import { actualMarts, expectedMarts, recordSeen } from "../../support/oracle/expected-marts";
import { failureOf } from "../../support/failure";
import { startPipeline, type LoadOptions, type Pipeline } from "../../support/pipeline/pipeline";

const [REVENUE] = marts;

/** How PostgreSQL calls what a mart declares. */
const TYPES: Readonly<Record<MartType, string>> = {
  text: "^(text|character varying)$",
  integer: "^(integer|bigint)$",
  decimal: "^numeric$",
  date: "^date$",
  timestamp: "^timestamp with(out)? time zone$",
  boolean: "^boolean$",
};

describe("The load creates and updates the marts", () => {
  let pipeline: Pipeline;
  before(async () => {
    pipeline = await startPipeline({ seeded: true });
    await recordSeen(pipeline.source, (await pipeline.ingest()).commit);
    await pipeline.process();
  });
  beforeEach(() => {
    pipeline.logged.length = 0;
  });
  afterEach(() => pipeline.warehouse.query("DROP SCHEMA IF EXISTS marts CASCADE"));
  after(() => pipeline.close());

  const query = <T = Record<string, unknown>>(sql: string): Promise<T[]> => pipeline.warehouse.query<T>(sql);
  const warnings = (): string[] =>
    pipeline.logged.flatMap(({ level, fields }) => (level === "warn" ? [String(fields["reason"])] : []));
  const news = (): string[] =>
    pipeline.logged.flatMap(({ message, fields }) =>
      message.startsWith("a mart was")
        ? [`${message.split(" ").at(-1) ?? ""} ${String(fields["mart"])}`]
        : [],
    );
  const expectRight = async (schema = "marts"): Promise<void> => {
    expect(await actualMarts(pipeline.warehouse, schema)).to.deep.equal(await expectedMarts(pipeline.source));
  };
  const views = (): Promise<unknown[]> =>
    query("SELECT relname, oid, xmin FROM pg_class WHERE relnamespace = 'marts'::regnamespace ORDER BY 1");

  it("once there are tables", async () => {
    await pipeline.load({ hasTime: () => false });

    expect(await query("SELECT FROM pg_namespace WHERE nspname = 'marts'")).to.have.length(0);
    expect(warnings()).to.deep.equal([]);
  });

  it("with the question, and the declared names, meanings and types of the columns", async () => {
    await pipeline.load();

    for (const { name, question, columns } of marts) {
      const [view] = await query<{ comment: string }>(
        `SELECT obj_description('marts.${name}'::regclass, 'pg_class') AS comment`,
      );
      expect(view!.comment).to.match(new RegExp(`^${question.replace("?", "\\?")}\n`));
      const described = await query<{ name: string; meaning: string; type: string }>(
        `SELECT attname AS name, col_description(attrelid, attnum) AS meaning, atttypid::regtype::text AS type
           FROM pg_attribute WHERE attrelid = 'marts.${name}'::regclass AND attnum > 0 ORDER BY attnum`,
      );
      expect(
        described.map((column) => [column.name, column.meaning]),
        name,
      ).to.deep.equal(Object.entries(columns).map(([column, { meaning }]) => [column, meaning]));
      for (const { name: column, type } of described)
        expect(type, `${name}.${column}`).to.match(new RegExp(TYPES[columns[column]!.type]));
    }
    const floats = await query(
      "SELECT FROM information_schema.columns WHERE table_schema = 'marts' AND data_type IN ('real', 'double precision')",
    );
    expect(floats).to.have.length(0);
  });

  it("with valid examples", async () => {
    await pipeline.load();
    for (const { example } of marts) await query(example);
  });

  it("from a statement that may begin with WITH, and end with a semicolon or a comment", async () => {
    const name = REVENUE!.name;
    const counted = { ...REVENUE!, columns: { orders: integer("number of orders") } };
    for (const sql of [
      "WITH placed AS (SELECT sales_order_id FROM current_sales_order) SELECT count(*) AS orders FROM placed",
      "\n-- all of them\nwith dim_date AS (SELECT 1 FROM fact_sales_order) SELECT count(*) AS orders FROM dim_date;\n",
      "SELECT count(*) AS orders FROM CURRENT_SALES_ORDER -- without the deleted",
    ]) {
      await pipeline.load({ marts: [{ ...counted, sql }] });
      const [row] = await query<{ orders: string }>(`SELECT orders FROM marts.${name}`);
      expect(Number(row?.orders), sql).to.be.above(0);
    }
    expect(warnings()).to.deep.equal([]);
  });

  it("and does nothing without changes", async () => {
    await pipeline.load();
    expect(news()).to.deep.equal(marts.map(({ name }) => `created "marts"."${name}"`));
    pipeline.logged.length = 0;
    const before = await views();

    await pipeline.load();

    expect(news()).to.deep.equal([]);
    expect(await views()).to.deep.equal(before);
  });

  it("and replaces a mart with a changed definition, including its columns, and keeps its grants", async () => {
    const role = `${pipeline.warehouse.name}_analyst`;
    await pipeline.load();
    await query(`CREATE ROLE ${role}; GRANT USAGE ON SCHEMA marts TO ${role};
                 GRANT SELECT ON marts.revenue_by_month TO ${role}; GRANT SELECT (revenue, month) ON marts.revenue_by_month TO ${role}`);
    pipeline.logged.length = 0;

    await pipeline.load({ marts: [CHANGED, ...marts.slice(1)] });

    expect(news()).to.deep.equal(['replaced "marts"."revenue_by_month"']);
    const [row] =
      await query(`SELECT sum(orders)::int = (SELECT count(*) FROM current_sales_order) AS same, min(extra) AS extra,
      has_table_privilege('${role}', 'marts.revenue_by_month', 'SELECT') AS granted FROM marts.revenue_by_month`);
    expect(row).to.deep.equal({ same: true, extra: 1, granted: true });

    await pipeline.load();
    await expectRight();
    await query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });

  it("and repairs a mart whose statement or column names somebody changed", async () => {
    await pipeline.load();
    await query(`CREATE OR REPLACE VIEW marts.revenue_by_month AS
                 SELECT month, currency_code, orders, units_sold, 0.00 AS revenue, average_order, 'mine' AS extra
                   FROM (${await definition("revenue_by_month")}) v`);
    await query("ALTER VIEW marts.best_designs RENAME COLUMN revenue TO sum");
    pipeline.logged.length = 0;

    await pipeline.load();

    expect(news()).to.have.members([
      'replaced "marts"."revenue_by_month"',
      'replaced "marts"."best_designs"',
    ]);
    await expectRight();
    pipeline.logged.length = 0;
    await pipeline.load();
    expect(news()).to.deep.equal([]);
  });

  it("and drops a mart that is no longer declared", async () => {
    await pipeline.load();
    await query("CREATE VIEW marts.mine AS SELECT 1 AS one");
    await pipeline.load({ marts: marts.slice(1) });

    const names = (await views()) as { relname: string }[];
    expect(names.map(({ relname }) => relname))
      .to.include("mine")
      .and.not.include("revenue_by_month");
    expect(names).to.have.length(marts.length);
  });

  it("but leaves a user's view or table with the name of a mart, and makes the others", async () => {
    await query(`CREATE SCHEMA marts; CREATE VIEW marts.revenue_by_month AS SELECT 1 AS mine;
                 CREATE TABLE marts.best_designs (mine int)`);

    await pipeline.load();

    expect(warnings()).to.have.length(2);
    for (const warning of warnings())
      expect(warning).to.include("Marble did not create it").and.include("marble:martsSchema");
    expect(await query("SELECT * FROM marts.revenue_by_month")).to.deep.equal([{ mine: 1 }]);
    expect(await views()).to.have.length(marts.length);
  });

  it("but never drops a user's view that reads a mart", async () => {
    await pipeline.load();
    await query("CREATE VIEW public.report AS SELECT revenue FROM marts.revenue_by_month");
    pipeline.logged.length = 0;

    await pipeline.load({ marts: [CHANGED, ...marts.slice(1)] });

    expect(warnings()).to.have.length(1);
    expect(warnings()[0]).to.include("other objects depend on it");
    await query("SELECT revenue FROM public.report");
    await expectRight();

    const rebuilding = pipeline.load({ marts: [CHANGED, ...marts.slice(1)], replay: {} });
    expect((await failureOf(rebuilding)).message)
      .to.include("revenue_by_month would still read the old tables")
      .and.include("other objects depend on it");
    await pipeline.load({ abandonReplay: true });
    await query("DROP VIEW public.report");
  });

  it("and continues to load when a mart cannot be made", async () => {
    const broken: Mart = { ...REVENUE!, sql: "\nSELECT nothing FROM current_sales_order" };
    await pipeline.load();
    await pipeline.load({ marts: [broken, ...marts.slice(1)] });

    expect(warnings()).to.deep.equal(['column "nothing" does not exist']);
    await expectRight();
  });

  it("in a schema with any name, over a prepared warehouse with other names", async () => {
    await query(`
      CREATE SCHEMA project;
      CREATE TABLE project.fact_purchase_orders (LIKE public.fact_purchase_order INCLUDING DEFAULTS);
      CREATE TABLE project."Fact_Payment" (LIKE public.fact_payment INCLUDING DEFAULTS);
      ALTER TABLE project."Fact_Payment" RENAME payment_amount TO "PaymentAmount";
      ALTER TABLE project."Fact_Payment" RENAME payment_record_id TO "PaymentRecordId";
      CREATE TABLE project.dim_counterparty (LIKE public.dim_counterparty);
      ALTER TABLE project.dim_counterparty RENAME counterparty_legal_name TO "CounterpartyLegalName"`);
    const options: LoadOptions = { schema: "project", martsSchema: 'Odd "marts' };

    await pipeline.load(options);

    const rows = await query<{ amount: string }>(
      'SELECT sum(amount) AS amount FROM "Odd ""marts".outstanding_payments',
    );
    expect(Number(rows[0]!.amount)).to.be.greaterThan(0);
    for (const name of Object.keys(await expectedMarts(pipeline.source)))
      expect(await query(`SELECT FROM "Odd ""marts".${name} LIMIT 1`), name).to.be.an("array");
    expect(warnings()).to.deep.equal([]);
    await query('DROP SCHEMA project CASCADE; DROP SCHEMA "Odd ""marts" CASCADE');
  });

  it("for one warehouse in a schema: a second warehouse does not take them over", async () => {
    await pipeline.load();
    await query("CREATE SCHEMA project");
    pipeline.logged.length = 0;

    await pipeline.load({ schema: "project" });

    expect(warnings()).to.have.length(marts.length);
    expect(warnings()[0]).to.include("the schema has the mart of another warehouse, public, under this name");
    await query("DROP SCHEMA project CASCADE");
    await expectRight();
  });

  it("in the transaction of a rebuild, whatever the new tables are", async () => {
    await pipeline.load();
    const before = await actualMarts(pipeline.warehouse);
    // A column that the model does not have any more, as after a change of the model.
    await query(
      "ALTER TABLE dim_design ADD colour text; CREATE VIEW seen AS SELECT revenue FROM marts.revenue_by_month",
    );
    await query(`CREATE OR REPLACE VIEW marts.best_designs AS SELECT b.*, d.colour FROM (${await definition("best_designs")}) b
                   JOIN public.dim_design d USING (design_id)`);

    const { replay } = await pipeline.load({ replay: {} });
    await query(`DROP SCHEMA ${replay!.kept!} CASCADE`);

    expect(await actualMarts(pipeline.warehouse)).to.deep.equal(before);
    await query("SELECT revenue FROM seen");
    await query("DROP VIEW seen");
  });

  const definition = async (name: string): Promise<string> => {
    const [view] = await query<{ sql: string }>(
      `SELECT rtrim(pg_get_viewdef('marts.${name}'::regclass), ';') AS sql`,
    );
    return view!.sql;
  };
});
