import { expect } from "chai";
import { identifier } from "../../../domain/sql";
import { expectMirrored, mirrorsAfterFirstRun, type MirrorPipeline } from "../../support/oracle/mirrored";
import { failureOf } from "../../support/failure";

const TABLE = `
  CREATE TABLE t (id int PRIMARY KEY, a int, b varchar(5), c text NOT NULL, d numeric(5,2));
  INSERT INTO t SELECT n, n, 'b' || n, 'c' || n, n FROM generate_series(1, 9) AS n;`;
const TABLES = `${TABLE}
  CREATE TABLE other (id int PRIMARY KEY);
  INSERT INTO other VALUES (1)`;

const start = mirrorsAfterFirstRun(TABLES);

/** What can be done to a table. */
const CHANGES: readonly (readonly [title: string, sql: string])[] = [
  ["a column is added", "ALTER TABLE t ADD e date"],
  ["a column with a default is added", "ALTER TABLE t ADD e int NOT NULL DEFAULT 7"],
  ["a column is dropped", "ALTER TABLE t DROP a"],
  [
    "a column is dropped and added with the same name",
    "ALTER TABLE t DROP a; ALTER TABLE t ADD a text DEFAULT 'x'",
  ],
  ["a column is renamed", "ALTER TABLE t RENAME a TO z"],
  [
    "two columns change their names",
    "ALTER TABLE t RENAME b TO x; ALTER TABLE t RENAME c TO b; ALTER TABLE t RENAME x TO c",
  ],
  ["the column of the key is renamed", "ALTER TABLE t RENAME id TO key"],
  ["a column takes the name of one that is dropped", "ALTER TABLE t DROP a; ALTER TABLE t RENAME b TO a"],
  [
    "a column is widened",
    "ALTER TABLE t ALTER a TYPE bigint, ALTER b TYPE varchar(50), ALTER d TYPE numeric(9,3)",
  ],
  ["the column of the key is widened", "ALTER TABLE t ALTER id TYPE bigint"],
  ["a column becomes one of another type", "ALTER TABLE t ALTER a TYPE timestamptz USING to_timestamp(a)"],
  [
    "a column may be NULL no more, and another may",
    "UPDATE t SET a = 0; ALTER TABLE t ALTER a SET NOT NULL, ALTER c DROP NOT NULL; INSERT INTO t (id, a) VALUES (50, 1)",
  ],
  ["the table gets a comment", "COMMENT ON TABLE t IS 'of many rows'"],
  ["a column gets a comment", "COMMENT ON COLUMN t.a IS 'it''s a \\ comment'"],
  ["the key becomes another", "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (c, id)"],
  ["the key goes", "ALTER TABLE t DROP CONSTRAINT t_pkey, ALTER id DROP NOT NULL"],
  ["the column of the key is dropped", "ALTER TABLE t DROP id"],
  [
    "all of its rows are rewritten",
    "CREATE TABLE kept AS TABLE t; TRUNCATE t; INSERT INTO t SELECT * FROM kept WHERE id > 3; DROP TABLE kept",
  ],
  [
    "another table takes its name",
    "ALTER TABLE t RENAME TO old; CREATE TABLE t (id int PRIMARY KEY, c int, a text); INSERT INTO t SELECT id, 1, 'new' FROM old",
  ],
  [
    "it has no rows when it is changed",
    "DELETE FROM t WHERE id > 4; ALTER TABLE t ADD e int NOT NULL DEFAULT 1",
  ],
];

/** The same SQL for a table whose name is the title of a change, so that a failure names the change. */
const forTable = (title: string, sql: string): string =>
  sql.replaceAll(/\bt_pkey\b/g, identifier(`${title}_pkey`)).replaceAll(/\bt\b/g, identifier(title));

