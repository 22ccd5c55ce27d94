import { expect } from "chai";
import type { TableCapture } from "../../../../domain/log/commit";
import { nextCommit } from "../../../../domain/log/keys";
import { expectTables } from "../../../support/hires/expected";
import { startHiresAfterFirstRun, type HirePipeline } from "../../../support/hires/pipeline";

describe("Deletes, with only the right to SELECT,", () => {
  let pipeline: HirePipeline;
  beforeEach(async () => {
    pipeline = await startHiresAfterFirstRun();
  });
  afterEach(() => pipeline.close());

  const currentFacts = (): Promise<void> =>
    expectTables(pipeline, { without: ["dim_bike", "dim_country", "dim_customer"] });
  const count = async (sql: string): Promise<number> =>
    Number((await pipeline.warehouse.query<{ n: string }>(`SELECT count(*) AS n FROM ${sql}`))[0]?.n);

  it("leave the current views, but stay in the history and in the dimensions of the history", async () => {
    const before = await count("fact_hire");
    await pipeline.source.query(
      "DELETE FROM hire WHERE customer_id = 2; DELETE FROM customer WHERE customer_id = 2",
    );

    await pipeline.run();

    await currentFacts();
    expect(await count("fact_hire")).to.equal(before);
    expect(await count("marble_deletion")).to.equal(5);
    expect(await count("dim_customer WHERE customer_id = 2")).to.equal(1);
  });

  it("are found when as many rows were inserted, and others updated, in between", async () => {
    await pipeline.source.query("DELETE FROM hire WHERE hire_id = (SELECT min(hire_id) FROM hire)");
    await pipeline.source.query(
      "UPDATE hire SET paid = NOT paid WHERE hire_id IN (SELECT hire_id FROM hire ORDER BY 1 LIMIT 7)",
    );
    await pipeline.source.query("UPDATE repair SET minutes = 1 WHERE repair_id <= 3");

    const report = await pipeline.ingest();
    await pipeline.process();
    await pipeline.load();

    expect(report.tables).to.deep.equal({ hire: { rows: 7, deleted: 1 }, repair: { rows: 3 } });
    await currentFacts();
  });

  it("make a new version and no tombstone when the row is inserted again before the next run", async () => {
    await pipeline.source.query(
      "BEGIN; CREATE TEMP TABLE kept AS SELECT * FROM hire WHERE hire_id = 4; DELETE FROM hire WHERE hire_id = 4; INSERT INTO hire SELECT * FROM kept; DROP TABLE kept; COMMIT",
    );

    const report = await pipeline.ingest();
    await pipeline.process();
    await pipeline.load();

    expect(report.tables["hire"]).to.deep.equal({ rows: 1 });
    expect(await count("fact_hire WHERE hire_id = 4")).to.equal(2);
    await currentFacts();
  });

  it("end when the row comes back later", async () => {
    await pipeline.source.query(
      "CREATE TABLE kept AS SELECT * FROM hire WHERE hire_id = 5; GRANT SELECT ON kept TO reader; DELETE FROM hire WHERE hire_id = 5",
    );
    await pipeline.run();
    await pipeline.source.query("INSERT INTO hire SELECT * FROM kept");
    await pipeline.run();

    await currentFacts();
    expect(await count("fact_hire WHERE hire_id = 5")).to.equal(2);
  });

  it("of all or most rows hold the table until a person allows them, while other tables are captured", async () => {
    await pipeline.source.query("TRUNCATE hire");
    await pipeline.source.query("UPDATE depot SET depot_name = 'New' WHERE depot_id = 1");

    const held = await pipeline.ingest();
    await pipeline.process();
    await pipeline.load();

    expect(Object.keys(held.tables)).to.deep.equal(["depot"]);
    expect(
      pipeline.logged.filter(({ message }) => message.includes("held back"))[0]?.fields["reason"],
    ).to.equal(
      'the table was emptied; if that is right, run `npm run operate -- release hire --yes` (in AWS, invoke ingest with {"allowDeletes":["hire"]})',
    );
    expect(await count("current_hire")).to.be.greaterThan(0);

    expect((await pipeline.ingest()).commit, "still held, nothing new").to.equal(null);
    const released = await pipeline.ingest({ allowDeletes: ["hire"] });
    await pipeline.process();
    await pipeline.load();

    expect(released.tables["hire"]?.deleted).to.equal(40);
    expect(await count("current_hire")).to.equal(0);
  });

  it("hold a table without a key when it is emptied", async () => {
    await pipeline.source.query(
      "CREATE TABLE keyless AS SELECT i FROM generate_series(1, 100) i; GRANT SELECT ON keyless TO reader",
    );
    await pipeline.ingest();
    await pipeline.source.query("DELETE FROM keyless WHERE i <= 30");
    expect((await pipeline.ingest()).tables, "a few may go").to.deep.equal({ keyless: { rows: 70 } });
    await pipeline.source.query("TRUNCATE keyless");
    expect((await pipeline.ingest()).tables).to.deep.equal({});
    expect((await pipeline.ingested.log.head())!.commit.tables["keyless"]).to.deep.include({
      mode: "held",
      total: 70,
    });
    const { tables } = await pipeline.ingest({ allowDeletes: ["keyless"] });
    expect(tables).to.deep.equal({ keyless: { rows: 0 } });
  });

  it("lose no row that was written while the table was held", async () => {
    const most = "DELETE FROM hire WHERE hire_id IN (SELECT hire_id FROM hire ORDER BY 1 LIMIT 30)";
    await pipeline.source.query(most);
    await pipeline.run();
    await pipeline.source.query("UPDATE hire SET paid = NOT paid");
    await pipeline.run();
    await pipeline.ingest({ allowDeletes: ["hire"] });
    await pipeline.process();
    await pipeline.load();

    await currentFacts();
  });

  it("are found in a table with a composite and unusual key; a table without a key is captured again", async () => {
    await pipeline.source.query(`
      CREATE TABLE "Odd ""name""/x" ("key, a" text, b int, note text, PRIMARY KEY ("key, a", b));
      INSERT INTO "Odd ""name""/x" SELECT 'ä"' || i, i, E'line\\nbreak' FROM generate_series(1, 9) i;
      CREATE TABLE keyless (v int); INSERT INTO keyless SELECT generate_series(1, 5);
      GRANT SELECT ON "Odd ""name""/x", keyless TO reader`);
    expect((await pipeline.ingest()).tables).to.deep.equal({
      'Odd "name"/x': { rows: 9 },
      keyless: { rows: 5 },
    });
    await pipeline.source.query(
      `DELETE FROM "Odd ""name""/x" WHERE b IN (2, 3); DELETE FROM keyless WHERE v = 1`,
    );

    const report = await pipeline.ingest();

    expect(report.tables).to.deep.equal({ 'Odd "name"/x': { rows: 0, deleted: 2 }, keyless: { rows: 4 } });
    const { commit } = (await pipeline.ingested.log.head())!;
    const [file] = commit.tables['Odd "name"/x']!.deleted.files;
    expect(await pipeline.ingested.store.get(file!.key)).to.equal('"key, a","b"\n"ä""2","2"\n"ä""3","3"\n');
  });

  it("are found after any number of runs, with a bounded number of files to read", async () => {
    await pipeline.source.query("INSERT INTO depot VALUES (4, 'z')");
    const update = async (run: number): Promise<TableCapture["keys"]> => {
      await pipeline.source.query("UPDATE depot SET manager = $1 WHERE depot_id = 1", [String(run)]);
      await pipeline.ingest();
      return (await pipeline.ingested.log.head())!.commit.tables["depot"]!.keys;
    };
    const few = (await update(1)).length;
    const keys = await update(2);
    expect(keys, "a file more for each run").to.have.lengthOf(few + 1);
    // Lists many files in the last commit, as many more runs would.
    const { number, commit } = (await pipeline.ingested.log.head())!;
    const repeated = Array.from({ length: 65 - keys.length }, () => keys.at(-1)!);
    const depot = {
      ...commit.tables["depot"]!,
      mode: "unchanged" as const,
      rows: 0,
      files: [],
      keys: [...keys, ...repeated],
    };
    await pipeline.ingested.log.append(nextCommit(number), {
      ...commit,
      number: nextCommit(number),
      tables: { ...commit.tables, depot },
    });
    expect(await update(3), "rewritten").to.have.lengthOf(2);
    await pipeline.source.query("INSERT INTO depot VALUES (5, 'x'), (6, 'y')");
    await pipeline.ingest();
    await pipeline.source.query("DELETE FROM depot WHERE depot_name = 'x'");

    expect((await pipeline.ingest()).tables).to.deep.equal({ depot: { rows: 0, deleted: 1 } });
    await pipeline.source.query("DELETE FROM depot WHERE depot_name = 'z'");

    expect((await pipeline.ingest()).tables["depot"]).to.deep.equal({ rows: 0, deleted: 1 });
  });

  it("are found in a large table by its file of keys, which is small for consecutive numbers", async () => {
    await pipeline.source.query(
      "INSERT INTO depot SELECT 3 + i, 'd' || i, NULL, repeat('x', 100) FROM generate_series(1, 2000) AS i",
    );
    await pipeline.ingest();
    for (const name of ["d1", "d2"]) {
      await pipeline.source.query("UPDATE depot SET manager = NULL WHERE depot_name = $1", [name]);
      await pipeline.ingest();
    }
    const { keys } = (await pipeline.ingested.log.head())!.commit.tables["depot"]!;
    expect(keys.map(({ kind }) => kind)).to.deep.equal(["runs", "rows", "rows"]);
    expect(keys[0]!.bytes).to.be.below(100);
    await pipeline.source.query("DELETE FROM depot WHERE depot_name IN ('d1', 'd1000')");

    expect((await pipeline.ingest()).tables).to.deep.equal({ depot: { rows: 0, deleted: 2 } });
  });
});
