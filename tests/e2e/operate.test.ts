import { expect } from "chai";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resultCollector, runOnce } from "../../local/commands/once";
import { parseOperateOptions } from "../../local/commands/operate/operate-options";
import { operate, progressLine } from "../../local/commands/operate/operations";
import { startPlatform, type Platform } from "../../local/platform";
import { describeMissing } from "../../local/commands/missing/missing-text";
import { runCommand } from "../support/local/command";
import { actualRows, expectedRows } from "../support/oracle/expected-warehouse";
import { failureOf } from "../support/failure";
import { createDatabase, createSource, type TestDatabase } from "../support/postgres/postgres";
import { step } from "../support/step";

describe("npm run operate, through the real Lambdas", function () {
  this.timeout(120_000);
  let source: TestDatabase;
  let warehouse: TestDatabase;
  let lake: string;
  let platform: Platform;
  let said: string[] = [];
  const collector = resultCollector();
  before(async () => {
    source = await createSource({ seeded: true });
    warehouse = await createDatabase();
    lake = await mkdtemp(join(tmpdir(), "marble-operate-"));
    platform = await startPlatform({
      lake,
      source: source.readerUrl,
      warehouse: warehouse.url,
      mirror: "design",
      progress: () => undefined,
      onEvent: (event) => {
        collector.onEvent(event);
        said.push(progressLine(event) ?? "");
      },
    });
    await runOnce(platform, collector);
  });
  after(async () => {
    await platform.stop();
    await source.drop();
    await warehouse.drop();
    await rm(lake, { recursive: true, force: true });
  });

  const run = async (...args: string[]): Promise<string> => {
    said = [];
    await operate(platform, parseOperateOptions(args)!, (line) => said.push(line));
    return said.join("\n");
  };

  it("creates no lake in a folder without one", async () => {
    const empty = join(lake, "none");

    const { code, stderr } = await runCommand("local/commands/operate/operate.ts", [
      "replay",
      "--yes",
      "--lake",
      empty,
    ]);

    expect({ code, stderr }).to.deep.equal({
      code: 1,
      stderr: `marble: no lake in ${empty}: name its folder with --lake, or create one with npm run local -- --lake ${empty}\n`,
    });
    expect(existsSync(empty)).to.equal(false);
  });

  const replayAll = async (): Promise<void> => {
    await warehouse.query("UPDATE dim_staff SET first_name = 'damaged'");
    const damaged = await actualRows(warehouse);

    expect(await run("replay"))
      .to.include("load commits 1 to 1")
      .and.include("nothing was changed: add --yes");
    expect(await actualRows(warehouse)).to.deep.equal(damaged);

    expect(await run("replay", "--yes"))
      .to.include("commit 1 of 1: done")
      .and.include("load: loaded commit 1");
    expect(await actualRows(warehouse)).to.deep.equal(await expectedRows(source));
  };

  const replayTable = async (): Promise<void> => {
    await warehouse.query("UPDATE dim_design SET design_name = 'damaged'");

    expect(await run("replay", "--table", "dim_design", "--yes")).to.include("load: replayed commit 1, of 1");

    expect(await actualRows(warehouse)).to.deep.equal(await expectedRows(source));
    expect((await failureOf(run("replay", "--table", "dim_desing", "--yes"))).message).to.include(
      "the model has no table dim_desing",
    );
  };

  const replayMirrored = async (): Promise<void> => {
    const designs = (from: TestDatabase, table: string): Promise<unknown[]> =>
      from.query(`SELECT * FROM ${table} ORDER BY design_id`);
    await warehouse.query("DELETE FROM mirror.design WHERE design_id > 3");

    expect(await run("replay", "--table", "mirror.design", "--yes"))
      .to.include("remove all rows of mirror.design, and load commits 1 to 1 into them again")
      .and.not.include("facts among");

    expect(await designs(warehouse, "mirror.design")).to.deep.equal(await designs(source, "design"));
    expect(await actualRows(warehouse)).to.deep.equal(await expectedRows(source));
  };

  const releaseDeletes = async (): Promise<void> => {
    await source.query("TRUNCATE payment");
    const held = await runOnce(platform, collector);
    expect((await actualRows(warehouse))["current_payment"]).to.not.be.empty;
    expect(await run("release", "payment")).to.include("nothing was changed");
    const failure = await failureOf(run("release", "nope", "payment", "--yes"));
    expect(failure.message).to.equal("the delete guard does not hold back nope; it holds back payment");
    expect(held.missing.map((one) => describeMissing(one)).join()).to.match(
      /^the table payment is held back: the table was emptied; .* Or run npm run local -- --once --allow-deletes payment\. See “A table is held back” in docs\/runbook\.md\.$/,
    );

    expect(await run("release", "payment", "--yes")).to.include("done");
    const { missing } = await runOnce(platform, collector);

    expect((await actualRows(warehouse))["current_payment"]).to.be.empty;
    expect(missing).to.deep.equal([]);
    expect((await failureOf(run("release", "payment"))).message).to.equal(
      "the delete guard does not hold back payment; it holds back no table",
    );
  };

  const nameMissing = async (): Promise<void> => {
    await source.query("ALTER TABLE design RENAME file_name TO filename; CREATE TABLE secret (id integer)");
    await source.query("REVOKE ALL ON secret FROM reader, PUBLIC");
    said = [];
    const { missing } = await runOnce(platform, collector);

    expect(said.join("\n")).to.include(
      "process: a table does not fit its contract and waits commit 4, table design, breaches column file_name is missing",
    );
    const [secret, design, ...others] = missing.map((one) => describeMissing(one));
    expect(secret).to.match(
      /^the table secret is refused: reader may not read "public"\."secret": GRANT SELECT ON "public"\."secret" TO "reader"\. /,
    );
    expect(design).to.match(
      /^the table design is in quarantine: since commit 4, .*: column file_name is missing\. Change the contract /,
    );
    expect(others).to.deep.equal([]);
  };

  it("replays, accepts deletes, and names what is missing", async () => {
    await step("describes a replay without doing it, and does it with --yes", replayAll);
    await step("loads one table again, and fails with the cause for an unknown table", replayTable);
    await step("loads a mirrored table again, and says what happens to its rows", replayMirrored);
    await step("accepts deletes that the guard stopped", releaseDeletes);
    await step("names at the end of a run what does not fit its contract or may not be read", nameMissing);
  });

  it("makes the business report once, and says where it is", async () => {
    expect(await run("report")).to.include("nothing was changed");
    const path = (said: string): string => /^\/.*\.html$/m.exec(said)?.[0] ?? "none";
    const made = path(await run("report", "--yes"));
    expect(await readFile(made, "utf8")).to.include("<h1>Business report</h1>");
    expect(path(await run("report", "--yes"))).to.equal(made);
  });

  it("finds nothing to reprocess in a complete log, and no replay to abandon", async () => {
    expect(await run("reprocess", "--yes")).to.include("is complete: there is nothing to do");
    expect(await run("abandon-replay")).to.include("nothing was changed");
    expect((await failureOf(run("abandon-replay", "--yes"))).message).to.include("no replay is underway");
  });

  it("has help, and exits with 1 and the cause", async () => {
    expect((await runCommand("local/commands/operate/operate.ts", ["--help"])).stdout).to.include(
      "npm run operate -- OPERATION",
    );
    const { code, stderr } = await runCommand("local/commands/operate/operate.ts", ["replay", "--from", "x"]);
    expect(code).to.equal(1);
    expect(stderr).to.equal('marble: --from takes the number of a commit, not "x"\n');
  });
});
