import { expect } from "chai";
import { integer } from "../../../domain/marts/column";
import { type Mart } from "../../../domain/marts/mart";
import { failureOf } from "../../support/failure";
import { expectMarts } from "../../support/hires/expected";
import { changedTakings, hireMarts, takingsByDay } from "../../support/hires/marts";
import { startHiresAfterFirstRun, type HirePipeline } from "../../support/hires/pipeline";
import type { LoadOptions } from "../../support/pipeline/pipeline";
import { expectDeclaredColumns } from "../../support/warehouse/mart-columns";

const marts = hireMarts;
const OTHERS = marts.slice(1);

describe("The load creates and updates the marts", () => {
  let pipeline: HirePipeline;
  before(async () => {
    pipeline = await startHiresAfterFirstRun({ until: "process" });
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
  const expectRight = (): Promise<void> => expectMarts(pipeline);
  const views = (): Promise<unknown[]> =>
    query("SELECT relname, oid, xmin FROM pg_class WHERE relnamespace = 'marts'::regnamespace ORDER BY 1");

  it("once there are tables", async () => {
    await pipeline.load({ hasTime: () => false });

    expect(await query("SELECT FROM pg_namespace WHERE nspname = 'marts'")).to.have.length(0);
    expect(warnings()).to.deep.equal([]);
  });

  it("with the question, and the declared names, meanings and types of the columns", async () => {
    await pipeline.load();

    for (const { name, question } of marts) {
      const [view] = await query<{ comment: string }>(
        `SELECT obj_description('marts.${name}'::regclass, 'pg_class') AS comment`,
      );
      expect(view!.comment).to.match(new RegExp(`^${question.replace("?", "\\?")}\n`));
      expect(view!.comment).to.match(
        /\nReads (dim|fact)_\w+.*\. How current they are: SELECT \* FROM "public"\."marble_table"\n/,
      );
    }
    await expectDeclaredColumns(pipeline.warehouse, marts);
  });

  it("with valid examples", async () => {
    await pipeline.load();
    for (const { example } of marts) await query(example);
  });

  it("from a statement that may begin with WITH, and end with a semicolon or a comment", async () => {
    const { name } = takingsByDay;
    const counted = { ...takingsByDay, columns: { hires: integer("number of hires") } };
    for (const sql of [
      "WITH made AS (SELECT hire_id FROM current_hire) SELECT count(*) AS hires FROM made",
      "\n-- all of them\nwith dim_date AS (SELECT 1 FROM fact_hire) SELECT count(*) AS hires FROM dim_date;\n",
      "SELECT count(*) AS hires FROM CURRENT_HIRE -- without the deleted",
    ]) {
      await pipeline.load({ marts: [{ ...counted, sql }] });
      const [row] = await query<{ hires: string }>(`SELECT hires FROM marts.${name}`);
      expect(Number(row?.hires), sql).to.be.above(0);
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
                 GRANT SELECT ON marts.takings_by_day TO ${role}; GRANT SELECT (takings, day) ON marts.takings_by_day TO ${role}`);
    pipeline.logged.length = 0;

    await pipeline.load({ marts: [changedTakings, ...OTHERS] });

    expect(news()).to.deep.equal(['replaced "marts"."takings_by_day"']);
    const [row] =
      await query(`SELECT sum(hires)::int = (SELECT count(*) FROM current_hire) AS same, min(extra) AS extra,
      has_table_privilege('${role}', 'marts.takings_by_day', 'SELECT') AS granted FROM marts.takings_by_day`);
    expect(row).to.deep.equal({ same: true, extra: 1, granted: true });

    await pipeline.load();
    await expectRight();
    await query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });

  it("and repairs a mart whose statement or column names somebody changed", async () => {
    await pipeline.load();
    await query(`CREATE OR REPLACE VIEW marts.takings_by_day AS
                 SELECT day, currency_code, hires, 0.00 AS takings, 'mine' AS extra
                   FROM (${await definition("takings_by_day")}) v`);
    await query("ALTER VIEW marts.best_bikes RENAME COLUMN takings TO sum");
    pipeline.logged.length = 0;

    await pipeline.load();

    expect(news()).to.have.members(['replaced "marts"."takings_by_day"', 'replaced "marts"."best_bikes"']);
    await expectRight();
    pipeline.logged.length = 0;
    await pipeline.load();
    expect(news()).to.deep.equal([]);
  });

  it("and drops a mart that is no longer declared", async () => {
    await pipeline.load();
    await query("CREATE VIEW marts.mine AS SELECT 1 AS one");
    await pipeline.load({ marts: OTHERS });

    const names = (await views()) as { relname: string }[];
    expect(names.map(({ relname }) => relname))
      .to.include("mine")
      .and.not.include("takings_by_day");
    expect(names).to.have.length(marts.length);
  });

  it("but leaves a user's view or table with the name of a mart, and makes the others", async () => {
    await query(`CREATE SCHEMA marts; CREATE VIEW marts.takings_by_day AS SELECT 1 AS mine;
                 CREATE TABLE marts.best_bikes (mine int)`);

    await pipeline.load();

    expect(warnings()).to.have.length(2);
    for (const warning of warnings())
      expect(warning).to.include("Marble did not create it").and.include("marble:martsSchema");
    expect(await query("SELECT * FROM marts.takings_by_day")).to.deep.equal([{ mine: 1 }]);
    expect(await views()).to.have.length(marts.length);
  });

  it("but never drops a user's view that reads a mart", async () => {
    await pipeline.load();
    await query("CREATE VIEW public.report AS SELECT takings FROM marts.takings_by_day");
    pipeline.logged.length = 0;

    await pipeline.load({ marts: [changedTakings, ...OTHERS] });

    expect(warnings()).to.have.length(1);
    expect(warnings()[0]).to.include("other objects depend on it");
    await query("SELECT takings FROM public.report");
    await expectRight();

    const rebuilding = pipeline.load({ marts: [changedTakings, ...OTHERS], replay: {} });
    expect((await failureOf(rebuilding)).message)
      .to.include("takings_by_day would still read the old tables")
      .and.include("other objects depend on it");
    await pipeline.load({ abandonReplay: true });
    await query("DROP VIEW public.report");
  });

  it("and continues to load when a mart cannot be made", async () => {
    const broken: Mart = { ...takingsByDay, sql: "\nSELECT nothing FROM current_hire" };
    await pipeline.load();
    await pipeline.load({ marts: [broken, ...OTHERS] });

    expect(warnings()).to.deep.equal(['column "nothing" does not exist']);
    await expectRight();
  });

  it("and refuses a mart whose SELECT has other columns than it declares, and keeps the earlier view", async () => {
    await pipeline.load();
    const before = await views();
    const counted = {
      ...takingsByDay,
      columns: { hires: integer("number of hires"), days: integer("days") },
    };
    const day = "FROM current_hire";
    for (const [sql, has] of [
      [`SELECT count(*) AS hires, 2 AS days, 3 AS more ${day}`, "hires, days, more"],
      [`SELECT 2 AS days, count(*) AS hires ${day}`, "days, hires"],
    ] as const) {
      pipeline.logged.length = 0;
      const { brokenMarts } = await pipeline.load({ marts: [{ ...counted, sql }, ...OTHERS] });

      expect(brokenMarts).to.deep.equal([
        {
          mart: takingsByDay.name,
          reason: `its SELECT has the columns ${has}, but it declares hires, days: declare the columns of the SELECT, in their order`,
        },
      ]);
      expect(await views()).to.deep.equal(before);
    }
  });

  it("in a schema with any name, over a prepared warehouse with other names", async () => {
    await query(`
      CREATE SCHEMA project;
      CREATE TABLE project.fact_repairs (LIKE public.fact_repair INCLUDING DEFAULTS);
      CREATE TABLE project."Fact_Hire" (LIKE public.fact_hire INCLUDING DEFAULTS);
      ALTER TABLE project."Fact_Hire" RENAME started_date TO "StartedDate";
      ALTER TABLE project."Fact_Hire" RENAME hire_record_id TO "HireRecordId";
      CREATE TABLE project.dim_bike (LIKE public.dim_bike);
      ALTER TABLE project.dim_bike RENAME bike_id TO "BikeId"`);
    const options: LoadOptions = { schema: "project", martsSchema: 'Odd "marts' };

    await pipeline.load(options);

    await expectMarts(pipeline, 'Odd "marts');
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
    // A column that the model no longer has, as after a change of the model.
    await query(
      "ALTER TABLE dim_bike ADD colour text; CREATE VIEW seen AS SELECT takings FROM marts.takings_by_day",
    );
    await query(`CREATE OR REPLACE VIEW marts.best_bikes AS SELECT b.*, d.colour FROM (${await definition("best_bikes")}) b
                   JOIN public.dim_bike d USING (bike_id)`);

    const { replay } = await pipeline.load({ replay: {} });
    await query(`DROP SCHEMA ${replay!.kept!} CASCADE`);

    await expectRight();
    await query("SELECT takings FROM seen");
    await query("DROP VIEW seen");
  });

  const definition = async (name: string): Promise<string> => {
    const [view] = await query<{ sql: string }>(
      `SELECT rtrim(pg_get_viewdef('marts.${name}'::regclass), ';') AS sql`,
    );
    return view!.sql;
  };
});
