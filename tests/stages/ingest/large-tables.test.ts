import { expect } from "chai";
import { connect } from "../../../local/databases/postgres/client";
import type { TableCapture } from "../../../domain/log/commit";
import { startHires, type HirePipeline } from "../../support/hires/pipeline";
import { replayed, sourceRows } from "../../support/pipeline/lake";
import type { IngestOptions, Pipeline } from "../../support/pipeline/pipeline";

/** Slices of some dozen rows, in files of a few rows. To the default settings, a terabyte would look like that. */
const SMALL: IngestOptions = { sliceBytes: 12_288, partBytes: 2048 };

async function ingestAll(
  pipeline: Pipeline,
  between: () => Promise<void> = () => Promise.resolve(),
): Promise<number> {
  for (let runs = 1; ; runs++) {
    const { more } = await pipeline.ingest(SMALL);
    if (more !== true) return runs;
    await between();
  }
}

/** Starts a pipeline of some hundred hires. */
async function startLarge(): Promise<HirePipeline> {
  const pipeline = await startHires();
  await pipeline.source.query(
    `INSERT INTO hire SELECT n, h.started_at, h.customer_id, h.bike_id, h.price, h.currency_code, h.paid, h.due
       FROM generate_series(41, 600) AS n JOIN hire AS h ON h.hire_id = 1 + n % 40`,
  );
  return pipeline;
}

const versions = async ({ warehouse }: Pipeline, of: string): Promise<number> =>
  Number((await warehouse.query<{ n: string }>(`SELECT count(*) AS n FROM ${of}`))[0]!.n);

describe("The first capture of a large table", function () {
  this.timeout(120_000);
  let pipeline: HirePipeline;
  beforeEach(async () => {
    pipeline = await startLarge();
  });
  afterEach(() => pipeline.close());

  /** The first capture of a table that has rows. */
  async function firstOf(table: string): Promise<TableCapture> {
    for (let number = 1; ; number++) {
      const capture = (await pipeline.ingested.log.read(number as never))!.tables[table]!;
      if (capture.rows > 0) return capture;
    }
  }

  it("is made in slices, each a commit with files of a bounded size, and the last completes the table", async () => {
    const runs = await ingestAll(pipeline);
    expect(runs).to.be.greaterThan(2);
    const { commit } = (await pipeline.ingested.log.head())!;
    expect(Object.values(commit.tables).every(({ slice }) => slice === null)).to.equal(true);
    expect((await pipeline.ingest(SMALL)).commit, "nothing is left").to.equal(null);

    const { slice, files, rows } = await firstOf("hire");
    expect(rows).to.equal(slice!.rows);
    expect(files.length).to.be.greaterThan(2);
    for (const { bytes } of files) expect(bytes).to.be.lessThan(2048 + 300);

    await pipeline.process();
    await pipeline.load();
    await pipeline.expectShown();
    expect(await versions(pipeline, "fact_hire")).to.equal(await versions(pipeline, "current_hire"));
  });

  it("stays correct during inserts, updates, deletes and moved keys on both sides", async () => {
    const { source } = pipeline;
    let round = 0;
    await ingestAll(pipeline, async () => {
      round += 1;
      // Writes at both ends of the table a moment later: to captured rows, and to rows that are not captured yet.
      await source.query(
        "UPDATE hire SET paid = NOT paid WHERE hire_id IN (1, $1, (SELECT max(hire_id) FROM hire))",
        [round * 20],
      );
      await source.query(
        "DELETE FROM hire WHERE hire_id IN (SELECT hire_id FROM hire WHERE hire_id % 7 = $1 ORDER BY 1 LIMIT 2)",
        [round % 7],
      );
      await source.query("UPDATE hire SET hire_id = 100000 + hire_id WHERE hire_id = $1", [round + 2]);
      await source.query(
        "UPDATE hire SET hire_id = -$1::int WHERE hire_id = (SELECT max(hire_id) FROM hire WHERE hire_id < 100000)",
        [round],
      );
      await pipeline.process();
      await pipeline.load();
    });
    await pipeline.process();
    await pipeline.load();

    expect(round).to.be.greaterThan(2);
    await pipeline.expectShown();
  });

  it("continues without writes in the source, and only a first capture is sliced", async () => {
    await pipeline.ingest(SMALL);
    const second = await pipeline.ingest(SMALL);
    expect(second.commit).to.equal(2);
    await ingestAll(pipeline);
    await pipeline.source.query(
      "CREATE TABLE keyless AS SELECT * FROM hire; GRANT SELECT ON keyless TO reader",
    );

    const report = await pipeline.ingest(SMALL);

    expect(report.more, "a table without a key is taken whole").to.equal(undefined);
    expect(report.tables["keyless"]!.rows).to.equal(
      Number((await pipeline.source.query<{ n: string }>("SELECT count(*) AS n FROM keyless"))[0]!.n),
    );
  });

  it("captures rows of an open writer in the overlap once, within the slice and beyond it", async () => {
    const { source } = pipeline;
    const writer = await connect(source.url);
    await writer.query("BEGIN; UPDATE depot SET manager = 'open' WHERE depot_id = 1");
    await source.query("UPDATE hire SET paid = NOT paid");
    await pipeline.ingest(SMALL);
    await pipeline.ingest(SMALL);
    await writer.query("COMMIT");
    await writer.end();
    await ingestAll(pipeline);
    await pipeline.process();
    await pipeline.load();

    await pipeline.expectShown();
    expect(await versions(pipeline, "fact_hire")).to.equal(await versions(pipeline, "current_hire"));
  });

  it("takes about a slice of all tables together in a run, the small tables first", async () => {
    const { source } = pipeline;
    for (let table = 1; table <= 20; table++) {
      await source.query(`CREATE TABLE many_${table} (id int PRIMARY KEY, v text);
        INSERT INTO many_${table} SELECT i, repeat('x', 1000) FROM generate_series(1, 6) i`);
    }
    const runs = await ingestAll(pipeline);

    const order: string[] = [];
    for (let number = 1; number <= runs; number++) {
      const { tables } = (await pipeline.ingested.log.read(number as never))!;
      const captured = Object.entries(tables).filter(([, { rows }]) => rows > 0);
      expect(captured.length, `tables in commit ${number}`).to.be.lessThanOrEqual(2);
      order.push(...captured.map(([name]) => name));
    }
    expect(new Set(order).size).to.equal(26);
    expect(order.indexOf("depot")).to.be.lessThan(order.indexOf("hire"));
    await pipeline.process();
    await pipeline.load();
    await pipeline.expectShown();
  });

  it("continues in slices when a partition is added, and when the rows are rewritten", async () => {
    const { source } = pipeline;
    await source.query(`CREATE TABLE parted (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
      CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (1000);
      INSERT INTO parted SELECT i, repeat('x', 500) FROM generate_series(1, 200) i`);
    const between = [
      "CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (1000) TO (2000); INSERT INTO parted VALUES (1001, 'new')",
      "VACUUM FULL parted_1",
    ];
    let captured = 0;
    await ingestAll(pipeline, async () => {
      const { tables } = (await pipeline.ingested.log.head())!.commit;
      const { rows, slice } = tables["parted"]!;
      if (slice === null || rows === 0) return;
      captured = Math.max(captured, rows);
      await source.query(between.shift() ?? "SELECT");
    });

    expect(between, "both happened while the table was captured").to.deep.equal([]);
    expect(captured, "rows in a commit").to.be.lessThan(100);
    expect(pipeline.logged.filter(({ level }) => level === "warn")).to.deep.equal([]);
    expect(await replayed(pipeline, "parted")).to.deep.equal(await sourceRows(source, "parted"));
  });

  it("takes composite and text keys in their order", async () => {
    await pipeline.source.query(`
      CREATE TABLE pairs (a text, b int, PRIMARY KEY (a, b));
      INSERT INTO pairs SELECT chr(97 + i % 5) || '''"' , i FROM generate_series(1, 400) i;
      GRANT SELECT ON pairs TO reader`);
    await ingestAll(pipeline);
    let rows = 0;
    const { number } = (await pipeline.ingested.log.head())!;
    for (let commit = 1; commit <= number; commit++)
      rows += (await pipeline.ingested.log.read(commit as never))!.tables["pairs"]!.rows;

    expect(rows).to.equal(400);
    await pipeline.source.query("DELETE FROM pairs WHERE b IN (5, 300)");
    expect((await pipeline.ingest(SMALL)).tables).to.deep.equal({ pairs: { rows: 0, deleted: 2 } });
  });
});

