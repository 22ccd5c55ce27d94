import { expect } from "chai";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunReport } from "../../local/commands/run-report";
import { startS3 } from "../../local/cloud/s3/server";
import {
  moveAddress,
  payDue,
  placeSalesOrders,
  renameDepartment,
} from "../../local/databases/totesys/changes";
import { runCommand, startCommand, type Ended } from "../support/local/command";
import { actualRows, expectedRows } from "../support/oracle/expected-warehouse";
import { createDatabase, createSource, type TestDatabase } from "../support/postgres/postgres";

const MAIN = "local/commands/local/local.ts";

describe("npm run local -- --once --json, over the user's databases", function () {
  this.timeout(120_000);
  let source: TestDatabase;
  let warehouse: TestDatabase;
  let lake: string;
  before(async () => {
    source = await createSource({ seeded: true });
    warehouse = await createDatabase();
    await warehouse.query("CREATE SCHEMA marts");
    lake = await mkdtemp(join(tmpdir(), "marble-e2e-"));
  });
  after(async () => {
    await source.drop();
    await warehouse.drop();
    await rm(lake, { recursive: true, force: true });
  });

  const run = (...more: readonly string[]): Promise<Ended> =>
    runCommand(MAIN, [
      "--source",
      source.readerUrl,
      "--warehouse",
      warehouse.url,
      "--warehouse-schema",
      "marts",
      "--lake",
      lake,
      "--once",
      "--json",
      ...more,
    ]);
  const reportOf = ({ code, stdout, stderr }: Ended, expected = 0): RunReport => {
    expect(code, stderr).to.equal(expected);
    return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as RunReport;
  };
  const expectSame = async (): Promise<void> => {
    expect(await actualRows(warehouse, "marts")).to.deep.equal(await expectedRows(source));
  };

  it("builds exactly the warehouse that SQL over the source predicts, in the named schema", async () => {
    const report = reportOf(await run());

    await expectSame();
    expect(await warehouse.query("SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace")).to.be
      .empty;
    expect(report).to.have.all.keys("ingest", "process", "load", "rejected", "waiting", "missing");
    for (const stage of [report.process, report.load]) expect(stage).to.have.all.keys("commits", "tables");
    for (const { tables } of [report.ingest, report.process, report.load]) {
      for (const table of Object.values(tables)) expect(table).to.have.all.keys("rows");
    }
    expect(report.ingest.commit).to.equal(1);
    expect(Object.keys(report.ingest.tables)).to.have.length(11);
    expect(report.process.commits).to.deep.equal([1]);
    expect(report.load.commits).to.deep.equal([1]);
    expect(Object.keys(report.load.tables)).to.have.length(11);
    expect(report).to.deep.include({ rejected: 0, waiting: 0, missing: [] });
  });

  it("continues from the lake after changes", async () => {
    const now = new Date("2024-11-06T10:00:00.001Z");
    await placeSalesOrders(source.client, { count: 3, seed: 5, now });
    await payDue(source.client, { count: 4, now });
    await renameDepartment(source.client, { departmentId: 1, name: "Renamed", now });
    await moveAddress(source.client, {
      addressId: 1,
      addressLine1: "2 New Street",
      city: "York",
      postalCode: "YO1",
      now,
    });
    const report = reportOf(await run());

    await expectSame();
    expect(report.ingest).to.have.property("commit", 2);
    expect(report.ingest.tables["sales_order"]).to.include({ rows: 3 });
    expect(report.load.commits).to.deep.equal([2]);
  });

  it("commits nothing without changes", async () => {
    expect(reportOf(await run())).to.deep.equal({
      ingest: { commit: null, tables: {} },
      process: { commits: [], tables: {} },
      load: { commits: [], tables: {} },
      rejected: 0,
      waiting: 0,
      missing: [],
    });
  });

  it("uses the S3 service that AWS_ENDPOINT_URL_S3 names instead of the stand-in", async () => {
    const directory = await mkdtemp(join(tmpdir(), "marble-e2e-s3-"));
    const s3 = await startS3({ directory });
    const other = await createDatabase();
    try {
      const args = [
        "--source",
        source.readerUrl,
        "--warehouse",
        other.url,
        "--lake",
        join(directory, "lake"),
        "--once",
        "--json",
      ];
      const keys = {
        AWS_ENDPOINT_URL_S3: s3.url,
        AWS_ACCESS_KEY_ID: "mine",
        AWS_SECRET_ACCESS_KEY: "mine",
        AWS_REGION: "eu-west-2",
      };

      const report = reportOf(await runCommand(MAIN, args, keys));

      expect(report.load.commits).to.deep.equal([1]);
      expect(await actualRows(other)).to.deep.equal(await expectedRows(source));
      expect(existsSync(join(directory, "lake", "buckets"))).to.equal(false);
    } finally {
      await s3.close();
      await other.drop();
      await rm(directory, { recursive: true, force: true });
    }
  });

  const failures: readonly (readonly [string, (url: URL) => string, RegExp])[] = [
    [
      "an unreachable host",
      (url) => Object.assign(url, { port: "1" }).href,
      /cannot connect to the source database .*127\.0\.0\.1:1 .*ECONNREFUSED/,
    ],
    [
      "an invalid URL",
      () => "reader:hunter2@localhost",
      /--source (is not a URL|must begin with postgresql:\/\/)/,
    ],
  ];
  for (const [what, change, message] of failures) {
    it(`ends with an error that names the cause, without a secret: ${what}`, async () => {
      const url = change(new URL(source.readerUrl));
      const { code, stderr, stdout } = await runCommand(MAIN, [
        "--source",
        url,
        "--warehouse",
        warehouse.url,
        "--lake",
        lake,
        "--once",
      ]);

      expect(code).to.equal(1);
      expect(stderr).to.match(message);
      expect(stderr.match(/^marble: .*$/gm), "one line names the cause").to.have.lengthOf(1);
      expect(stderr).not.to.match(/^ {4}at /m);
      expect(stderr + stdout).not.to.include("hunter2");
      expect(stdout, "nothing is built on it").not.to.include("running the Pulumi program");
    });
  }

  it("skips an unreadable table with a remedy, and catches up once it is readable", async () => {
    await source.query("REVOKE SELECT ON payment FROM reader");
    await payDue(source.client, { count: 1, now: new Date("2024-11-07T10:00:00.001Z") });

    const left = await run();
    const report = reportOf(left, 2);
    expect(report.ingest).to.deep.equal({ commit: 3, tables: {} });
    const reason = 'reader may not read "public"."payment": GRANT SELECT ON "public"."payment" TO "reader"';
    expect(report.missing).to.deep.equal([{ kind: "refused", name: "payment", reason }]);
    expect(left.stderr).to.match(/^the table payment is refused: .*GRANT SELECT ON "public"\."payment"/m);
    expect(left.stderr.trimEnd().split("\n").at(-1), "comes last").to.equal(
      '  GRANT SELECT ON "public"."payment" TO "reader";',
    );
    expect(left.stderr, "alarms are as they should be").not.to.match(/ALARM|OK/);

    await source.query("GRANT SELECT ON payment TO reader");
    const { ingest } = reportOf(await run());
    expect(ingest.commit).to.equal(4);
    expect(Object.keys(ingest.tables)).to.deep.equal(["payment"]);
    await expectSame();
  });

  it("names rejected rows with their files, waiting rows and broken marts, and exits with 2", async () => {
    await source.query(
      "INSERT INTO currency (currency_id, currency_code, last_updated) VALUES (90, 'XYZ', now())",
    );
    await source.query("UPDATE sales_order SET currency_id = 90 WHERE sales_order_id IN (1, 2)");
    await warehouse.query("DROP VIEW marts.best_designs; CREATE TABLE marts.best_designs (mine integer)");

    const { stderr, ...ended } = await run();
    const { missing, rejected, waiting } = reportOf({ stderr, ...ended }, 2);

    expect(missing.map(({ kind, name, rows }) => [kind, name, rows])).to.deep.equal([
      ["rejected", "currency", 1],
      ["waiting", "fact_sales_order", 2],
      ["mart", "best_designs", undefined],
    ]);
    expect({ rejected, waiting }).to.deep.equal({ rejected: 1, waiting: 2 });
    const [path = ""] = missing[0]?.paths ?? [];
    const file = join(lake, "buckets", path.replace("s3://", ""));
    expect(JSON.parse(await readFile(file, "utf8"))).to.deep.include({ table: "currency" });
    for (const line of [
      `1 row of the table currency was rejected and is missing: this run wrote the reasons to ${file}`,
      "2 rows of the warehouse table fact_sales_order wait: currency_id 90 is in no dimension",
      "the mart best_designs is not as it is declared: ",
    ])
      expect(stderr).to.include(line);
    expect(
      reportOf(await run(), 2).missing.map(({ kind }) => kind),
      "and with no new commit, what is still missing",
    ).to.deep.equal(["rejected", "waiting", "mart"]);

    await source.query("UPDATE currency SET currency_code = 'USD' WHERE currency_id = 90");
    await warehouse.query("DROP TABLE marts.best_designs");
    expect(reportOf(await run()).missing).to.deep.equal([]);
    await expectSame();
  });

  it("refuses to allow deletes of an unknown table, and names the known tables", async () => {
    const { code, stderr } = await run("--allow-deletes", "paymnet");

    expect(code).to.equal(1);
    expect(stderr).to.match(
      /^marble: ingest failed: allowDeletes names paymnet, which neither .* has; correct the name: address, .*payment/m,
    );
  });

  it("commits nothing and names the remedy when no table is readable", async () => {
    await source.query("REVOKE SELECT ON ALL TABLES IN SCHEMA public FROM reader");

    const failed = await runCommand(MAIN, [
      "--source",
      source.readerUrl,
      "--warehouse",
      warehouse.url,
      "--lake",
      lake,
      "--once",
    ]);
    expect(failed.code).to.equal(1);
    expect(failed.stderr).to.include(
      'reader may not read "public"."address": GRANT SELECT ON "public"."address" TO "reader"',
    );
    await source.query("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader");
  });

  it("refuses an unknown option, --json without --once, and a lake that is in use", async () => {
    expect(await runCommand(MAIN, ["--sauce", "x"])).to.deep.include({ code: 1 });
    expect((await runCommand(MAIN, ["--json"])).stderr).to.include("--json needs --once");
    const busy = startCommand(MAIN, [
      "--source",
      source.readerUrl,
      "--warehouse",
      warehouse.url,
      "--lake",
      lake,
    ]);
    await busy.printed("schedules are on");
    try {
      expect((await run()).stderr).to.include("is in use by the process");
    } finally {
      busy.child.kill("SIGINT");
    }
    expect((await busy.ended).code).to.equal(0);
    expect(await readdir(lake)).not.to.include("lock");
  });

  it("prints its help", async () => {
    const { code, stdout } = await runCommand(MAIN, ["--help"]);

    expect(code).to.equal(0);
    for (const option of ["--source", "--warehouse", "--lake", "--once", "--json"])
      expect(stdout).to.include(option);
  });
});
