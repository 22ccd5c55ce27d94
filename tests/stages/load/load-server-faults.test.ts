import { expect } from "chai";
import { execFile } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { MarbleError, TransientError } from "../../../domain/errors";
import { serverAccount } from "../../../local/databases/postgres/account";
import { findBinaries } from "../../../local/databases/postgres/binaries";
import { connect } from "../../../local/databases/postgres/client";
import { dataDirectoryArgument, openCluster } from "../../../local/databases/postgres/cluster";
import { isAlive, readServerState } from "../../../local/databases/postgres/orphan";
import { endServer, launchServer } from "../../../local/databases/postgres/process";
import { startPostgres } from "../../../local/databases/postgres/server";
import { urlOf } from "../../../local/databases/postgres/url";
import { failureOf } from "../../support/failure";
import { expectTables } from "../../support/hires/expected";
import { startHiresAfterFirstRun, type HirePipeline } from "../../support/hires/pipeline";
import type { TestDatabase } from "../../support/postgres/postgres";
import { startPostgresProxy, type Statement, type Verdict } from "../../support/postgres/postgres-proxy";

describe("A load into a failing server", function () {
  this.timeout(120_000);
  let pipeline: HirePipeline;
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "marble-warehouse-"));
    // The account of the server must be able to reach its data.
    await chmod(directory, 0o755);
    pipeline = await startHiresAfterFirstRun({ until: "process" });
  });
  afterEach(async () => {
    await pipeline.close();
    await rm(directory, { recursive: true, force: true });
  });

  /** A database on another server than the databases of the tests. */
  const onServer = async <T>(url: string, work: (warehouse: TestDatabase) => Promise<T>): Promise<T> => {
    const client = await connect(url);
    client.on("error", () => undefined);
    const query = async <R>(sql: string, values?: unknown[]): Promise<R[]> =>
      (await client.query(sql, values)).rows as R[];
    const drop = (): Promise<void> => Promise.resolve();
    try {
      return await work({ name: "postgres", url, readerUrl: url, client, query, drop });
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  const expectLoadedOnce = (url: string): Promise<void> =>
    onServer(url, async (warehouse) => {
      await expectTables({ source: pipeline.source, warehouse });
      const [found] = await warehouse.query<object>(
        "SELECT (SELECT count(*)::int FROM marble_ledger) AS commits, (SELECT count(*) = count(DISTINCT hire_id) FROM fact_hire) AS once",
      );
      const head = await pipeline.processed.log.head();
      expect(found).to.deep.equal({ commits: head?.number, once: true });
    });

  const moments: readonly (readonly [string, (statement: Statement) => boolean])[] = [
    ["while rows are copied", ({ kind }) => kind === "copyDone"],
    [
      "before the ledger is written",
      ({ sql }) => sql.startsWith("INSERT INTO") && sql.includes("marble_ledger"),
    ],
    ["before COMMIT", ({ sql }) => sql === "COMMIT"],
  ];
  for (const [what, isMoment] of moments) {
    it(`is done once when the server stops immediately and starts again: ${what}`, async () => {
      const server = await startPostgres({ directory });
      const state = await readServerState(join(directory, "data"));
      let stopped = false;
      const proxy = await startPostgresProxy({
        port: server.port,
        onStatement: async (statement): Promise<Verdict> => {
          if (stopped || !isMoment(statement)) return "pass";
          stopped = true;
          process.kill(state!.pid, "SIGQUIT");
          while (isAlive(state!.pid)) await new Promise((resolve) => setTimeout(resolve, 10));
          return "pass";
        },
      });
      const through = Object.assign(new URL(server.url("postgres")), { port: String(proxy.port) }).href;

      const error = await onServer(server.url("postgres"), (warehouse) =>
        failureOf(pipeline.load({ database: { ...warehouse, url: through } })),
      );
      await proxy.close();

      expect(error).to.be.instanceOf(TransientError);
      const again = await startPostgres({ directory, port: server.port });
      try {
        const url = again.url("postgres");
        const load = await onServer(url, (warehouse) => pipeline.load({ database: warehouse }));
        expect(load.commits).to.deep.equal([1]);
        await expectLoadedOnce(url);
      } finally {
        await again.stop();
      }
    });
  }

  it("leaves nothing when the disk is full, and is done once when there is space again", async () => {
    await pipeline.source.query(`
      INSERT INTO hire SELECT 100 + n, '2024-05-05', 1, 1, 1.5, 'GBP', false, '2024-06-01'
        FROM generate_series(1, 20000) AS n`);
    await pipeline.ingest();
    await pipeline.process();
    const account = serverAccount();
    const { initdb, postgres } = await findBinaries(account);
    await makeSmallCluster(directory, initdb);
    const cluster = await openCluster(directory, { initdb, account });
    const full = join(directory, "postgres-on-a-full-disk");
    // The largest size of a file. Beyond it, the server reports an internal error; a full disk has a separate code.
    await writeFile(full, `#!/bin/sh\nulimit -f 2501\nexec "${postgres}" "$@"\n`, { mode: 0o755 });
    // A port that was free a moment ago.
    const before = await startPostgres({ directory });
    await before.stop();
    const { port } = before;
    const launch = { account, cluster, port, settings: { autovacuum: "off", wal_recycle: "off" } };
    const url = urlOf({ port, database: "postgres", password: cluster.password });

    const cramped = await launchServer({ ...launch, program: full });
    try {
      const error = await onServer(url, (warehouse) => failureOf(pipeline.load({ database: warehouse })));

      expect(error)
        .to.be.instanceOf(MarbleError)
        .with.property("message")
        .that.matches(/could not (extend|write)/);
      await onServer(url, async (warehouse) => {
        const sql =
          "SELECT (SELECT max(commit)::int FROM marble_ledger) AS commit, count(*)::int AS hires FROM fact_hire";
        expect(await warehouse.query(sql), "only the small commit").to.deep.equal([{ commit: 1, hires: 40 }]);
      });
    } finally {
      await endServer(cramped);
    }
    const roomy = await launchServer({ ...launch, program: postgres });
    try {
      await onServer(url, (warehouse) => pipeline.load({ database: warehouse }));
      await expectLoadedOnce(url);
    } finally {
      await endServer(roomy);
    }
  });
});

/** A cluster with small WAL files, so that a table is larger than each of them. */
async function makeSmallCluster(directory: string, initdb: string): Promise<void> {
  const account = serverAccount();
  const data = join(directory, "data");
  const password = join(directory, "password");
  await mkdir(data, { mode: 0o700 });
  await writeFile(password, "secret", { mode: 0o600 });
  if (account !== undefined) for (const path of [data, password]) await chown(path, account.uid, account.gid);
  const args = [
    `--pgdata=${dataDirectoryArgument(data, account)}`,
    "--pwfile=../password",
    "--username=postgres",
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--wal-segsize=1",
    "--no-sync",
  ];
  await promisify(execFile)(initdb, args, { cwd: data, ...account });
}
