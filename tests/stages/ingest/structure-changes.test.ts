import { expect } from "chai";
import { capturedRows, latest, replayed, sourceRows } from "../../support/pipeline/lake";
import { startPipeline, type Pipeline } from "../../support/pipeline/pipeline";

describe("A change of a table's structure misses no row", () => {
  let pipeline: Pipeline;
  beforeEach(async () => {
    pipeline = await startPipeline();
  });
  afterEach(() => pipeline.close());

  const sql = (text: string): Promise<unknown> => pipeline.source.query(text);
  const expectFaithful = async (table = "t"): Promise<void> => {
    expect(await replayed(pipeline, table)).to.deep.equal(await sourceRows(pipeline.source, table));
  };
  const mode = async (table = "t") => {
    const { mode: is, recapture } = await latest(pipeline, table);
    return recapture ? `${is}, recapture` : is;
  };
  const TABLE =
    "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t SELECT i, 'v' || i FROM generate_series(1, 9) i";

  it("when another table takes its name, whose rows are older than the last run", async () => {
    await sql(
      `${TABLE}; CREATE TABLE t_new (LIKE t INCLUDING ALL); INSERT INTO t_new SELECT id, v || '!' FROM t WHERE id > 2`,
    );
    await pipeline.ingest();
    await sql("ALTER TABLE t RENAME TO t_old; ALTER TABLE t_new RENAME TO t");
    await pipeline.ingest();

    expect(await mode()).to.equal("full, recapture");
    expect((await latest(pipeline, "t")).deleted.rows).to.equal(2);
    await expectFaithful();
    await expectFaithful("t_old");
  });

  for (const rewrite of ["VACUUM FULL t", "CLUSTER t USING t_pkey", "ALTER TABLE t SET UNLOGGED"]) {
    it(`when it is rewritten: ${rewrite}`, async () => {
      await sql(TABLE);
      await pipeline.ingest();
      await sql(rewrite);
      await sql("UPDATE t SET v = 'new' WHERE id = 3");
      await pipeline.ingest();

      expect(await mode()).to.equal("delta, recapture");
      await expectFaithful();
    });
  }

  const PARTITIONED = `
    CREATE TABLE t (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
    CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10);
    CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (10) TO (50) PARTITION BY RANGE (id);
    CREATE TABLE t2a PARTITION OF t2 FOR VALUES FROM (10) TO (20);
    INSERT INTO t SELECT i, 'v' || i FROM generate_series(1, 19) i`;

  for (const parent of ["t", "t2"]) {
    it(`when a partition with old rows is attached to ${parent}`, async () => {
      await sql(`${PARTITIONED};
        CREATE TABLE old (id int PRIMARY KEY, v text); INSERT INTO old SELECT i, 'old' FROM generate_series(20, 24) i;
        CREATE TABLE later (id int PRIMARY KEY, v text); INSERT INTO later SELECT i, 'old' FROM generate_series(60, 64) i`);
      await pipeline.ingest();
      await sql(
        parent === "t2"
          ? "ALTER TABLE t2 ATTACH PARTITION old FOR VALUES FROM (20) TO (30)"
          : "ALTER TABLE t ATTACH PARTITION later FOR VALUES FROM (60) TO (70)",
      );
      await sql("UPDATE t SET v = 'new' WHERE id = 3");
      await pipeline.ingest();

      expect(await mode()).to.equal("delta, recapture");
      expect(await capturedRows(pipeline, "t"), "its rows and the updated one").to.have.length(6);
      await expectFaithful();
    });
  }

  it("when a partition is detached, its rows are deleted; when it is attached again, they are back", async () => {
    await sql(PARTITIONED);
    await pipeline.ingest();
    await sql("ALTER TABLE t2 DETACH PARTITION t2a");
    await pipeline.ingest();
    expect((await latest(pipeline, "t")).mode, "10 of 19 rows are more than half, but few").to.equal("delta");
    expect((await latest(pipeline, "t")).deleted.rows).to.equal(10);
    await expectFaithful();
    await sql("ALTER TABLE t2 ATTACH PARTITION t2a FOR VALUES FROM (10) TO (20)");
    await pipeline.ingest();

    await expectFaithful();
  });

  it("when a partition is rewritten, and when a new partition is created", async () => {
    await sql(PARTITIONED);
    await pipeline.ingest();
    await sql("VACUUM FULL t1");
    await sql("CREATE TABLE t3 PARTITION OF t FOR VALUES FROM (50) TO (90)");
    expect((await pipeline.ingest()).tables, "nothing is captured").to.deep.equal({});
    await sql(
      "CREATE TABLE t4 PARTITION OF t FOR VALUES FROM (90) TO (99); INSERT INTO t VALUES (91, 'x'), (51, 'y')",
    );
    await pipeline.ingest();

    expect(await capturedRows(pipeline, "t")).to.have.length(2);
    await expectFaithful();
  });

  it("when old tables with equal keys start to inherit from it", async () => {
    await sql(`${TABLE}; CREATE TABLE child (LIKE t); INSERT INTO child VALUES (1, 'child'), (2, 'child')`);
    await pipeline.ingest();
    await sql("ALTER TABLE child INHERIT t");
    await pipeline.ingest();
    await expectFaithful();
    await sql("UPDATE child SET v = 'updated' WHERE id = 1; DELETE FROM ONLY t WHERE id = 2");
    await pipeline.ingest();

    expect((await latest(pipeline, "t")).key).to.deep.equal([]);
    await expectFaithful();
  });

  const columns: readonly (readonly [string, string, Record<string, readonly string[]>, string])[] = [
    [
      "is added, with a default that no row was written for",
      "ADD w text DEFAULT 'there'",
      { added: ["w"] },
      "full, recapture",
    ],
    ["is renamed", "RENAME v TO w", { renamed: ["v → w"] }, "full, recapture"],
    ["of the key is renamed", "RENAME id TO key", { renamed: ["id → key"] }, "full, recapture"],
    [
      "is retyped without a rewrite",
      "ALTER v TYPE varchar",
      { retyped: ["v: text → character varying"] },
      "full, recapture",
    ],
    [
      "is dropped and added again",
      "DROP v, ADD v text DEFAULT 'other'",
      { added: ["v"], removed: ["v"] },
      "full, recapture",
    ],
    ["is dropped, which adds nothing", "DROP v", { removed: ["v"] }, "unchanged"],
  ];
  for (const [what, alter, changes, how] of columns) {
    it(`when a column ${what}`, async () => {
      await sql(TABLE);
      await pipeline.ingest();
      await sql(`ALTER TABLE t ${alter}`);
      await pipeline.ingest();

      expect(await mode()).to.equal(how);
      const [line] = pipeline.logged.filter(({ message }) => message === "the columns of a table changed");
      const none = { added: [], removed: [], renamed: [], retyped: [] };
      expect(line!.fields).to.deep.equal({ commit: 2, table: "t", ...none, ...changes });
      expect(pipeline.counted.get("SchemaChanges")).to.deep.equal([0, 1]);
      await expectFaithful();
    });
  }

  it("when the key's column is renamed, and deletes are found", async () => {
    await sql(TABLE);
    await pipeline.ingest();
    await sql("ALTER TABLE t RENAME id TO key; DELETE FROM t WHERE key = 4");
    await pipeline.ingest();

    expect((await latest(pipeline, "t")).deleted.rows).to.equal(1);
  });

  it("when two columns swap names, and when a value of an enumeration is renamed", async () => {
    await sql(
      "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE t (id int PRIMARY KEY, a text, b text, m mood); INSERT INTO t VALUES (1, 'a', 'b', 'sad')",
    );
    await pipeline.ingest();
    await sql("ALTER TABLE t RENAME a TO c; ALTER TABLE t RENAME b TO a; ALTER TABLE t RENAME c TO b");
    await pipeline.ingest();
    await expectFaithful();
    await sql("ALTER TYPE mood RENAME VALUE 'sad' TO 'low'");
    await pipeline.ingest();
    await expectFaithful();
    await sql("ALTER TYPE mood ADD VALUE 'glad'; INSERT INTO t VALUES (2, 'x', 'y', 'ok')");
    await pipeline.ingest();

    expect(await mode()).to.equal("delta");
  });

  it("when the key's index includes other columns, which are not part of the key", async () => {
    await sql(
      "CREATE TABLE t (id int, v text, PRIMARY KEY (id) INCLUDE (v)); INSERT INTO t VALUES (1, 'a'), (2, 'b')",
    );
    await pipeline.ingest();
    await sql("UPDATE t SET v = 'c' WHERE id = 1");
    await pipeline.ingest();

    expect(await latest(pipeline, "t")).to.deep.include({ key: ["id"], deleted: { rows: 0, files: [] } });
  });

  it("when it is called '..' or '.', and gets its own folder", async () => {
    await sql(
      'CREATE TABLE ".." (id int PRIMARY KEY); INSERT INTO ".." VALUES (1); CREATE TABLE "." (id int PRIMARY KEY); INSERT INTO "." VALUES (2)',
    );
    await pipeline.ingest();

    expect((await latest(pipeline, "..")).files[0]!.key).to.match(/^\d{4}\/\d\d\/\d\d\/%2E%2E\//);
    await expectFaithful("..");
    await expectFaithful(".");
  });
});
