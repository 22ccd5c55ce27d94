import { expect } from "chai";
import { latest, replayed, sourceRows } from "../../support/pipeline/lake";
import { startPipeline, type Pipeline } from "../../support/pipeline/pipeline";

const TABLES = `CREATE TABLE big (id int PRIMARY KEY, v text); INSERT INTO big VALUES (1, 'a');
  CREATE TABLE small (LIKE big INCLUDING ALL); INSERT INTO small VALUES (1, 'a');
  CREATE TABLE z_stage (LIKE big INCLUDING ALL); INSERT INTO z_stage VALUES (1, 'a')`;

/** Statements that change the table repeatedly, faster than a run reaches it. */
const RESTLESS: readonly (readonly [string, string])[] = [
  ["truncated and filled again", "BEGIN; TRUNCATE z_stage; INSERT INTO z_stage VALUES (2, 'b'); COMMIT"],
  ["rewritten", "VACUUM FULL z_stage"],
  ["dropped and made again", "DROP TABLE z_stage; CREATE TABLE z_stage (id int PRIMARY KEY, v text)"],
  ["losing a column", "ALTER TABLE z_stage DROP COLUMN IF EXISTS v"],
];

describe("A table that changes faster than runs reach it stops no other table", () => {
  let pipeline: Pipeline;
  /** What happens in the source while the table small is written to the lake. */
  let meanwhile: readonly string[] = [];
  beforeEach(async () => {
    meanwhile = [];
    pipeline = await startPipeline({
      before: async ({ operation, key }) => {
        if (operation === "PutObject" && key.includes("/small/"))
          for (const statement of meanwhile) await pipeline.source.query(statement);
      },
    });
    await pipeline.source.query(`${TABLES}; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader`);
  });
  afterEach(() => pipeline.close());

  const change = (value: string): Promise<unknown> =>
    pipeline.source.query("UPDATE small SET v = $1", [value]);
  const expectFaithful = async (table: string): Promise<void> => {
    expect(await replayed(pipeline, table)).to.deep.equal(await sourceRows(pipeline.source, table));
  };

  for (const [what, statements] of RESTLESS) {
    it(`when it ${what}: only it fails, and the next run captures it first`, async () => {
      await pipeline.ingest();
      await change("b");
      await pipeline.source.query("UPDATE z_stage SET v = 'b'");
      meanwhile = statements.split("; ");
      const report = await pipeline.ingest();
      expect(report.tables).to.deep.equal({ small: { rows: 1 } });
      const { mode, held } = await latest(pipeline, "z_stage");
      expect(mode).to.equal("failed");
      expect(held?.reason).to.match(/z_stage/);
      await pipeline.source.query("GRANT SELECT ON z_stage TO reader");

      await change("c");
      await pipeline.ingest();
      expect((await latest(pipeline, "z_stage")).mode).to.not.equal("failed");
      expect((await latest(pipeline, "small")).rows).to.equal(1);
      for (const table of ["big", "small"]) await expectFaithful(table);
    });
  }

  it("when it is created and dropped between two runs: it leaves no trace in the lake", async () => {
    await pipeline.source.query(
      "CREATE TABLE z_work (id int PRIMARY KEY); GRANT SELECT ON z_work TO reader; INSERT INTO z_work SELECT generate_series(1, 2000)",
    );
    meanwhile = ["DROP TABLE IF EXISTS z_work"];
    const report = await pipeline.ingest();

    expect(report.tables).to.include.keys("big", "small", "z_stage").and.not.have.property("z_work");
    expect((await pipeline.ingested.log.head())!.commit.tables).to.not.have.property("z_work");
  });
});
