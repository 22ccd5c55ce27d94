import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, withClient } from "../../../local/databases/postgres/client";
import { failureOf } from "../../support/failure";
import {
  copyCluster,
  movableSource,
  removeCluster,
  seededCluster,
  startCluster,
  startStandby,
  type MovableSource,
  type TestCluster,
} from "../../support/postgres/cluster";
import { actualRows, expectedRows } from "../../support/oracle/expected-warehouse";
import { latest, replayed, sourceRows } from "../../support/pipeline/lake";
import { startPipeline, type Pipeline } from "../../support/pipeline/pipeline";

const RESTARTED = "the server was restarted, maybe on other data";

describe("A changed source is detected, and no delta is wrong", function () {
  this.timeout(120_000);
  let base: string;
  let source: MovableSource;
  let pipeline: Pipeline;
  const clusters = new Set<TestCluster>();
  const directories = new Set<string>();

  before(async () => {
    base = await seededCluster();
  });
  after(() => removeCluster(base));
  beforeEach(async () => {
    source = movableSource();
    pipeline = await startPipeline({ source });
  });
  afterEach(async () => {
    await pipeline.close();
    for (const cluster of clusters) await cluster.stop();
    for (const directory of directories) await removeCluster(directory);
    clusters.clear();
    directories.clear();
  });

  const copied = async (directory: string): Promise<string> => {
    const copy = await copyCluster(directory);
    directories.add(copy);
    return copy;
  };
  const start = async (directory: string): Promise<TestCluster> => {
    const cluster = await startCluster(directory);
    directories.add(directory);
    clusters.add(cluster);
    return cluster;
  };
  const standbyOf = async (primary: TestCluster, directory: string): Promise<TestCluster> => {
    const cluster = await startStandby(directory, primary);
    clusters.add(cluster);
    return cluster;
  };

  /** The last full capture, as it was logged. */
  const reason = (): unknown =>
    pipeline.logged.filter(({ message }) => message === "capturing every table in full").at(-1)?.fields[
      "reason"
    ];
  const versions = async (): Promise<number> => {
    const [row] = await pipeline.warehouse.query<{ n: string }>(
      "SELECT (SELECT count(*) FROM fact_sales_order) + (SELECT count(*) FROM fact_payment) AS n",
    );
    return Number(row!.n);
  };
  const expectRight = async (): Promise<void> => {
    for (const table of ["sales_order", "payment", "department", "transaction"])
      expect(await replayed(pipeline, table), table).to.deep.equal(await sourceRows(source, table));
    expect(await actualRows(pipeline.warehouse)).to.deep.equal(await expectedRows(source));
  };
  const setUnits = (order: number, units: number): Promise<unknown> =>
    source.query("UPDATE sales_order SET units_sold = $2 WHERE sales_order_id = $1", [order, units]);
  const takeIds = async (count: number): Promise<void> => {
    for (let taken = 0; taken < count; taken++) await source.query("SELECT pg_current_xact_id()");
  };

  it("after a restart: every table is captured in full, and no fact gets a second version", async () => {
    const first = await start(await copied(base));
    await source.moveTo(first);
    await pipeline.run();
    const before = await versions();
    await source.leave();
    await first.stop();
    await source.moveTo(await start(first.directory));
    await setUnits(2, 777);
    await pipeline.run();

    expect(reason()).to.equal(RESTARTED);
    expect(await versions()).to.equal(before + 1);
    await expectRight();
  });

  /** Runs, makes a backup, changes and runs, and restores the backup. */
  const restore = async (): Promise<void> => {
    const first = await start(await copied(base));
    await source.moveTo(first);
    await pipeline.run();
    await source.leave();
    await first.stop();
    const backup = await copied(first.directory);
    await source.moveTo(await start(first.directory));
    await setUnits(3, 501);
    await setUnits(4, 502);
    await source.query("DELETE FROM payment WHERE payment_id = 6");
    await source.query("INSERT INTO department (department_name, last_updated) VALUES ('lost', now())");
    await pipeline.run();
    await source.moveTo(await start(backup));
  };

  it("after it was restored from a backup", async () => {
    await restore();
    const before = await versions();
    await pipeline.run();

    expect(reason()).to.equal("the source went back in time");
    expect((await latest(pipeline, "department")).deleted.rows).to.equal(1);
    expect(await versions(), "two orders are as they were, one payment is back").to.equal(before + 3);
    await expectRight();
  });

  it("after it was restored from a backup whose transaction ids have overtaken ours", async () => {
    await restore();
    const before = await versions();
    await setUnits(3, 601);
    await setUnits(5, 602);
    await source.query("INSERT INTO department (department_name, last_updated) VALUES ('other', now())");
    await takeIds(30);
    await pipeline.run();

    await expectRight();
    expect(await versions(), "three orders, and a payment that is back").to.equal(before + 4);
    expect(reason()).to.equal(RESTARTED);
  });

  it("also without a visible restart: when the counts show it, the table is captured in full", async () => {
    await restore();
    await source.query(
      "INSERT INTO department (department_name, last_updated) VALUES ('other', now()), ('one more', now())",
    );
    await takeIds(30);
    const head = (await pipeline.ingested.log.head())!;
    const [row] = await source.query<{ at: string }>(
      "SELECT set_config('timezone', 'UTC', false), pg_postmaster_start_time()::text AS at",
    );
    const { commit } = head;
    const pretended = { ...commit, number: 3, source: { ...commit.source, startedAt: row!.at } };
    await pipeline.ingested.log.append(3 as typeof head.number, {
      ...pretended,
      tables: Object.fromEntries(
        Object.entries(commit.tables).map(([name, table]) => [
          name,
          { ...table, mode: "unchanged" as const, rows: 0, files: [], deleted: { rows: 0, files: [] } },
        ]),
      ),
    });
    await pipeline.run();

    expect((await latest(pipeline, "department")).mode).to.equal("full");
    const warned = pipeline.logged.filter(
      ({ level, message }) => level === "warn" && message.includes("in full"),
    );
    expect(warned.map(({ fields }) => fields["table"])).to.include("department");
    expect(await replayed(pipeline, "department")).to.deep.equal(await sourceRows(source, "department"));
  });

  /** A secret may lead to the wrong database, so a person has to confirm the new one. */
  async function refusesUntilAllowed(): Promise<void> {
    const before = (await pipeline.ingested.log.head())?.number;
    const { message } = await failureOf(pipeline.ingest());
    expect(message).to.match(
      /^the source is the schema public of the database .* in the cluster \d+, but this lake was captured from/,
    );
    expect(message).to.include(
      'run `npm run local -- --once --allow-other-source` (in AWS, invoke ingest with {"allowOtherSource":true})',
    );
    expect((await pipeline.ingested.log.head())?.number, "nothing was committed").to.equal(before);
    await pipeline.ingest({ allowOtherSource: true });
    await pipeline.run();
  }

  it("when it is another cluster with the same data", async () => {
    await source.moveTo(await start(await copied(base)));
    await pipeline.run();
    const before = await versions();
    await source.moveTo(await start(await seededCluster()));
    await setUnits(3, 502);
    await source.query("DELETE FROM payment WHERE payment_id = 6");
    await refusesUntilAllowed();

    expect(reason()).to.equal("the source is another database than before");
    expect((await latest(pipeline, "payment")).deleted.rows).to.equal(1);
    expect(await versions()).to.equal(before + 1);
    await expectRight();
  });

  it("when the database has a new name", async () => {
    const cluster = await start(await copied(base));
    await source.moveTo(cluster);
    await pipeline.run();
    const before = await versions();
    await source.leave();
    await withClient(cluster.server.url("postgres"), (admin) =>
      admin.query("ALTER DATABASE totesys RENAME TO totesys_16"),
    );
    await source.moveTo(cluster, "totesys_16");
    await setUnits(3, 503);
    await refusesUntilAllowed();

    expect(reason()).to.equal("the source is another database than before");
    expect(await versions()).to.equal(before + 1);
    await expectRight();
  });

  /** Waits until a standby has all that its primary wrote. */
  const caughtUp = async (primary: TestCluster, standby: TestCluster): Promise<void> => {
    const [from, to] = [
      await connect(primary.server.url("totesys")),
      await connect(standby.server.url("totesys")),
    ];
    const { rows } = await from.query<{ lsn: string }>("SELECT pg_current_wal_lsn()::text AS lsn");
    let done = false;
    while (!done) {
      await sleep(50);
      const result = await to.query<{ done: boolean }>(
        "SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS done",
        [rows[0]!.lsn],
      );
      done = result.rows[0]!.done;
    }
    await from.end();
    await to.end();
  };

  it("but a standby as the source gives deltas, including late commits", async () => {
    const primary = await start(await copied(base));
    await primary.stop();
    const copy = await copied(primary.directory);
    const running = await start(primary.directory);
    const standby = await standbyOf(running, copy);
    await source.moveTo(standby);
    await caughtUp(running, standby);
    await pipeline.run();

    const long = await connect(running.server.url("totesys"));
    await long.query("BEGIN; UPDATE sales_order SET units_sold = 901 WHERE sales_order_id = 3; SAVEPOINT s");
    await long.query("UPDATE sales_order SET units_sold = 902 WHERE sales_order_id = 4");
    await withClient(running.server.url("totesys"), (client) =>
      client.query("UPDATE sales_order SET units_sold = 903 WHERE sales_order_id = 5"),
    );
    await caughtUp(running, standby);
    await pipeline.run();
    expect(await latest(pipeline, "sales_order")).to.include({ mode: "delta", rows: 1, recapture: false });
    await expectRight();

    await long.query("COMMIT");
    await long.end();
    await caughtUp(running, standby);
    await pipeline.run();
    expect(await latest(pipeline, "sales_order")).to.include({ mode: "delta", rows: 2, recapture: false });
    await expectRight();
  });

  it("after a failover to a standby that lacks the last captured rows", async () => {
    const primary = await start(await copied(base));
    await source.moveTo(primary);
    await pipeline.run();
    await source.leave();
    await primary.stop();
    const copy = await copied(primary.directory);
    const running = await start(primary.directory);
    await source.moveTo(running);
    await setUnits(3, 501);
    await source.query("INSERT INTO department (department_name, last_updated) VALUES ('lost', now())");
    await pipeline.run();
    const before = await versions();
    const standby = await standbyOf(
      { ...running, server: { ...running.server, url: () => "postgresql://postgres:x@127.0.0.1:1/x" } },
      copy,
    );
    await source.moveTo(standby);
    await source.query("SELECT pg_promote()");
    await setUnits(3, 601);
    await takeIds(30);
    await pipeline.run();

    expect(reason()).to.match(/failed over|restarted/);
    expect(await versions()).to.equal(before + 1);
    await expectRight();
  });
});
