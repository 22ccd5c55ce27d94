import { expect } from "chai";
import type { TableCapture } from "../../../../domain/log/commit";
import { nextCommit } from "../../../../domain/log/keys";
import { deleteSalesOrder } from "../../../../local/databases/totesys/changes";
import { actualRows, expectedRows } from "../../../support/oracle/expected-warehouse";
import { startAfterFirstRun } from "../../../support/pipeline/first-run";
import type { Pipeline } from "../../../support/pipeline/pipeline";

describe("Deletes, with only the right to SELECT,", () => {
  let pipeline: Pipeline;
  beforeEach(async () => {
    pipeline = await startAfterFirstRun();
  });
  afterEach(() => pipeline.close());

  const currentFacts = async (): Promise<void> => {
    const [actual, expected] = [await actualRows(pipeline.warehouse), await expectedRows(pipeline.source)];
    for (const view of ["current_sales_order", "current_purchase_order", "current_payment"]) {
      expect(actual[view], view).to.deep.equal(expected[view]);
    }
  };
  const count = async (sql: string): Promise<number> =>
    Number((await pipeline.warehouse.query<{ n: string }>(`SELECT count(*) AS n FROM ${sql}`))[0]?.n);

  it("leave the current views, but stay in the history and in the dimensions of the history", async () => {
    const before = await count("fact_sales_order");
    await deleteSalesOrder(pipeline.source.client, 1);

    await pipeline.run();

    await currentFacts();
    expect(await count("fact_sales_order")).to.equal(before);
    expect(await count("marble_deletion")).to.equal(2);
    expect(await count("dim_transaction WHERE transaction_id = 1")).to.equal(1);
  });

  it("are found when as many rows were inserted, and others updated, in between", async () => {
    await pipeline.source.query(
      "DELETE FROM payment WHERE payment_id = (SELECT min(payment_id) FROM payment)",
    );
    await pipeline.source.query(
      "UPDATE payment SET paid = NOT paid WHERE payment_id IN (SELECT payment_id FROM payment ORDER BY 1 LIMIT 7)",
    );
    await pipeline.source.query(
      "UPDATE sales_order SET units_sold = 1 WHERE sales_order_id IN (SELECT sales_order_id FROM sales_order ORDER BY 1 LIMIT 3)",
    );

    const report = await pipeline.ingest();
    await pipeline.process();
    await pipeline.load();

    expect(report.tables).to.deep.equal({ payment: { rows: 7, deleted: 1 }, sales_order: { rows: 3 } });
    await currentFacts();
  });

  it("make a new version and no tombstone when the row is inserted again before the next run", async () => {
    await pipeline.source.query(
      "BEGIN; CREATE TEMP TABLE kept AS SELECT * FROM payment WHERE payment_id = 4; DELETE FROM payment WHERE payment_id = 4; INSERT INTO payment SELECT * FROM kept; DROP TABLE kept; COMMIT",
    );

    const report = await pipeline.ingest();
    await pipeline.process();
    await pipeline.load();

    expect(report.tables["payment"]).to.deep.equal({ rows: 1 });
    expect(await count("fact_payment WHERE payment_id = 4")).to.equal(2);
    await currentFacts();
  });

  it("end when the row comes back later", async () => {
    await pipeline.source.query(
      "CREATE TABLE kept AS SELECT * FROM payment WHERE payment_id = 5; GRANT SELECT ON kept TO reader; DELETE FROM payment WHERE payment_id = 5",
    );
    await pipeline.run();
    await pipeline.source.query("INSERT INTO payment SELECT * FROM kept");
    await pipeline.run();

    await currentFacts();
    expect(await count("fact_payment WHERE payment_id = 5")).to.equal(2);
  });

  it("of all or most rows hold the table until a person allows them, while other tables are captured", async () => {
    await pipeline.source.query("TRUNCATE payment");
    await pipeline.source.query("UPDATE department SET department_name = 'New' WHERE department_id = 1");

    const held = await pipeline.ingest();
    await pipeline.process();
    await pipeline.load();

    expect(Object.keys(held.tables)).to.deep.equal(["department"]);
    expect(
      pipeline.logged.filter(({ message }) => message.includes("held back"))[0]?.fields["reason"],
    ).to.equal('the table was emptied; if that is right, invoke ingest with {"allowDeletes":["payment"]}');
    expect(await count("current_payment")).to.be.greaterThan(0);

    expect((await pipeline.ingest()).commit, "still held, nothing new").to.equal(null);
    const released = await pipeline.ingest({ allowDeletes: ["payment"] });
    await pipeline.process();
    await pipeline.load();

    expect(released.tables["payment"]?.deleted).to.be.greaterThan(100);
    expect(await count("current_payment")).to.equal(0);
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
    const most =
      "DELETE FROM payment WHERE payment_id IN (SELECT payment_id FROM payment ORDER BY 1 LIMIT 100)";
    await pipeline.source.query(most);
    await pipeline.run();
    await pipeline.source.query("UPDATE payment SET paid = NOT paid");
    await pipeline.run();
    await pipeline.ingest({ allowDeletes: ["payment"] });
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
    await pipeline.source.query("INSERT INTO department (department_name, last_updated) VALUES ('z', now())");
    const update = async (run: number): Promise<TableCapture["keys"]> => {
      await pipeline.source.query("UPDATE department SET manager = $1 WHERE department_id = 1", [
        String(run),
      ]);
      await pipeline.ingest();
      return (await pipeline.ingested.log.head())!.commit.tables["department"]!.keys;
    };
    const few = (await update(1)).length;
    const keys = await update(2);
    expect(keys, "a file more for each run").to.have.lengthOf(few + 1);
    // As if there had been many more runs like the last: the lists of a commit name all files.
    const { number, commit } = (await pipeline.ingested.log.head())!;
    const repeated = Array.from({ length: 65 - keys.length }, () => keys.at(-1)!);
    const department = {
      ...commit.tables["department"]!,
      mode: "unchanged" as const,
      rows: 0,
      files: [],
      keys: [...keys, ...repeated],
    };
    await pipeline.ingested.log.append(nextCommit(number), {
      ...commit,
      number: nextCommit(number),
      tables: { ...commit.tables, department },
    });
    expect(await update(3), "written anew").to.have.lengthOf(2);
    await pipeline.source.query(
      "INSERT INTO department (department_name, last_updated) VALUES ('x', now()), ('y', now())",
    );
    await pipeline.ingest();
    await pipeline.source.query("DELETE FROM department WHERE department_name = 'x'");

    expect((await pipeline.ingest()).tables).to.deep.equal({ department: { rows: 0, deleted: 1 } });
    await pipeline.source.query("DELETE FROM department WHERE department_name = 'z'");

    expect((await pipeline.ingest()).tables["department"]).to.deep.equal({ rows: 0, deleted: 1 });
  });

  it("are found in a large table by its file of keys, which is small for consecutive numbers", async () => {
    await pipeline.source.query(
      "INSERT INTO department (department_name, manager, last_updated) SELECT 'd' || i, repeat('x', 100), now() FROM generate_series(1, 2000) AS i",
    );
    await pipeline.ingest();
    for (const name of ["d1", "d2"]) {
      await pipeline.source.query("UPDATE department SET manager = NULL WHERE department_name = $1", [name]);
      await pipeline.ingest();
    }
    const { keys } = (await pipeline.ingested.log.head())!.commit.tables["department"]!;
    expect(keys.map(({ kind }) => kind)).to.deep.equal(["runs", "rows", "rows"]);
    expect(keys[0]!.bytes).to.be.below(100);
    await pipeline.source.query("DELETE FROM department WHERE department_name IN ('d1', 'd1000')");

    expect((await pipeline.ingest()).tables).to.deep.equal({ department: { rows: 0, deleted: 2 } });
  });
});
