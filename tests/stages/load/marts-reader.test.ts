import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { Client } from "pg";
import { hireMarts } from "../../support/hires/marts";
import { startHiresAfterFirstRun, type HirePipeline } from "../../support/hires/pipeline";

const DOCUMENT = join(__dirname, "../../../docs/quicksight.md");

/** The statements that the document gives to an administrator, with the names of this test. */
function documented(names: Readonly<Record<string, string>>): string {
  const [, sql = ""] = /```sql\n(.*?)```/s.exec(readFileSync(DOCUMENT, "utf8")) ?? [];
  return Object.entries(names).reduce(
    (text, [word, name]) => text.replace(new RegExp(`\\b${word}\\b`, "g"), name),
    sql,
  );
}

describe("A role that reads the marts, created as docs/quicksight.md says,", () => {
  let pipeline: HirePipeline;
  let role: string;
  let reader: Client;
  before(async () => {
    pipeline = await startHiresAfterFirstRun();
    role = `${pipeline.warehouse.name}_quicksight`;
    const [owner] = await pipeline.warehouse.query<{ name: string }>("SELECT current_user AS name");
    await pipeline.warehouse.query(documented({ quicksight: role, loader: owner!.name }));
    reader = new Client({
      connectionString: pipeline.warehouse.url.replace(/\/\/[^@]+@/, `//${role}:change%20me@`),
    });
    await reader.connect();
  });
  after(async () => {
    await reader.end();
    await pipeline.warehouse.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    await pipeline.close();
  });

  const expectReadable = async (): Promise<void> => {
    for (const { name } of hireMarts) await reader.query(`SELECT * FROM marts.${name} LIMIT 1`);
  };

  it("reads all of them", async () => {
    await expectReadable();
    const { rows } = await reader.query("SELECT FROM marts.takings_by_day");
    expect(rows.length).to.be.above(0);
  });

  it("reads those of a later load, too", async () => {
    await pipeline.warehouse.query("DROP VIEW marts.takings_by_day");
    await pipeline.load();
    await expectReadable();
  });

  it("reads them after a rebuild of the warehouse", async () => {
    await pipeline.load({ replay: {} });
    await expectReadable();
  });

  it("reads nothing below them, and changes nothing", async () => {
    const refused = async (sql: string): Promise<unknown> =>
      reader.query(sql).then(
        () => "done",
        (error: unknown) => (error as { code: string }).code,
      );
    for (const sql of [
      "SELECT * FROM fact_hire",
      "SELECT * FROM dim_customer",
      "CREATE VIEW marts.mine AS SELECT 1",
      "DROP VIEW marts.takings_by_day",
    ])
      expect(await refused(sql), sql).to.equal("42501");
  });
});
