import { expect } from "chai";
import { connect } from "../../../local/databases/postgres/client";
import { cuttingAt } from "../../support/postgres/cut-connection";
import { actualRows, expectedRows } from "../../support/oracle/expected-warehouse";
import { failureOf } from "../../support/failure";
import type { Pipeline } from "../../support/pipeline/pipeline";
import { versions, withHistory } from "../../support/pipeline/replay-history";

const failure = async (promise: Promise<unknown>): Promise<string> => (await failureOf(promise)).message;

describe("A rebuild of the warehouse", () => {
  let pipeline: Pipeline;
  let before: Record<string, string[]>;
  beforeEach(async () => {
    pipeline = await withHistory();
    before = await versions(pipeline);
  });
  afterEach(() => pipeline.close());

  const expectMended = async (): Promise<void> => {
    expect(await actualRows(pipeline.warehouse)).to.deep.equal(await expectedRows(pipeline.source));
    expect(await versions(pipeline)).to.deep.equal(before);
  };

  it("makes the same warehouse from the log again, whatever happened to the tables or the ledger", async () => {
    await pipeline.warehouse.query(`
      DELETE FROM fact_payment WHERE payment_record_id % 3 = 0;
      UPDATE dim_staff SET first_name = 'damaged';
      DROP TABLE marble_ledger, marble_batch CASCADE`);

    const { replay } = await pipeline.load({ replay: {} });

    expect(replay).to.deep.include({ operation: "rebuild", state: "done", commit: 3, of: 3 });
    await expectMended();
    const kept = await pipeline.warehouse.query<{ n: string }>(
      `SELECT count(*) AS n FROM ${replay!.kept!}.dim_staff WHERE first_name = 'damaged'`,
    );
    expect(Number(kept[0]!.n)).to.be.greaterThan(0);
    expect(await pipeline.load({}), "and the next load continues after it").to.deep.equal({
      commits: [],
      tables: {},
      waiting: 0,
    });
  });

  it("replaces tables whose ledger is foreign", async () => {
    await pipeline.warehouse.query("DROP TABLE marble_ledger CASCADE; CREATE TABLE marble_ledger (id int)");

    const { replay } = await pipeline.load({ replay: {} });

    expect(replay).to.have.property("state", "done");
    await expectMended();
  });

  it("carries over what users made around the tables: grants, indexes, views, foreign keys", async () => {
    await pipeline.warehouse.query(`
      CREATE ROLE ${pipeline.warehouse.name}_analyst;
      GRANT SELECT ON fact_payment, current_payment TO ${pipeline.warehouse.name}_analyst;
      GRANT SELECT (staff_id) ON dim_staff TO ${pipeline.warehouse.name}_analyst;
      CREATE INDEX payments_by_day ON fact_payment (payment_date);
      CREATE VIEW paid AS SELECT payment_id FROM current_payment WHERE paid;
      CREATE VIEW versions AS SELECT count(*) AS n FROM fact_payment;
      CREATE VIEW on_view AS SELECT n FROM versions;
      CREATE TABLE target (staff_id int CONSTRAINT of_staff REFERENCES dim_staff, units int);
      INSERT INTO target VALUES (1, 9)`);

    await pipeline.load({ replay: {} });
    await pipeline.source.query("UPDATE payment SET paid = NOT paid WHERE payment_id = 20");
    await pipeline.run();

    const [row] = await pipeline.warehouse.query<Record<string, unknown>>(`
      SELECT has_table_privilege('${pipeline.warehouse.name}_analyst', 'fact_payment', 'SELECT')
             AND has_table_privilege('${pipeline.warehouse.name}_analyst', 'current_payment', 'SELECT')
             AND has_column_privilege('${pipeline.warehouse.name}_analyst', 'dim_staff', 'staff_id', 'SELECT') AS granted,
             (SELECT indrelid = 'fact_payment'::regclass FROM pg_index WHERE indexrelid = 'payments_by_day'::regclass) AS indexed,
             (SELECT count(*) FROM paid) = (SELECT count(*) FROM current_payment WHERE paid) AS viewed,
             (SELECT n FROM on_view) = (SELECT count(*) FROM fact_payment) AS nested,
             (SELECT confrelid = 'dim_staff'::regclass FROM pg_constraint WHERE conname = 'of_staff') AS referred`);
    expect(row).to.deep.equal({ granted: true, indexed: true, viewed: true, nested: true, referred: true });
    await pipeline.warehouse.query(
      `DROP OWNED BY ${pipeline.warehouse.name}_analyst; DROP ROLE ${pipeline.warehouse.name}_analyst`,
    );
  });

  it("refuses with the reason what it cannot carry over, and moves nothing", async () => {
    await pipeline.warehouse.query(
      "CREATE MATERIALIZED VIEW daily AS SELECT count(*) AS n FROM fact_payment",
    );

    expect(await failure(pipeline.load({ replay: {} }))).to.include(
      "the materialized view public.daily reads it",
    );
    await expectMended();

    await pipeline.warehouse.query("DROP MATERIALIZED VIEW daily");
    expect((await pipeline.load()).replay?.state, "the next run continues").to.equal("done");
    await expectMended();
  });

  it("shows readers the old tables until the new ones are complete, and then all of them together", async () => {
    await pipeline.warehouse.query("DELETE FROM fact_payment WHERE payment_record_id % 3 = 0");
    await pipeline.warehouse.query("UPDATE dim_staff SET first_name = 'damaged'");
    const state = `SELECT (SELECT count(*) FROM fact_payment) || ' ' ||
                          (SELECT count(*) FROM dim_staff WHERE first_name = 'damaged') AS state`;
    const seen = new Set<string>();
    const reader = await connect(pipeline.warehouse.url);
    const replaying = { done: false };
    const reading = (async () => {
      while (!replaying.done) seen.add((await reader.query<{ state: string }>(state)).rows[0]!.state);
    })();

    await pipeline.load({ replay: {} });
    const [after] = await pipeline.warehouse.query<{ state: string }>(state);
    replaying.done = true;
    await reading;
    await reader.end();

    expect(seen.size, [...seen].join(" | ")).to.be.at.most(2);
    expect(after!.state).to.equal(`${before["fact_payment"]!.length} 0`);
  });

  it("continues over several runs, while the old tables are loaded as usual", async () => {
    let commits = 0;
    const first = await pipeline.load({ replay: {}, hasTime: () => commits++ < 2 });
    expect(first.replay).to.deep.include({ state: "underway", commit: 1, of: 3 });
    await pipeline.source.query("UPDATE staff SET first_name = 'Late' WHERE staff_id = 1");
    await pipeline.ingest();
    await pipeline.process();

    let left = 2;
    const second = await pipeline.load({ hasTime: () => left-- > 0 });
    expect(second.commits, "the old tables got the new commit").to.deep.equal([4]);
    expect(second.replay?.state).to.equal("underway");
    const third = await pipeline.load();

    expect(third.replay).to.deep.include({ state: "done", commit: 4 });
    await expectMended();
  });

  it("can be killed at any statement and run again", async () => {
    await pipeline.warehouse.query("DELETE FROM fact_payment WHERE payment_record_id % 3 = 0");
    let killed = 0;
    for (let statement = 5; ; statement += 9) {
      const outcome = await cuttingAt(statement, () => pipeline.load({ replay: {} }));
      if (outcome.state === "done" && outcome.value.replay?.state === "done") break;
      killed += 1;
    }
    expect(killed).to.be.greaterThan(5);
    await expectMended();
    const schemas = await pipeline.warehouse.query<{ name: string }>(
      "SELECT nspname AS name FROM pg_namespace WHERE nspname LIKE 'public_%' ORDER BY 1",
    );
    expect(schemas.map(({ name }) => name.slice(0, 13))).to.deep.equal(["public_before"]);
  });

  it("can be abandoned", async () => {
    let commits = 0;
    await pipeline.load({ replay: {}, hasTime: () => commits++ < 2 });
    expect((await pipeline.load({ abandonReplay: true })).replay?.state).to.equal("abandoned");
    expect((await pipeline.load()).replay).to.equal(undefined);
    expect(await failure(pipeline.load({ abandonReplay: true }))).to.include("no replay is underway");
    await expectMended();
  });

  it("keeps the names of a prepared warehouse", async () => {
    await pipeline.warehouse.query(`
      CREATE SCHEMA project;
      CREATE TABLE project.fact_purchase_orders (LIKE public.fact_purchase_order INCLUDING DEFAULTS);
      CREATE TABLE project.dim_counterparty (LIKE public.dim_counterparty);
      ALTER TABLE project.dim_counterparty RENAME counterparty_legal_address_line_2 TO counterparty_legal_address_line2`);
    await pipeline.load({ schema: "project" });

    await pipeline.load({ schema: "project", replay: {} });

    expect(await actualRows(pipeline.warehouse, "project")).to.deep.equal(
      await expectedRows(pipeline.source),
    );
    const names = await pipeline.warehouse.query<{ found: boolean }>(
      `SELECT to_regclass('project.fact_purchase_orders') IS NOT NULL AND to_regclass('project.fact_purchase_order') IS NULL
              AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'project.dim_counterparty'::regclass AND attname LIKE '%address_line2') AS found`,
    );
    expect(names).to.deep.equal([{ found: true }]);
  });

  it("loads an empty warehouse from the first commit on", async () => {
    await pipeline.warehouse.query("CREATE SCHEMA fresh");

    await pipeline.load({ schema: "fresh", replay: {} });

    expect(await actualRows(pipeline.warehouse, "fresh")).to.deep.equal(await expectedRows(pipeline.source));
  });

  it("needs the right to create a schema, and names the GRANT", async () => {
    const role = `${pipeline.warehouse.name}_loader`;
    await pipeline.warehouse.query(`
      CREATE ROLE ${role} LOGIN PASSWORD 'x'; CREATE SCHEMA owned AUTHORIZATION ${role}`);
    const url = pipeline.warehouse.url.replace(/\/\/[^@]+@/, `//${role}:x@`);

    const reason = await failure(
      pipeline.load({ schema: "owned", replay: {}, database: { ...pipeline.warehouse, url } }),
    );

    expect(reason).to.include(`GRANT CREATE ON DATABASE "${pipeline.warehouse.name}" TO "${role}"`);
    await pipeline.warehouse.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });
});
