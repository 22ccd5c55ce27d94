import { expect } from "chai";
import { runTaskMessages } from "../../../stages/process/tasks/task-message";
import { monotonicClock } from "../../../stages/shared/clock";
import { cuttingAt } from "../../support/postgres/cut-connection";
import { failureOf } from "../../support/failure";
import {
  expectMirrored,
  expectSame,
  noModel,
  startMirror,
  type MirrorPipeline,
} from "../../support/oracle/mirrored";

const TABLES = `
  CREATE TABLE t (a int, b text, c numeric(5,2), PRIMARY KEY (a, b));
  INSERT INTO t SELECT n, 'b' || n, n FROM generate_series(1, 50) AS n;
  CREATE TABLE note (text text);
  INSERT INTO note VALUES ('x'), ('x'), (NULL)`;

/** A change, what it does to both tables, and their columns. */
const STEPS: readonly string[] = [
  "UPDATE t SET c = 0 WHERE a % 5 = 0; DELETE FROM t WHERE a = 1; INSERT INTO note VALUES ('y')",
  "ALTER TABLE t RENAME c TO d; ALTER TABLE t ADD e date DEFAULT '2024-01-01'; UPDATE note SET text = 'z' WHERE text = 'y'",
  "ALTER TABLE t ALTER d TYPE numeric(9,4); DELETE FROM t WHERE a = 2; INSERT INTO t (a, b) VALUES (99, '')",
];