describe("The mirror of a table changes automatically when", function () {
  this.timeout(60_000);
  let pipeline: MirrorPipeline;
  beforeEach(async () => {
    pipeline = await start();
  });
  afterEach(() => pipeline.close());

  it(`it is changed in one of ${CHANGES.length} ways`, async () => {
    for (const [title] of CHANGES) await pipeline.sql(forTable(title, TABLE));
    await pipeline.mirror();
    for (const [title, sql] of CHANGES) await pipeline.sql(forTable(title, sql));
    await pipeline.mirror();
    await expectMirrored(pipeline);

    // The next changes are right too.
    for (const [title] of CHANGES)
      await pipeline.sql(forTable(title, "DELETE FROM t WHERE ctid IN (SELECT ctid FROM t LIMIT 1)"));
    await pipeline.mirror();
    await expectMirrored(pipeline);
  });

  it("its key is dropped, and rows are updated, deleted and duplicated", async () => {
    await pipeline.sql("ALTER TABLE t DROP CONSTRAINT t_pkey");
    await pipeline.mirror();
    for (const sql of [
      "INSERT INTO t SELECT * FROM t WHERE id = 3",
      "UPDATE t SET b = 'x' WHERE id = 4",
      "DELETE FROM t WHERE id = 5",
      "UPDATE t SET b = 'y' WHERE id = 3; DELETE FROM t WHERE id = 6; INSERT INTO t (id, c) VALUES (3, 'third')",
    ]) {
      await pipeline.sql(sql);
      await pipeline.mirror();
      await expectMirrored(pipeline);
    }
  });

  it("several changes come together, while process and load do not run", async () => {
    for (const sql of [
      "ALTER TABLE t ADD e int DEFAULT 3; DELETE FROM t WHERE id = 1",
      "ALTER TABLE t RENAME e TO f; UPDATE t SET f = 4 WHERE id = 2",
      "ALTER TABLE t DROP b; INSERT INTO t (id, c) VALUES (20, 'x')",
      "ALTER TABLE t ALTER a TYPE text; DELETE FROM t WHERE id = 3",
    ]) {
      await pipeline.sql(sql);
      await pipeline.ingest();
    }
    await pipeline.process();
    await pipeline.load();
    await expectMirrored(pipeline);
  });
});

describe("Views on the mirror", function () {
  this.timeout(60_000);
  let pipeline: MirrorPipeline;
  beforeEach(async () => {
    pipeline = await start();
    await pipeline.warehouse.query(`
      CREATE ROLE ${pipeline.warehouse.name}_analyst;
      CREATE VIEW sums AS SELECT a, d * 2 AS twice FROM mirror.t;
      CREATE VIEW public.above AS SELECT max(twice) AS most FROM sums;
      COMMENT ON VIEW sums IS 'Sums.';
      GRANT SELECT ON sums TO ${pipeline.warehouse.name}_analyst`);
  });
  afterEach(async () => {
    const role = `${pipeline.warehouse.name}_analyst`;
    await pipeline.warehouse.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    await pipeline.close();
  });

  it("stay, with grants and comments, when a column that they read is widened or another is dropped", async () => {
    await pipeline.sql(
      "ALTER TABLE t ALTER d TYPE numeric(20,5), DROP b; UPDATE t SET d = 1000.5 WHERE id = 1",
    );
    await pipeline.mirror();

    await expectMirrored(pipeline);
    const [row] = await pipeline.warehouse.query(
      `SELECT most::text, obj_description('sums'::regclass) AS comment,
              has_table_privilege('${pipeline.warehouse.name}_analyst', 'sums', 'SELECT') AS granted FROM above`,
    );
    expect(row).to.deep.equal({ most: "2001.00000", comment: "Sums.", granted: true });
  });

  it("stop the load with the remedy when the source drops a column that they read", async () => {
    await pipeline.sql("ALTER TABLE t DROP a; INSERT INTO other VALUES (9)");
    const { message } = await failureOf(pipeline.mirror());
    expect(message)
      .to.include("the view public.sums cannot be created")
      .and.to.include("change or drop the view");
    expect(
      await pipeline.warehouse.query("SELECT FROM mirror.other"),
      "nothing of the commit is there",
    ).to.have.length(1);

    await pipeline.warehouse.query("DROP VIEW sums CASCADE; CREATE VIEW sums AS SELECT 1 AS one");
    await pipeline.load();
    await expectMirrored(pipeline);
  });
});
