import { expect } from "chai";
import { failureOf } from "../../support/failure";
import { expectMarts } from "../../support/hires/expected";
import { startHiresAfterFirstRun, type HirePipeline } from "../../support/hires/pipeline";
import type { LoadOptions } from "../../support/pipeline/pipeline";

describe("The role of the warehouse", () => {
  let pipeline: HirePipeline;
  let role: string;
  let options: LoadOptions;
  before(async () => {
    pipeline = await startHiresAfterFirstRun({ until: "process" });
    role = `${pipeline.warehouse.name}_weak`;
    await query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'; REVOKE CREATE ON SCHEMA public FROM PUBLIC`);
    const url = pipeline.warehouse.url.replace(/\/\/[^@]+@/, `//${role}:x@`);
    options = { database: { ...pipeline.warehouse, url } };
  });
  after(async () => {
    await query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    await pipeline.close();
  });

  const query = (sql: string): Promise<unknown> => pipeline.warehouse.query(sql);
  const refusal = async (): Promise<string> => (await failureOf(pipeline.load(options))).message;

  it("gets the missing GRANT on the schema in the error, as long as one is missing", async () => {
    const refused = "the warehouse refused the load: permission denied";
    expect(await refusal()).to.equal(
      `${refused} for schema public: GRANT CREATE ON SCHEMA "public" TO "${role}"`,
    );

    await query("REVOKE USAGE ON SCHEMA public FROM PUBLIC");
    expect(await refusal()).to.equal(
      `${refused} for schema public: GRANT USAGE, CREATE ON SCHEMA "public" TO "${role}"`,
    );
  });

  it("gets the missing TEMPORARY in the error before the first load, because later loads need it", async () => {
    const { name } = pipeline.warehouse;
    await query(
      `GRANT USAGE, CREATE ON SCHEMA public TO ${role}; REVOKE TEMPORARY ON DATABASE ${name} FROM PUBLIC`,
    );
    expect(await refusal()).to.equal(
      `the role of the warehouse may not create temporary tables, and later loads need them: GRANT TEMPORARY ON DATABASE "${name}" TO "${role}"`,
    );

    await query(`GRANT TEMPORARY ON DATABASE ${name} TO ${role}`);
    await pipeline.load(options);
    await query(`REVOKE TEMPORARY ON DATABASE ${name} FROM ${role}`);
    await pipeline.source.query("UPDATE bike SET frame = 'New' WHERE bike_id = 1");
    await pipeline.ingest();
    await pipeline.process();
    expect(await refusal()).to.include(`GRANT TEMPORARY ON DATABASE "${name}" TO "${role}"`);
    await query(`GRANT TEMPORARY ON DATABASE ${name} TO ${role}`);
  });

  it("needs only these, TEMPORARY and CREATE on the database to load and to make the marts", async () => {
    const { name } = pipeline.warehouse;
    await query(
      `GRANT USAGE, CREATE ON SCHEMA public TO ${role}; GRANT CREATE ON DATABASE ${name} TO ${role}`,
    );
    pipeline.logged.length = 0;
    await pipeline.load(options);

    expect((await pipeline.load({ ...options, replay: {} })).replay).to.have.property("state", "done");
    expect(pipeline.logged.filter(({ level }) => level === "warn")).to.deep.equal([]);
    await pipeline.expectShown();
    await expectMarts(pipeline);
  });
});
