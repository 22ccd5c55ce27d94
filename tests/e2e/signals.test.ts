import { expect } from "chai";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { join } from "node:path";
import { startCommand } from "../support/local/command";
import { smallSource } from "../support/local/small-source";

const MAIN = "local/commands/local/local.ts";

describe("A signal to stop", function () {
  this.timeout(120_000);
  let lake: string;
  beforeEach(async () => (lake = await mkdtemp(join(tmpdir(), "marble-e2e-"))));
  afterEach(() => rm(lake, { recursive: true, force: true }));

  /** The servers that were left running in a lake, by what PostgreSQL itself keeps there. */
  const running = (): string[] =>
    ["source", "warehouse"].filter((name) => existsSync(join(lake, "postgres", name, "data/postmaster.pid")));

  for (const [signal, moment, args, status] of [
    ["SIGTERM", "schedules are on", [], 0],
    ["SIGHUP", "ingest ", ["--once"], 130],
  ] as const) {
    const when = moment.trim();
    it(`stops npm run local ${args.join("")} cleanly: ${signal} at "${when}" gives ${status}`, async () => {
      await smallSource(lake);
      const command = startCommand(MAIN, ["--lake", lake, ...args]);
      await command.printed(moment);
      command.child.kill(signal);
      const { code, stderr } = await command.ended;

      expect(code, stderr).to.equal(status);
      expect(running()).to.deep.equal([]);
      expect(await readdir(lake)).not.to.include("lock");
    });
  }

  for (const moment of ["starting PostgreSQL", "generating a totesys source", "running the Pulumi program"]) {
    it(`stops the start, and nothing else starts: Ctrl-C at "${moment}"`, async () => {
      if (moment === "running the Pulumi program") await smallSource(lake);
      // With a new setting, no kept program fits. So the program runs longer than the signal takes to arrive.
      const schema = `new_${randomBytes(8).toString("hex")}`;
      const args = ["--lake", lake, "--warehouse-schema", schema];
      const command = startCommand(MAIN, args, {}, { group: true });
      await command.printed(moment);
      process.kill(-command.child.pid!, "SIGINT");
      const { code, stdout, stderr } = await command.ended;

      expect(code, stderr).to.equal(130);
      expect(stderr).to.equal("");
      expect(stdout).to.include("stopping").and.not.include("console");
      expect(running()).to.deep.equal([]);
      expect(await readdir(lake)).not.to.include("lock");
    });
  }

  it("is also sent by a closed output pipe, as head does", async () => {
    const command = startCommand(MAIN, ["--lake", lake]);
    await command.printed("starting PostgreSQL");
    command.child.stdout!.destroy();
    const { code, stderr } = await command.ended;

    expect(stderr).to.equal("");
    expect(code).to.equal(130);
    expect(running()).to.deep.equal([]);
  });

  for (const delayMs of [0, 300]) {
    it(`from a terminal reaches the whole group, and no run is cut off: Ctrl-C ${delayMs} ms after the start`, async () => {
      await smallSource(lake);
      const command = startCommand(MAIN, ["--lake", lake], {}, { group: true });
      await command.printed("schedules are on");
      await delay(delayMs);
      process.kill(-command.child.pid!, "SIGINT");
      const { code, stdout, stderr } = await command.ended;

      expect(code, stderr).to.equal(0);
      expect(stdout + stderr).not.to.include("FAILED");
      expect(running()).to.deep.equal([]);
    });
  }
});
