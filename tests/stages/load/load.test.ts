import { expect } from "chai";
import { expectTables } from "../../support/hires/expected";
import { startHiresAfterFirstRun, type HirePipeline } from "../../support/hires/pipeline";

/** The message of the error with which a promise fails. */
async function failure(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("it did not fail");
}

describe("The load", () => {
  let pipeline: HirePipeline;
  beforeEach(async () => {
    pipeline = await startHiresAfterFirstRun({ until: "process" });
  });
  afterEach(() => pipeline.close());

  it("uses a prepared warehouse unchanged: another schema, other names, no keys", async () => {
    await pipeline.load();
    await pipeline.warehouse.query(`
      CREATE SCHEMA project;
      CREATE TABLE project.dim_customer (LIKE public.dim_customer);
      ALTER TABLE project.dim_customer RENAME address_line_2 TO address_line2;
      CREATE TABLE project.dim_bike (LIKE public.dim_bike);
      CREATE TABLE project.fact_repairs (LIKE public.fact_repair INCLUDING DEFAULTS)`);

    await pipeline.load({ schema: "project" });
    await pipeline.source.query("UPDATE bike SET frame = 'Renamed' WHERE bike_id = 1");
    await pipeline.ingest();
    await pipeline.process();
    await pipeline.load({ schema: "project" });

    await expectTables(pipeline, { schema: "project" });
    const names = await pipeline.warehouse.query<{ name: string }>(
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'project'",
    );
    expect(names.map(({ name }) => name))
      .to.include("fact_repairs")
      .and.not.include("fact_repair");
  });

  it("names the missing columns of a prepared table, and the columns without a value", async () => {
    await pipeline.warehouse.query(
      "CREATE TABLE dim_bike (bike_id int PRIMARY KEY, frame text, depot_name text)",
    );
    expect(await failure(pipeline.load())).to.equal(
      "the warehouse table dim_bike has no column town; it has bike_id, frame, depot_name",
    );
    await pipeline.warehouse.query("ALTER TABLE dim_bike ADD town text, ADD colour text NOT NULL");
    expect(await failure(pipeline.load())).to.include("wants a value for colour");
    expect(
      await pipeline.warehouse.query("SELECT FROM pg_tables WHERE tablename = 'marble_ledger'"),
      "nothing remains",
    ).to.have.length(0);
  });

  it("refuses a warehouse whose ledger is missing or foreign, or that belongs to another lake", async () => {
    await pipeline.load();
    await pipeline.warehouse.query("UPDATE marble_ledger SET lake = gen_random_uuid()");
    await pipeline.source.query("UPDATE bike SET frame = 'x' WHERE bike_id = 1");
    await pipeline.ingest();
    await pipeline.process();
    expect(await failure(pipeline.load())).to.include("was loaded from the lake");
    await pipeline.warehouse.query("DROP TABLE marble_ledger CASCADE");
    expect(await failure(pipeline.load())).to.include("the ledger public.marble_ledger is gone");
    await pipeline.warehouse.query("CREATE TABLE marble_ledger (id int)");
    expect(await failure(pipeline.load())).to.include("is not Marble's");
  });

  it("refuses a warehouse that lacks one of the loader's tables next to the ledger", async () => {
    await pipeline.load();
    await pipeline.warehouse.query("DROP TABLE marble_orphan CASCADE");
    expect(await failure(pipeline.load())).to.include("public.marble_orphan is missing");
  });

  it("is done once by two parallel loaders", async () => {
    await Promise.all([pipeline.load(), pipeline.load(), pipeline.load()]);

    await pipeline.expectShown();
    expect(await pipeline.warehouse.query("SELECT FROM marble_ledger")).to.have.length(1);
  });

  it("continues from commit 10 to 11, because numbers are not compared as texts", async () => {
    for (let commit = 2; commit <= 12; commit++) {
      await pipeline.source.query("UPDATE bike SET frame = $1 WHERE bike_id = 1", [`Frame ${commit}`]);
      await pipeline.ingest();
      await pipeline.process();
      if (commit !== 5) await pipeline.load();
    }

    expect(await pipeline.load()).to.deep.include({ commits: [] });
    expect(await pipeline.warehouse.query("SELECT FROM marble_ledger")).to.have.length(12);
    await pipeline.expectShown();
  });

  it("tags the loaded files with the commit", async () => {
    await pipeline.load();

    const { commit } = (await pipeline.processed.log.head())!;
    const { key } = commit.tables["dim_bike"]!.parts[0]!.files[0]!;
    const tagging = await (await fetch(`${pipeline.s3.url}/processed/${key}?tagging`)).text();
    expect(tagging).to.include("marble:commit").and.include("<Value>1</Value>");
  });

  it("appends only the differences when rows are captured again from a changed source", async () => {
    await pipeline.load();
    const head = (await pipeline.ingested.log.head())!;
    // As if the database had been restored from a backup: the recorded cluster is another one.
    const tables = Object.fromEntries(
      Object.entries(head.commit.tables).map(([name, table]) => [
        name,
        { ...table, mode: "unchanged" as const, rows: 0, files: [] },
      ]),
    );
    const restored = { ...head.commit, number: 2, tables, source: { ...head.commit.source, timeline: 99 } };
    await pipeline.ingested.log.append(2 as typeof head.number, restored);
    await pipeline.source.query("UPDATE hire SET paid = NOT paid WHERE hire_id = 9");
    await pipeline.source.query("DELETE FROM hire WHERE hire_id = 8");
    await pipeline.run();

    const [versions] = await pipeline.warehouse.query<{ n: string }>("SELECT count(*) AS n FROM fact_hire");
    const [rows] = await pipeline.source.query<{ n: string }>("SELECT count(*) AS n FROM hire");
    expect(Number(versions!.n)).to.equal(Number(rows!.n) + 2);
    await pipeline.expectShown();
  });
});