describe("The work on a large commit", () => {
  let pipeline: HirePipeline;
  let taskKeys: string[];
  beforeEach(async () => {
    pipeline = await startLarge();
    taskKeys = [];
    pipeline.s3.onObjectCreated(({ key }) => {
      if (key.startsWith("tasks/")) taskKeys.push(key);
    });
    await pipeline.ingest({ partBytes: 1024 });
  });
  afterEach(() => pipeline.close());

  it("gives the same result as tasks and inline", async () => {
    await pipeline.process({ taskBytes: 0 });
    await pipeline.load();

    await pipeline.expectShown();
    expect(taskKeys.length).to.be.greaterThan(20);
  });

  it("continues with the open tasks after a time-out", async () => {
    let tasks = 0;
    const stopped = await pipeline.process({ taskBytes: 0, hasTime: () => tasks++ < 6 });
    expect(stopped.commits).to.deep.equal([]);
    expect(await pipeline.processed.log.head()).to.equal(undefined);
    const before = pipeline.logged.filter(({ message }) => message === "transformed a file").length;
    expect(before).to.equal(5);

    await pipeline.process({ taskBytes: 0 });
    await pipeline.load();

    const all = pipeline.logged.filter(({ message }) => message === "transformed a file").length;
    expect(all, "no task was done twice").to.equal(taskKeys.length);
    await pipeline.expectShown();
  });

  it("is shared by two parallel runs, whichever is first", async () => {
    await Promise.all([pipeline.process({ taskBytes: 0 }), pipeline.process({ taskBytes: 0 })]);
    await pipeline.load();

    await pipeline.expectShown();
  });

  it("keeps the rejected rows of every task", async () => {
    await pipeline.source.query("UPDATE hire SET due = 'never' WHERE hire_id % 10 = 0");
    await pipeline.ingest({ partBytes: 1024 });

    const { rejected } = await pipeline.process({ taskBytes: 0 });

    const [row] = await pipeline.source.query<{ n: string }>(
      "SELECT count(*) AS n FROM hire WHERE hire_id % 10 = 0",
    );
    expect(rejected).to.equal(Number(row!.n));
  });
});
