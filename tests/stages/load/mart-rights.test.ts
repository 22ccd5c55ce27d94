import { expect } from "chai";
import { failureOf } from "../../support/failure";
import { expectMarts, expectTables } from "../../support/hires/expected";
import { changedTakings, hireMarts } from "../../support/hires/marts";
import { startHiresAfterFirstRun, type HirePipeline } from "../../support/hires/pipeline";
import type { LoadOptions } from "../../support/pipeline/pipeline";

describe("The marts, where the loader's role", () => {
  let pipeline: HirePipeline;
  let role: string;
  let options: LoadOptions;
  before(async () => {
    pipeline = await startHiresAfterFirstRun({ until: "process" });
    role = `${pipeline.warehouse.name}_loader`;
    await query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'; CREATE SCHEMA owned AUTHORIZATION ${role}`);
    const url = pipeline.warehouse.url.replace(/\/\/[^@]+@/, `//${role}:x@`);
    options = { schema: "owned", database: { ...pipeline.warehouse, url } };
  });
  beforeEach(() => {
    pipeline.logged.length = 0;
  });
  afterEach(() => query("DROP SCHEMA IF EXISTS marts CASCADE"));
  after(async () => {
    await query(`DROP SCHEMA owned CASCADE; DROP OWNED BY ${role}; DROP ROLE ${role}`);
    await pipeline.close();
  });

  const query = (sql: string): Promise<unknown[]> => pipeline.warehouse.query(sql);
  const warnings = (): string[] =>
    pipeline.logged.flatMap(({ level, fields }) => (level === "warn" ? [String(fields["reason"])] : []));

  it("without the right to create the schema, names the missing GRANT once, and loads", async () => {
    await pipeline.load(options);

    expect(warnings()).to.deep.equal([
      `the schema marts does not exist, and "${role}" may not create it: GRANT CREATE ON DATABASE "${pipeline.warehouse.name}" TO "${role}", ` +
        `or CREATE SCHEMA "marts" AUTHORIZATION "${role}"`,
    ]);
    await expectTables(pipeline, { schema: "owned" });
  });

  it("without the right to create views, names the GRANT, and creates them once it is given", async () => {
    await query("CREATE SCHEMA marts");
    await pipeline.load(options);
    expect(warnings()).to.deep.equal([
      `"${role}" may not create views in the schema marts: GRANT USAGE, CREATE ON SCHEMA "marts" TO "${role}"`,
    ]);
    await query(`GRANT USAGE, CREATE ON SCHEMA marts TO ${role}`);
    pipeline.logged.length = 0;

    await pipeline.load(options);

    expect(warnings()).to.deep.equal([]);
    await expectMarts(pipeline);
  });

  it("does not own a view that has to change, name the reason", async () => {
    await query(`GRANT CREATE ON DATABASE ${pipeline.warehouse.name} TO ${role}`);
    await pipeline.load(options);
    await query("ALTER VIEW marts.takings_by_day OWNER TO CURRENT_USER");
    pipeline.logged.length = 0;

    await pipeline.load({ ...options, marts: [changedTakings, ...hireMarts.slice(1)] });

    expect(warnings()).to.have.length(1);
    expect(warnings()[0]).to.include("it belongs to another role");
  });

  it("cannot move a mart to rebuilt tables, stop the swap with the reason until it can", async () => {
    const isStale = async (): Promise<unknown> =>
      query(`SELECT (SELECT sum(takings) FROM marts.takings_by_day) IS DISTINCT FROM
                    (SELECT sum(price) FROM owned.current_hire) AS stale`);
    await query(`GRANT CREATE ON DATABASE ${pipeline.warehouse.name} TO ${role}`);
    await pipeline.load(options);
    await query(`ALTER VIEW marts.takings_by_day OWNER TO CURRENT_USER;
                 GRANT SELECT ON ALL TABLES IN SCHEMA owned TO CURRENT_USER`);

    expect((await failureOf(pipeline.load({ ...options, replay: {} }))).message)
      .to.include("takings_by_day would still read the old tables")
      .and.include("it belongs to another role");
    await query(`ALTER VIEW marts.takings_by_day OWNER TO ${role};
                 ALTER SCHEMA marts OWNER TO CURRENT_USER; GRANT USAGE ON SCHEMA marts TO ${role}`);
    expect((await failureOf(pipeline.load(options))).message).to.include(`GRANT CREATE ON SCHEMA "marts"`);
    expect(await isStale()).to.deep.equal([{ stale: false }]);

    await query(`GRANT CREATE ON SCHEMA marts TO ${role}`);
    const { replay } = await pipeline.load(options);
    await query(`DROP SCHEMA ${replay!.kept!} CASCADE`);
    expect(await isStale()).to.deep.equal([{ stale: false }]);
  });
});