describe("The mirror", function () {
  this.timeout(60_000);
  let pipeline: MirrorPipeline;
  beforeEach(async () => {
    pipeline = await startMirror();
    await pipeline.sql(TABLES);
  });
  afterEach(() => pipeline.close());

  const withHistory = async (): Promise<void> => {
    await pipeline.mirror();
    for (const step of STEPS) {
      await pipeline.sql(step);
      await pipeline.mirror();
    }
  };

  it("is exact after a load that was killed at any statement", async () => {
    await pipeline.mirror();
    for (const step of STEPS) {
      await pipeline.sql(step);
      await pipeline.ingest();
    }
    await pipeline.process();
    let killed = 0;
    for (let statement = 3; ; statement += 4) {
      const outcome = await cuttingAt(statement, () => pipeline.load());
      if (outcome.state === "done") break;
      killed += 1;
    }

    expect(killed).to.be.greaterThan(10);
    await expectMirrored(pipeline);
  });

  it("is rebuilt with the warehouse and the views on it, and readers see the old rows until then", async () => {
    await withHistory();
    await pipeline.warehouse.query(
      "CREATE VIEW sums AS SELECT sum(d) AS d FROM mirror.t; UPDATE mirror.t SET d = 7; DROP TABLE mirror.note",
    );
    let commits = 0;
    const first = await pipeline.load({ replay: {}, hasTime: () => commits++ < 2 });
    expect(first.replay?.state).to.equal("underway");
    expect(await pipeline.warehouse.query("SELECT FROM mirror.t WHERE d = 7")).to.not.be.empty;

    const { replay } = await pipeline.load();

    expect(replay?.state).to.equal("done");
    await expectMirrored(pipeline);
    const [sums] = await pipeline.warehouse.query(
      "SELECT d = (SELECT sum(d) FROM mirror.t) AS same FROM sums",
    );
    expect(sums).to.deep.equal({ same: true });
    await pipeline.sql("INSERT INTO note VALUES ('after')");
    await pipeline.mirror();
    await expectMirrored(pipeline);
    const schemas = await pipeline.warehouse.query<{ name: string }>(
      "SELECT nspname AS name FROM pg_namespace WHERE nspname LIKE 'mirror%' ORDER BY 1",
    );
    expect(schemas.map(({ name }) => name.slice(0, 14))).to.deep.equal(["mirror", "mirror_before_"]);
  });

  it("is made again table by table, in place", async () => {
    await withHistory();
    await pipeline.warehouse.query("DELETE FROM mirror.t WHERE a > 20; DROP TABLE mirror.note");

    await pipeline.load({ replay: { tables: ["mirror.t", "mirror.note"] } });
    await expectMirrored(pipeline);
    await pipeline.sql("DELETE FROM t WHERE a = 30");
    await pipeline.mirror();
    await expectMirrored(pipeline);
  });

  it("refuses with the remedy a table that somebody changed, dropped, or created first", async () => {
    await pipeline.mirror();
    await pipeline.warehouse.query("DELETE FROM mirror.t WHERE a = 5");
    await pipeline.sql("DELETE FROM t WHERE a = 5");
    expect((await failureOf(pipeline.mirror())).message).to.include(
      'the mirror of t would have 50 rows, but the source had 49: somebody has changed "mirror"."t". ' +
        'To make it again, run `npm run operate -- replay --table mirror.t --yes` (in AWS, invoke load with {"replay":{"tables":["mirror.t"]}})',
    );
    await pipeline.load({ replay: { tables: ["mirror.t"] } });
    await pipeline.warehouse.query("DROP TABLE mirror.t");
    expect((await failureOf(pipeline.load())).message).to.include('the mirror "mirror"."t" is gone');
    await pipeline.load({ replay: { tables: ["mirror.t"] } });
    await pipeline.load();
    await expectMirrored(pipeline);

    await pipeline.warehouse.query("CREATE TABLE mirror.mine (x int)");
    await pipeline.sql("CREATE TABLE mine (id int PRIMARY KEY)");
    expect((await failureOf(pipeline.mirror())).message).to.include(
      '"mirror"."mine" is not a mirror of the warehouse in the schema public, and the mirror of the table mine would take ' +
        "its place: set marble:mirrorSchema to another schema",
    );
    await pipeline.warehouse.query("DROP TABLE mirror.mine");
    await pipeline.load();
    await expectMirrored(pipeline);
  });

  it("names the missing GRANT of the warehouse role, and works in an existing schema", async () => {
    const role = `${pipeline.warehouse.name}_loader`;
    await pipeline.warehouse.query(`
      CREATE ROLE ${role} LOGIN PASSWORD 'x'; GRANT USAGE, CREATE ON SCHEMA public TO ${role}`);
    const url = new URL(pipeline.warehouse.url);
    Object.assign(url, { username: role, password: "x" });
    const database = { ...pipeline.warehouse, url: url.href };
    try {
      await pipeline.ingest();
      await pipeline.process();
      expect((await failureOf(pipeline.load({ database }))).message).to.include(
        `the schema mirror does not exist, and "${role}" may not create it: GRANT CREATE ON DATABASE`,
      );
      await pipeline.warehouse.query(`CREATE SCHEMA mirror AUTHORIZATION ${role}`);
      await pipeline.load({ database });
      await expectMirrored(pipeline);
    } finally {
      await pipeline.warehouse.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    }
  });

  it("has the captured rows while a table is captured in slices", async () => {
    await pipeline.sql("INSERT INTO t SELECT n, repeat('x', 200), 1 FROM generate_series(100, 2000) AS n");
    const rows: number[] = [];
    for (let turn = 0; turn < 30; turn++) {
      const { more } = await pipeline.ingest({ sliceBytes: 100_000 });
      await pipeline.process();
      await pipeline.load();
      rows.push((await pipeline.warehouse.query("SELECT FROM mirror.t")).length);
      await pipeline.sql(
        "UPDATE t SET c = c + 1 WHERE a % 10 = 3; DELETE FROM t WHERE a = (SELECT min(a) FROM t); INSERT INTO t VALUES (0, 'x' || random(), 1)",
      );
      if (more !== true) break;
    }
    await pipeline.mirror();

    expect(rows.length).to.be.greaterThan(3);
    expect([...rows].sort((a, b) => a - b)).to.deep.equal(rows);
    await expectMirrored(pipeline);
  });

  it("is the same when a large commit is processed as tasks", async () => {
    await pipeline.ingest({ partBytes: 200 });
    await pipeline.process({ taskBytes: 1 });
    await pipeline.load();
    const tasks = await pipeline.processed.store.keys("tasks/");
    expect(tasks.filter((key) => key.includes("mirror.t"))).to.not.be.empty;
    await expectMirrored(pipeline);
  });

  it("is the same when workers take the tasks", async () => {
    const queue: string[] = [];
    pipeline.s3.onObjectCreated(({ key }) => {
      if (key.startsWith("task-messages/")) queue.push(key);
    });
    await pipeline.ingest({ partBytes: 200 });
    const { ingested, processed } = pipeline;
    const telemetry = { info: () => undefined, warn: () => undefined, count: () => undefined };
    let byOthers = 0;
    const pause = async (): Promise<void> => {
      const context = {
        ingested,
        processed,
        model: noModel,
        telemetry,
        now: monotonicClock(),
        hasTime: () => true,
      };
      const { tables } = await runTaskMessages(queue.splice(0), context);
      byOthers += Object.keys(tables).length;
    };
    await pipeline.process({ taskBytes: 0, workers: 2, pause });
    await pipeline.load();

    expect(byOthers).to.be.greaterThan(0);
    await expectMirrored(pipeline);
  });

  it("keeps its rows for a table that the delete guard stops, and says so", async () => {
    await pipeline.mirror();
    await pipeline.sql("DELETE FROM t WHERE a > 5; INSERT INTO note VALUES ('new')");
    await pipeline.mirror();

    expect(await pipeline.warehouse.query("SELECT FROM mirror.t")).to.have.length(50);
    await expectSame(pipeline, "note");
    const [held] = await pipeline.warehouse.query<{ reason: string }>(
      "SELECT reason FROM marble_table WHERE warehouse_table = 'mirror.t' AND NOT is_current",
    );
    expect(held!.reason).to.include("mirror.t is held");
    await pipeline.ingest({ allowDeletes: ["t"] });
    await pipeline.process();
    await pipeline.load();
    await expectMirrored(pipeline);
  });
});
