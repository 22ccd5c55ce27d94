import { expect } from "chai";
import { failureOf } from "../../support/failure";
import { startHires } from "../../support/hires/pipeline";
import { startPipeline, type Pipeline } from "../../support/pipeline/pipeline";

describe("What cannot be ingested is refused by name, with the reason and the remedy", () => {
  let pipeline: Pipeline;
  beforeEach(async () => {
    pipeline = await startPipeline();
    await pipeline.source.query("INSERT INTO department (department_name, last_updated) VALUES ('x', now())");
  });
  afterEach(() => pipeline.close());

  const refused = async () => (await pipeline.ingested.log.head())!.commit.refused;
  const counted = (metric: string): number | undefined => pipeline.counted.get(metric)?.at(-1);

  const tables: readonly (readonly [string, string, RegExp])[] = [
    [
      "may not be read",
      "REVOKE SELECT ON design FROM reader",
      /^reader may not read .*: GRANT SELECT ON "public"."design" TO "reader"$/,
    ],
    [
      "has row-level security",
      "ALTER TABLE design ENABLE ROW LEVEL SECURITY",
      /^row-level security hides rows of .*BYPASSRLS/,
    ],
    [
      "has a foreign table as a part",
      "CREATE EXTENSION postgres_fdw; CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw; DROP TABLE design CASCADE; CREATE TABLE design (i int) PARTITION BY LIST (i); CREATE FOREIGN TABLE far PARTITION OF design FOR VALUES IN (1) SERVER s; GRANT SELECT ON design TO reader",
      /foreign table far as a part/,
    ],
  ];
  for (const [what, sql, reason] of tables) {
    it(`a table that ${what}, while all others are captured; the metric counts it until it is fixed`, async () => {
      await pipeline.source.query(sql);

      const report = await pipeline.ingest();

      expect(report.tables["department"]).to.deep.equal({ rows: 1 });
      expect(Object.keys(await refused())).to.deep.equal(["design"]);
      expect((await refused())["design"]!.reason).to.match(reason);
      expect(counted("TablesRefused")).to.equal(1);
      const warnings = pipeline.logged.filter(({ level }) => level === "warn");
      expect(warnings.map(({ fields }) => fields["table"])).to.deep.equal(["design"]);

      expect((await pipeline.ingest()).commit, "nothing was written").to.equal(null);
      expect(pipeline.counted.get("TablesRefused")).to.deep.equal([1, 1]);
      await pipeline.source.query(
        "INSERT INTO department (department_name, last_updated) VALUES ('y', now())",
      );
      await pipeline.ingest();
      expect(
        pipeline.logged.filter(({ level }) => level === "warn"),
        "warned once",
      ).to.have.length(1);
    });
  }

  it("views, materialized views and foreign tables, without an alarm", async () => {
    await pipeline.source.query(`
      CREATE VIEW looking AS SELECT 1 AS a; CREATE MATERIALIZED VIEW kept AS SELECT 1 AS a;
      CREATE EXTENSION postgres_fdw; CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw;
      CREATE FOREIGN TABLE far (a int) SERVER s; GRANT SELECT ON looking, kept, far TO reader`);

    await pipeline.ingest();

    expect(Object.entries(await refused()).map(([name, { kind }]) => [name, kind])).to.deep.equal([
      ["far", "foreign table"],
      ["kept", "materialized view"],
      ["looking", "view"],
    ]);
    expect((await refused())["looking"]!.reason).to.match(/no row versions.*tables beneath it are ingested/);
    expect(counted("TablesRefused")).to.equal(0);
    expect(pipeline.logged.filter(({ level }) => level === "warn")).to.deep.equal([]);
  });

  it("and a change of it causes a commit", async () => {
    await pipeline.ingest();
    await pipeline.source.query("CREATE VIEW looking AS SELECT 1 AS a");
    expect((await pipeline.ingest()).commit).to.equal(2);
    await pipeline.source.query("DROP VIEW looking");
    expect((await pipeline.ingest()).commit).to.equal(3);
    expect(await refused()).to.deep.equal({});
  });

  it("and a table that was replaced by a view is absent", async () => {
    await pipeline.ingest();
    await pipeline.source.query(
      "ALTER TABLE department RENAME TO d; CREATE VIEW department AS SELECT * FROM d",
    );
    await pipeline.ingest();

    const { commit } = (await pipeline.ingested.log.head())!;
    expect(commit.tables["department"]!.absent).to.match(/^a view has no row versions/);
    expect(commit.tables["d"]!.rows).to.equal(1);
  });

  it("and the run fails with the remedy when nothing can be read", async () => {
    await pipeline.source.query("REVOKE SELECT ON ALL TABLES IN SCHEMA public FROM reader");

    const error = await pipeline.ingest().catch((caught: unknown) => caught);

    expect(error)
      .to.be.instanceOf(Error)
      .with.property("message")
      .that.matches(/no tables.*GRANT SELECT ON/);
  });
});

describe("A schema that is wrong", () => {
  let pipeline: Pipeline;
  beforeEach(async () => {
    pipeline = await startPipeline();
    await pipeline.source.query(
      "CREATE SCHEMA ops; CREATE TABLE ops.depot (id int); CREATE TABLE ops.trip (id int); CREATE SCHEMA hidden; " +
        "CREATE TABLE hidden.secret (id int); GRANT USAGE ON SCHEMA ops TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA ops TO reader",
    );
  });
  afterEach(() => pipeline.close());

  const failure = async (): Promise<string> => (await failureOf(pipeline.ingest())).message;
  const remedy =
    "name a schema with marble:sourceSchema and marble:moreSourceSchemas, or with --source-schema of npm run local";

  it("fails the run, which names the schemas with tables that the role may read", async () => {
    await pipeline.source.query(
      "DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO reader",
    );
    expect(await failure()).to.equal(
      `the schema public of the source has no tables, but the role may read tables in ops (2 tables): ${remedy}`,
    );

    await pipeline.source.query("DROP TABLE ops.trip; DROP SCHEMA public");
    expect(await failure()).to.equal(
      `the source has no schema public, but the role may read tables in ops (1 table): ${remedy}`,
    );

    await pipeline.source.query("REVOKE USAGE ON SCHEMA ops FROM reader");
    expect(await failure()).to.equal(
      "the source has no schema public, and the role may read no table of any schema: " +
        "grant USAGE on a schema and SELECT on its tables",
    );
  });

  it("fails the run, which names at most ten schemas", async () => {
    const schemas = Array.from({ length: 12 }, (_, index) => `shop_${index + 10}`);
    const created = schemas.map(
      (schema) => `CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.sale (id int);
        GRANT USAGE ON SCHEMA ${schema} TO reader; GRANT SELECT ON ${schema}.sale TO reader;`,
    );
    await pipeline.source.query(`DROP SCHEMA public CASCADE; ${created.join("\n")}`);
    const named = schemas.slice(0, 9).map((schema) => `${schema} (1 table)`);
    expect(await failure()).to.equal(
      `the source has no schema public, but the role may read tables in ops (2 tables), ${named.join(", ")} and 3 more: ${remedy}`,
    );
  });
});

describe("A table that is held", () => {
  it("is counted by every run, also when nothing was written", async () => {
    const pipeline = await startHires();
    await pipeline.ingest();
    await pipeline.source.query("TRUNCATE hire");
    await pipeline.ingest();
    await pipeline.ingest();
    await pipeline.source.query("CREATE SCHEMA other");
    await pipeline.ingest();

    expect(pipeline.counted.get("TablesHeld")).to.deep.equal([0, 1, 1, 1]);
    await pipeline.close();
  });
});
