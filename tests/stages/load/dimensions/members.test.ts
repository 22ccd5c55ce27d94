import { expect } from "chai";
import { TransientError } from "../../../../domain/errors";
import type { LoadResult } from "../../../../stages/load/load";
import { failureOf } from "../../../support/failure";
import { startPipeline, type LoadOptions, type Pipeline } from "../../../support/pipeline/pipeline";
import { rejectedRows } from "../../../support/pipeline/rejected-rows";
import { startPostgresProxy, type Statement, type Verdict } from "../../../support/postgres/postgres-proxy";
import { createDatabase } from "../../../support/postgres/postgres";
import { endConnections } from "../../../support/oracle/tiny-totesys";
import { memberModel, SALE_TABLES } from "../../../support/warehouse/member-model";

describe("A row with a missing parent refers to a member of the dimension, if the model says so,", function () {
  this.timeout(240_000);
  let pipeline: Pipeline;
  let model = memberModel();
  beforeEach(async () => {
    model = memberModel();
    const source = await createDatabase();
    await source.query(SALE_TABLES);
    pipeline = await startPipeline({ source });
  });
  afterEach(() => pipeline.close());

  const sql = (text: string): Promise<unknown> => pipeline.source.query(text);
  const load = (options: LoadOptions = {}): Promise<LoadResult> =>
    pipeline.load({ model, marts: [], ...options });
  const process = async (): Promise<void> => {
    await pipeline.ingest();
    await pipeline.process({ model });
  };
  const run = async (text = ""): Promise<LoadResult> => {
    if (text !== "") await sql(text);
    await process();
    return load();
  };
  const lines = async (query: string): Promise<string[]> =>
    (await pipeline.warehouse.query<{ line: string }>(query)).map(({ line }) => line);
  const sales = (table: string): Promise<string[]> =>
    lines(
      `SELECT concat_ws(' ', sale_id, customer_id, shop_city || shop_number, COALESCE(clerk_id::text, '-'), amount) AS line
         FROM ${table} ORDER BY sale_record_id`,
    );
  const customers = (): Promise<string[]> =>
    lines(
      "SELECT concat_ws(' ', customer_id, name, sent_by) AS line FROM dim_customer ORDER BY customer_id::int",
    );
  const open = (table: "orphan" | "placeholder"): Promise<string[]> =>
    lines(`SELECT fact || ' ' || key || ': ' || reason AS line FROM marble_${table}
            WHERE healed_by IS NULL AND superseded_by IS NULL ORDER BY 1`);
  const states = (): Promise<string[]> =>
    lines(
      "SELECT concat_ws(' ', warehouse_table, waiting_rows, member_rows) AS line FROM marble_table WHERE waiting_rows + member_rows > 0 ORDER BY 1",
    );

  const MEMBERS = ["-2 nobody -1", "-1 not known"];

  it("from the first load on; NULL refers to another member, and a reference without a member waits", async () => {
    const { waiting } = await run(`INSERT INTO customer VALUES (1, 'Ann', NULL), (2, 'Bob', 9);
      INSERT INTO shop VALUES ('York', 1, 'Main'); INSERT INTO clerk VALUES (5);
      INSERT INTO sale VALUES (1, 1, 'York', 1, 5, 10), (2, 7, 'York', 2, NULL, 20), (3, NULL, NULL, NULL, NULL, 30),
                              (4, 1, 'York', NULL, NULL, 40), (5, 7, 'York', 1, 6, 50)`);

    expect(waiting).to.equal(1);
    expect(await customers()).to.deep.equal([...MEMBERS, "1 Ann", "2 Bob -1"]);
    expect((await sales("current_sale")).sort()).to.deep.equal([
      "1 1 York1 5 10",
      "2 -1 ?0 - 20",
      "3 -2 -0 - 30",
      "4 1 -0 - 40",
    ]);
    expect(await open("orphan")).to.deep.equal(["fact_sale 5: clerk_id 6 is in no dimension"]);
    expect(await open("placeholder")).to.deep.equal([
      "dim_customer 2: sent_by 9 is in no dimension",
      "fact_sale 2: customer_id 7 is in no dimension; shop_city York, shop_number 2 is in no dimension",
    ]);
    expect(await states()).to.deep.equal(["dim_customer 0 1", "fact_sale 1 1"]);
  });

  it("until the parent arrives: a fact then gets one new version, which the view shows", async () => {
    await run("INSERT INTO sale VALUES (1, 7, 'York', 2, NULL, 10), (2, 7, NULL, NULL, 6, 20)");
    expect(await sales("fact_sale")).to.deep.equal(["1 -1 ?0 - 10"]);

    await run("INSERT INTO customer VALUES (7, 'Eve', NULL)");
    expect(await sales("fact_sale")).to.deep.equal(["1 -1 ?0 - 10", "1 7 ?0 - 10"]);
    await run("INSERT INTO clerk VALUES (6)");
    await run("INSERT INTO shop VALUES ('York', 2, NULL)");
    await run("INSERT INTO shop VALUES ('Leeds', 1, NULL)");

    expect(await sales("fact_sale")).to.deep.equal([
      "1 -1 ?0 - 10",
      "1 7 ?0 - 10",
      "2 7 -0 6 20",
      "1 7 York2 - 10",
    ]);
    expect(await sales("current_sale")).to.have.members(["1 7 York2 - 10", "2 7 -0 6 20"]);
    expect([await open("orphan"), await open("placeholder")]).to.deep.equal([[], []]);
  });

  it("after it waited for another row: first it refers to a member, then to the row", async () => {
    await run("INSERT INTO sale VALUES (1, 7, NULL, NULL, 6, 10)");
    await run("UPDATE sale SET amount = 11");
    expect(await open("orphan")).to.have.length(2);
    await run("INSERT INTO clerk VALUES (6)");
    expect(await sales("fact_sale")).to.deep.equal(["1 -1 -0 6 10", "1 -1 -0 6 11"]);
    expect(await open("placeholder")).to.have.length(1);
    await run("INSERT INTO customer VALUES (7, 'Eve', NULL)");

    expect(await sales("fact_sale")).to.deep.equal(["1 -1 -0 6 10", "1 -1 -0 6 11", "1 7 -0 6 11"]);
  });

  it("and gives way to its later version, and to its deletion", async () => {
    await run(
      "INSERT INTO sale VALUES (1, 7, NULL, NULL, NULL, 10), (2, 7, NULL, NULL, NULL, 20), (3, 8, NULL, NULL, NULL, 30)",
    );
    await run(
      "UPDATE sale SET amount = 11 WHERE id = 1; DELETE FROM sale WHERE id = 2; UPDATE sale SET clerk_id = 6 WHERE id = 3",
    );
    await run("INSERT INTO customer VALUES (7, 'Eve', NULL), (8, 'Fay', NULL)");
    // Sale 3 shows its last version that was complete: the newest waits for a clerk.
    expect(await sales("current_sale")).to.have.members(["1 7 -0 - 11", "3 8 -0 - 30"]);
    await run("INSERT INTO clerk VALUES (6)");
    expect(await sales("fact_sale")).to.have.members([
      "1 -1 -0 - 10",
      "2 -1 -0 - 20",
      "3 -1 -0 - 30",
      "1 -1 -0 - 11",
      "3 8 -0 - 30",
      "1 7 -0 - 11",
      "3 8 -0 6 30",
    ]);
    expect(await sales("current_sale")).to.have.members(["1 7 -0 - 11", "3 8 -0 6 30"]);
  });

  it("but not when the parent was deleted in the source, because the dimension keeps it", async () => {
    await run(
      "INSERT INTO customer VALUES (7, 'Eve', NULL); INSERT INTO sale VALUES (1, 7, NULL, NULL, NULL, 10)",
    );
    await run("DELETE FROM customer; INSERT INTO sale VALUES (2, 7, NULL, NULL, NULL, 20)");

    expect(await sales("fact_sale")).to.deep.equal(["1 7 -0 - 10", "2 7 -0 - 20"]);
    expect(await customers()).to.deep.equal([...MEMBERS, "7 Eve"]);
  });

  it("once, however often it is captured", async () => {
    await run(
      "INSERT INTO sale VALUES (1, 7, NULL, NULL, NULL, 10); INSERT INTO customer VALUES (2, 'Bob', 9)",
    );
    // Everything is captured again.
    await run("ALTER TABLE sale ADD extra int DEFAULT 1; ALTER TABLE customer ADD extra int DEFAULT 1");
    expect(await lines("SELECT key AS line FROM marble_placeholder ORDER BY 1")).to.deep.equal(["1", "2"]);
    expect(await sales("fact_sale")).to.deep.equal(["1 -1 -0 - 10"]);
    await run(
      "ALTER TABLE sale ADD more int DEFAULT 1; INSERT INTO customer VALUES (7, 'Eve', 2), (9, 'Ida', NULL)",
    );
    expect(await sales("fact_sale")).to.deep.equal(["1 -1 -0 - 10", "1 7 -0 - 10"]);
    expect(await customers()).to.deep.equal([...MEMBERS, "2 Bob 9", "7 Eve 2", "9 Ida"]);
  });

  it("in a prepared warehouse, with other names and types and without keys", async () => {
    await pipeline.warehouse.query(`
      CREATE TABLE "Dim_Customers" (name text, customer_id text, sent_by bigint);
      CREATE TABLE dim_shop (shop_city varchar(9), shop_number bigint, street text);
      CREATE TABLE fact_sale (sale_record_id bigint GENERATED ALWAYS AS IDENTITY, sale_id bigint, customer_id text NOT NULL,
        shop_city text NOT NULL, shop_number smallint NOT NULL, clerk_id text, amount numeric(9,2))`);
    await run("INSERT INTO sale VALUES (1, 7, 'York', 2, NULL, 10), (2, NULL, NULL, NULL, NULL, 20)");
    await run("INSERT INTO customer VALUES (7, 'Eve', NULL); INSERT INTO shop VALUES ('York', 2, NULL)");

    expect((await sales("fact_sale")).sort()).to.deep.equal([
      "1 -1 ?0 - 10.00",
      "1 7 York2 - 10.00",
      "2 -2 -0 - 20.00",
    ]);
  });

  it("and again after a reload and after a rebuild", async () => {
    await run("INSERT INTO sale VALUES (1, 7, 'York', 2, NULL, 10), (2, 8, NULL, NULL, NULL, 20)");
    await run("INSERT INTO customer VALUES (7, 'Eve', NULL)");
    const all = async (): Promise<unknown> => [
      await sales("fact_sale"),
      await customers(),
      await open("placeholder"),
    ];
    const before = await all();

    await load({ replay: { tables: ["fact_sale", "dim_customer"], from: 2 } });
    expect(await all()).to.deep.equal(before);
    await load({ replay: {} });
    expect(await all()).to.deep.equal(before);
  });

  it("which rows of the source cannot replace; other values of a member may change", async () => {
    await run(
      "INSERT INTO customer VALUES (-1, 'Zed', NULL); INSERT INTO sale VALUES (1, -1, NULL, NULL, NULL, 10)",
    );
    expect(await customers()).to.deep.equal(MEMBERS);
    expect(await sales("fact_sale")).to.deep.equal(["1 -1 -0 - 10"]);
    const rejected = await rejectedRows(pipeline);
    expect(rejected.map(({ reason }) => reason)).to.deep.equal([
      'customer_id "-1" is the key of the member unknown of the dimension: ' +
        "give the row another key in the source, or the member another key in the model",
    ]);

    model = memberModel("not yet known");
    await run("INSERT INTO clerk VALUES (1)");
    expect(await customers()).to.deep.equal(["-2 nobody -1", "-1 not yet known"]);
  });

  it("and a load that is cut off leaves nothing of it, and is repeated", async () => {
    await run(
      "INSERT INTO sale VALUES (1, 7, 'York', 2, NULL, 10), (2, 8, NULL, NULL, 6, 20); INSERT INTO customer VALUES (2, 'Bob', 9)",
    );
    await sql(
      "INSERT INTO customer VALUES (7, 'Eve', NULL), (9, 'Ida', 4); INSERT INTO clerk VALUES (6); INSERT INTO sale VALUES (3, 5, NULL, NULL, NULL, 30)",
    );
    await process();
    const all = async (): Promise<unknown> => [
      await sales("fact_sale"),
      await customers(),
      await open("placeholder"),
      await open("orphan"),
    ];
    const before = await all();
    const { warehouse } = pipeline;
    const through = async (
      verdict: (statement: Statement, number: number) => Verdict,
    ): Promise<LoadResult> => {
      let number = 0;
      const onStatement = (statement: Statement): Verdict => verdict(statement, ++number);
      const proxy = await startPostgresProxy({ port: Number(new URL(warehouse.url).port), onStatement });
      const url = new URL(warehouse.url);
      url.port = String(proxy.port);
      try {
        return await load({ database: { ...warehouse, url: url.href } });
      } finally {
        await proxy.close();
        await endConnections(warehouse);
      }
    };

    let place = 0;
    const last = { seen: false };
    while (!last.seen) {
      place += 1;
      const at = place;
      const error = await failureOf(
        through(({ sql: statement }, number) => {
          if (number === at && statement === "COMMIT") last.seen = true;
          return number === at ? "cutBefore" : "pass";
        }),
      );
      expect(error, `statement ${at}: ${error.message}`).to.be.instanceOf(TransientError);
      expect(await all(), `statement ${at}`).to.deep.equal(before);
    }
    expect(place).to.be.greaterThan(20);
    await load();
    expect(await sales("current_sale")).to.have.members(["1 7 ?0 - 10", "2 -1 -0 6 20", "3 -1 -0 - 30"]);
    expect(await customers()).to.deep.equal([...MEMBERS, "2 Bob 9", "7 Eve", "9 Ida -1"]);
    expect(await open("orphan")).to.deep.equal([]);
  });
});
