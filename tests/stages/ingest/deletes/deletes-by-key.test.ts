import { expect } from "chai";
import { latest, replayed, rowsOfCsv, sourceRows } from "../../../support/pipeline/lake";
import { startPipeline, type Pipeline } from "../../../support/pipeline/pipeline";

describe("Deletes are found by key", () => {
  let pipeline: Pipeline;
  beforeEach(async () => {
    pipeline = await startPipeline();
  });
  afterEach(() => pipeline.close());

  const sql = (text: string): Promise<unknown> => pipeline.source.query(text);
  const deleted = async (table: string): Promise<unknown[]> => {
    const texts = await Promise.all(
      (await latest(pipeline, table)).deleted.files.map(({ key }) => pipeline.ingested.store.get(key)),
    );
    return texts.flatMap((text) => rowsOfCsv(text!).map((row) => Object.values(row).join("|"))).sort();
  };
  const expectFaithful = async (...tables: string[]): Promise<void> => {
    for (const table of tables)
      expect(await replayed(pipeline, table), table).to.deep.equal(await sourceRows(pipeline.source, table));
  };

  it("when a cascade deletes, while SET NULL and SET DEFAULT update", async () => {
    await sql(`
      CREATE TABLE parent (id int PRIMARY KEY); INSERT INTO parent SELECT generate_series(0, 9);
      CREATE TABLE child (id int PRIMARY KEY, p int REFERENCES parent ON DELETE CASCADE);
      CREATE TABLE nulled (id int PRIMARY KEY, p int REFERENCES parent ON DELETE SET NULL);
      CREATE TABLE defaulted (id int PRIMARY KEY, p int DEFAULT 0 REFERENCES parent ON DELETE SET DEFAULT);
      INSERT INTO child SELECT i, i % 10 FROM generate_series(1, 30) i;
      INSERT INTO nulled SELECT * FROM child; INSERT INTO defaulted SELECT * FROM child`);
    await pipeline.ingest();
    await sql("DELETE FROM parent WHERE id = 3");

    expect((await pipeline.ingest()).tables).to.deep.equal({
      child: { rows: 0, deleted: 3 },
      defaulted: { rows: 3 },
      nulled: { rows: 3 },
      parent: { rows: 0, deleted: 1 },
    });
    expect(await deleted("child")).to.deep.equal(["13", "23", "3"]);
    await expectFaithful("parent", "child", "nulled", "defaulted");
  });

  interface Key {
    readonly what: string;
    readonly columns: string;
    readonly names: string;
    /** Of row i. */
    readonly values: string;
    /** The key of the third row. */
    readonly third: string;
  }
  const keys: readonly Key[] = [
    { what: "a number", columns: "id int PRIMARY KEY", names: "id", values: "i", third: "3" },
    { what: "a text", columns: "id text PRIMARY KEY", names: "id", values: "'k,\"' || i", third: 'k,"3' },
    {
      what: "two columns, in another order than the table's",
      columns: "id int, more text, PRIMARY KEY (more, id)",
      names: "id, more",
      values: "i, 'x' || i",
      third: "x3|3",
    },
    {
      what: "a day and a uuid",
      columns: "id date, u uuid, PRIMARY KEY (id, u)",
      names: "id, u",
      values: "date '2024-01-01' + i, md5(i::text)::uuid",
      third: "2024-01-04|eccbc87e-4b5c-e2fe-2830-8fd9f2a7baf3",
    },
  ];
  for (const { what, columns, names, values, third } of keys) {
    it(`with a key of ${what}: a delete, a delete with re-insert, and a change of the key`, async () => {
      await sql(
        `CREATE TABLE t (n int, ${columns}); INSERT INTO t SELECT i, ${values} FROM generate_series(1, 9) i`,
      );
      await pipeline.ingest();
      await sql("DELETE FROM t WHERE n = 3");
      await sql(
        "CREATE TEMP TABLE kept AS SELECT * FROM t WHERE n = 4; DELETE FROM t WHERE n = 4; INSERT INTO t SELECT * FROM kept",
      );
      await sql(
        `UPDATE t SET (n, ${names}) = (SELECT i, ${values} FROM (SELECT 15 AS i) AS new) WHERE n = 5`,
      );
      await pipeline.ingest();

      expect(await latest(pipeline, "t")).to.deep.include({ mode: "delta", rows: 2 });
      expect(await deleted("t"))
        .to.have.length(2)
        .and.include(third);
      await expectFaithful("t");
    });
  }

  it("and swapped keys are updates", async () => {
    await sql(
      "CREATE TABLE t (id int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED, v text); INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')",
    );
    await pipeline.ingest();
    await sql("UPDATE t SET id = 3 - id WHERE id < 3");
    await pipeline.ingest();

    expect(await latest(pipeline, "t")).to.deep.include({ rows: 2, deleted: { rows: 0, files: [] } });
    await expectFaithful("t");
  });
});
