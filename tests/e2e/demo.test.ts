import { expect } from "chai";
import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startCommand, type RunningCommand } from "../support/local/command";

describe("npm run demo", function () {
  this.timeout(120_000);
  /** The demo empties `.marble/demo` in the folder in which it starts. The developer's folder stays unchanged. */
  let folder: string;
  let lake: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "marble-demo-"));
    lake = join(folder, ".marble/demo");
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const start = (...args: readonly string[]): RunningCommand =>
    startCommand("local/commands/demo/demo.ts", args, {}, { cwd: folder });

  it("stops everything on an interrupt, and does not report success", async () => {
    const demo = start();
    await demo.printed("✔ ingest");
    demo.child.kill("SIGINT");
    const { code, stdout } = await demo.ended;

    expect(code).to.equal(130);
    expect(stdout).not.to.include("Next:");
    expect(existsSync(join(lake, "postgres/source/data/postmaster.pid"))).to.equal(false);
    expect(existsSync(join(lake, "lock"))).to.equal(false);
  });

  it("stays up with its console on request, and stops cleanly on Ctrl-C", async () => {
    const demo = start("--keep");
    await demo.printed("stop with Ctrl-C");
    const [address = ""] = /http:\/\/127\.0\.0\.1:\d+/.exec(demo.output()) ?? [];
    const { stages } = (await (await fetch(`${address}/api/overview`)).json()) as {
      readonly stages: readonly { readonly nextRun: string | null }[];
    };
    expect(stages.map(({ nextRun }) => nextRun)).not.to.include(null);
    demo.child.kill("SIGINT");
    const { code, stdout, stderr } = await demo.ended;

    expect(code, stderr).to.equal(0);
    expect(stdout).to.include("everything is stopped");
    expect(stdout).to.match(/warehouse {3}psql 'postgresql:\/\/.*\/warehouse'/);
    for (const place of ["lake", "logs", "mails"]) {
      const [, folder = "none"] = new RegExp(`^${place} +(/.+)$`, "m").exec(stdout) ?? [];
      expect(existsSync(folder), `${place} in ${folder}`).to.equal(true);
    }
    expect(readdirSync(join(lake, "logs"))).to.include("ingest.log");
    expect(existsSync(join(lake, "postgres/source/data/postmaster.pid"))).to.equal(false);
  });

  it("shows the results of each stage, answers questions, and leaves nothing running", async () => {
    const { code, stdout, stderr } = await start().ended;

    expect(code, stderr).to.equal(0);
    expect(stderr, "warnings in the midst of it").to.equal("");
    for (const text of [
      "console     http://127.0.0.1:",
      "second run",
      "fact_sales_order",
      "marts.revenue_by_month",
      "What was the revenue",
      "What happened to order",
      "was cancelled",
      "everything is stopped",
    ]) {
      expect(stdout).to.include(text);
    }
    const end = stdout.slice(stdout.indexOf("everything is stopped"));
    const [, report = "file:///none"] = /business report +(file:.+\.html)\n/.exec(end) ?? [];
    expect(existsSync(fileURLToPath(report)), report).to.equal(true);
    expect(end).to.match(/Next:\n {2}npm run demo -- --keep .*\n {2}npm run draft -- --help .*\n$/);
    for (const server of ["source", "warehouse"]) {
      expect(existsSync(join(lake, "postgres", server, "data")), `data of ${server}`).to.equal(true);
      expect(
        existsSync(join(lake, "postgres", server, "data", "postmaster.pid")),
        `${server} has stopped`,
      ).to.equal(false);
    }
  });
});
