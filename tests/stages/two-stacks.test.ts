import { expect } from "chai";
import { withConnection } from "../../adapters/postgres/postgres";
import { prepareSchema } from "../../adapters/warehouse/rights";
import { text as textColumn } from "../../domain/marts/column";
import type { Mart } from "../../domain/marts/mart";
import { failureOf } from "../support/failure";
import { credentialsOf, startPipeline, type LoadOptions, type Pipeline } from "../support/pipeline/pipeline";
import { createDatabase, type TestDatabase } from "../support/postgres/postgres";
import { MODELS, SOURCES, type Stack } from "../support/warehouse/two-stacks";

const mart = (name: string, table: string): Mart => ({
  name,
  question: "How many are there?",
  row: "all",
  columns: { n: textColumn("how many") },
  sql: `SELECT count(*)::text AS n FROM ${table}`,
  example: `SELECT n FROM ${name}`,
});
const MARTS: Readonly<Record<Stack, readonly Mart[]>> = {
  sales: [mart("how_many_sales", "current_sale")],
  crm: [mart("how_many_customers", "dim_customer")],
};

const JOINED = `SELECT c.name, sum(s.amount)::text AS amount FROM %sales s JOIN %crm c USING (customer_id) GROUP BY c.name ORDER BY 1`;

describe("Two stacks with one warehouse database", function () {
  this.timeout(120_000);
  let warehouse: TestDatabase;
  let stacks: Readonly<Record<Stack, Pipeline>>;
  beforeEach(async () => {
    warehouse = await createDatabase();
    await warehouse.query("CREATE SCHEMA sales; CREATE SCHEMA crm");
    const start = async (stack: Stack): Promise<Pipeline> => {
      const source = await createDatabase();
      await source.query(SOURCES[stack]);
      return startPipeline({ source, warehouse: { ...warehouse, drop: () => Promise.resolve() } });
    };
    stacks = { sales: await start("sales"), crm: await start("crm") };
  });
  afterEach(async () => {
    for (const pipeline of Object.values(stacks)) await pipeline.close();
    await warehouse.drop();
  });

  /** Captures and processes the changes, without a load. */
  const prepare = async (stack: Stack): Promise<void> => {
    await stacks[stack].ingest();
    await stacks[stack].process({ model: MODELS[stack], mirror: "all" });
  };
  const load = (stack: Stack, options: LoadOptions = {}): ReturnType<Pipeline["load"]> =>
    stacks[stack].load({
      model: MODELS[stack],
      marts: MARTS[stack],
      schema: stack,
      mirrorSchema: `${stack}_mirror`,
      ...options,
    });
  const run = async (stack: Stack, options: LoadOptions = {}): ReturnType<Pipeline["load"]> => {
    await prepare(stack);
    return load(stack, options);
  };

  /** The view over both stacks shows what SQL over both sources returns. */
  const expectJoined = async (): Promise<void> => {
    const [sales, customers] = [
      await stacks.sales.source.query<{ customer_id: number; amount: string }>(
        "SELECT customer_id, sum(amount)::text AS amount FROM sale GROUP BY 1",
      ),
      await stacks.crm.source.query<{ customer_id: number; name: string }>("SELECT * FROM customer"),
    ];
    const expected = customers.flatMap(({ customer_id: id, name }) =>
      sales.filter((one) => one.customer_id === id).map(({ amount }) => ({ name, amount })),
    );
    expect(expected).to.not.be.empty;
    expect(await warehouse.query("SELECT * FROM public.revenue_by_customer")).to.have.deep.members(expected);
  };
  /** All rows of a stack in the warehouse, with their places. A write moves a row. */
  const imprint = async (...schemas: readonly string[]): Promise<unknown> => {
    const relations = await warehouse.query<{ name: string }>(
      `SELECT oid::regclass::text AS name FROM pg_class
        WHERE relnamespace::regnamespace::text = ANY ($1) AND relkind = 'r' ORDER BY 1`,
      [schemas],
    );
    const rows: unknown[][] = [];
    for (const { name } of relations)
      rows.push(await warehouse.query(`SELECT ctid::text || xmin::text || t::text AS row FROM ${name} AS t`));
    expect(rows.flat()).to.not.be.empty;
    return { relations, rows };
  };
  const change = async (turn: number): Promise<void> => {
    await stacks.sales.source.query(
      `UPDATE sale SET amount = amount + ${turn} WHERE sale_id % 7 = ${turn}; DELETE FROM sale WHERE sale_id = ${turn}`,
    );
    await stacks.crm.source.query(`UPDATE customer SET name = name || '!' WHERE customer_id = ${turn}`);
  };

  it("load at the same time, each into its own schemas, and a view joins both", async () => {
    await prepare("sales");
    await prepare("crm");
    const first = await Promise.all([load("sales"), load("crm")]);
    expect(first.map(({ commits, brokenMarts }) => ({ commits, brokenMarts }))).to.deep.equal([
      { commits: [1], brokenMarts: undefined },
      { commits: [1], brokenMarts: undefined },
    ]);
    await warehouse.query(
      `CREATE VIEW public.revenue_by_customer AS ${JOINED.replace("%sales", "sales.current_sale").replace("%crm", "crm.dim_customer")}`,
    );
    await expectJoined();
    for (let turn = 1; turn <= 4; turn++) {
      await change(turn);
      await Promise.all([run("sales"), run("crm")]);
      await expectJoined();
    }
    for (const stack of ["sales", "crm"])
      expect(
        await warehouse.query(
          `SELECT DISTINCT l.lake::text, max(l.commit) OVER () AS last FROM ${stack}.marble_ledger AS l`,
        ),
      ).to.have.length(1);
    expect(await warehouse.query("SELECT words FROM sales_mirror.note")).to.deep.equal([
      { words: "of sales" },
    ]);
    expect(await warehouse.query("SELECT words FROM crm_mirror.note")).to.have.length(2);
    expect(
      await warehouse.query(
        "SELECT s.n AS sales, c.n AS customers FROM marts.how_many_sales s, marts.how_many_customers c",
      ),
    ).to.deep.equal([{ sales: "196", customers: "10" }]);
  });

  it("replay and rebuild one without the other: its rows stay where they are, and the view goes with both", async () => {
    await run("sales");
    await run("crm");
    await warehouse.query(
      `CREATE VIEW public.revenue_by_customer AS ${JOINED.replace("%sales", "sales.current_sale").replace("%crm", "crm.dim_customer")}`,
    );
    await change(1);
    await run("sales");
    const sales = await imprint("sales", "sales_mirror");

    await load("crm", { replay: { tables: ["dim_customer", "mirror.note"] } });
    await warehouse.query("UPDATE crm.dim_customer SET name = 'damaged'");
    await prepare("crm");
    let commits = 0;
    const begun = await load("crm", { replay: {}, hasTime: () => commits++ < 1 });
    expect(begun.replay?.state).to.equal("underway");
    // The other stack can begin and end a rebuild at the same time.
    expect(await imprint("sales", "sales_mirror")).to.deep.equal(sales);
    expect((await load("sales", { replay: {} })).replay?.state).to.equal("done");
    const rebuilt = await imprint("sales", "sales_mirror");
    expect((await load("crm")).replay?.state).to.equal("done");

    expect(await imprint("sales", "sales_mirror")).to.deep.equal(rebuilt);
    await expectJoined();
    expect(await warehouse.query("SELECT n FROM marts.how_many_customers")).to.deep.equal([{ n: "10" }]);
  });

  it("rebuild at the same time although both keep the default schema of the mirror", async () => {
    const mirrorSchema = "mirror";
    await run("sales", { mirrorSchema });
    await stacks.crm.ingest();
    await stacks.crm.process({ model: MODELS.crm });
    await load("crm", { mirrorSchema });
    const theirs = await imprint("mirror");
    await load("sales", { mirrorSchema, replay: {}, hasTime: () => false });

    expect((await load("crm", { mirrorSchema, replay: {} })).replay?.state).to.equal("done");

    expect(await imprint("mirror")).to.deep.equal(theirs);
    expect((await load("sales", { mirrorSchema })).replay?.state).to.equal("done");
  });

  it("create a schema that both need once", async () => {
    await withConnection("warehouse", credentialsOf(warehouse.url), async (other) => {
      await warehouse.query("BEGIN");
      await other.query("BEGIN");
      expect(await prepareSchema(warehouse.client, "both", "views")).to.equal(undefined);
      const second = prepareSchema(other, "both", "views");
      const waits =
        "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
      while ((await warehouse.query(waits)).length === 0);
      await warehouse.query("COMMIT");

      expect(await second).to.equal(undefined);
      await other.query("COMMIT");
    });
  });

  it("are refused in one schema before anything is written, with the remedy", async () => {
    await run("sales");
    const sales = await imprint("sales", "sales_mirror");
    await prepare("crm");

    for (const options of [{}, { replay: {} }, { replay: { tables: ["dim_customer"] } }])
      expect((await failureOf(load("crm", { ...options, schema: "sales" }))).message).to.match(
        /^the schema sales of the warehouse was loaded from the lake .* load this lake into another schema/,
      );

    expect(await imprint("sales", "sales_mirror")).to.deep.equal(sales);
    expect(
      await warehouse.query("SELECT FROM pg_namespace WHERE nspname IN ('crm_mirror', 'sales_replay')"),
    ).to.deep.equal([]);
  });

  it("are refused with the same mirrored table in one schema, even by a rebuild", async () => {
    const mirrorSchema = "sales_mirror";
    await run("sales");
    const sales = await imprint("sales", "sales_mirror");
    await prepare("crm");
    const refusal =
      '"sales_mirror"."note" is not a mirror of the warehouse in the schema crm, and the mirror of the table note would ' +
      "take its place: set marble:mirrorSchema to another schema, or rename the table if no other stack mirrors into it";

    expect((await failureOf(load("crm", { mirrorSchema }))).message).to.equal(refusal);
    expect(
      await warehouse.query("SELECT FROM pg_class WHERE relnamespace = 'crm'::regnamespace"),
    ).to.deep.equal([]);
    expect((await failureOf(load("crm", { mirrorSchema, replay: {} }))).message).to.equal(refusal);

    expect(await imprint("sales", "sales_mirror")).to.deep.equal(sales);
    await load("crm", { abandonReplay: true, mirrorSchema });
    await load("crm");
    expect(await warehouse.query("SELECT FROM crm_mirror.note")).to.have.length(2);
  });

  it("name a mart of the same name, and leave it to the stack that made it", async () => {
    await run("sales");
    const marts = [mart("how_many_sales", "dim_customer")];

    expect((await run("crm", { marts })).brokenMarts).to.deep.equal([
      {
        mart: "how_many_sales",
        reason:
          "the schema has the mart of another warehouse, sales, under this name: set marble:martsSchema to another schema",
      },
    ]);
    expect(await warehouse.query("SELECT n FROM marts.how_many_sales")).to.deep.equal([{ n: "200" }]);
    expect((await load("crm", { marts, martsSchema: "crm_marts" })).brokenMarts).to.equal(undefined);
    expect(await warehouse.query("SELECT n FROM crm_marts.how_many_sales")).to.deep.equal([{ n: "10" }]);
  });
});
