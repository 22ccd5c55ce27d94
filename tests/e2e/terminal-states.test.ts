import { expect } from "chai";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand, startCommand, type Ended, type RunningCommand } from "../support/local/command";
import { breakTable } from "../support/postgres/broken-table";
import { createDatabase, createSource, type TestDatabase } from "../support/postgres/postgres";
import { accept } from "../support/local/watched-cloud";
import { BROKEN, FALSE_WORDS, QUARANTINED, READER, type Broken } from "./console/broken-tables";

const MAIN = "local/commands/local/local.ts";

describe("The terminal does not call current what is not", function () {
  this.timeout(120_000);
  let source: TestDatabase;
  let warehouse: TestDatabase;
  let lake: string;
  before(async () => {
    source = await createSource({ seeded: true });
    warehouse = await createDatabase();
    lake = await mkdtemp(join(tmpdir(), "marble-terminal-"));
  });
  after(async () => {
    await source.drop();
    await warehouse.drop();
    await rm(lake, { recursive: true, force: true });
  });

  const sql = (statement: string) => source.query(statement.replaceAll(READER, "reader"));
  const args = (from = source.readerUrl): string[] => [
    "--source",
    from,
    "--warehouse",
    warehouse.url,
    "--lake",
    lake,
  ];
  const once = (from?: string, ...more: readonly string[]): Promise<Ended> =>
    runCommand(MAIN, [...args(from), "--once", ...more]);
  const expectSaid = (text: string, ...said: readonly RegExp[]): void => {
    for (const words of said) expect(text).to.match(words);
    expect(FALSE_WORDS.exec(text.replaceAll("freshness", ""))?.[0]).to.equal(undefined);
  };
  const ofState = (wanted: string): Broken => BROKEN.find(({ state }) => state === wanted)!;

  describe("in one run (--once)", () => {
    before(async () => expect((await once()).code).to.equal(0));

    it("says of each broken table, row and mart what, why and what to do, and exits with 2", async () => {
      const broken = [ofState("held back"), ofState("refused"), ofState("absent")];
      for (const { breaks } of broken) await sql(breaks);
      const repair = await breakTable(source, "design");
      await sql(
        `ALTER TABLE design ADD COLUMN more integer;
         INSERT INTO currency (currency_id, currency_code, last_updated) VALUES (90, 'XYZ', now());
         UPDATE sales_order SET currency_id = 90, last_updated = now() WHERE sales_order_id IN (1, 2)`,
      );
      await warehouse.query("DROP VIEW marts.best_designs; CREATE TABLE marts.best_designs (mine integer)");
      try {
        const first = await once();
        expect(first.code).to.equal(2);
        const said = [
          ...broken.map(({ terminal }) => terminal),
          /the table design cannot be captured: .*could not open file.* Remove the cause .*“A table cannot be captured” in docs\/runbook\.md/,
          /1 row of the table currency was rejected and is missing: .*\.ndjson\. Correct .*“Rejected rows” in docs\/runbook\.md/,
          /2 rows of the warehouse table fact_sales_order wait: currency_id 90 .*“Rows wait for a dimension” in docs\/runbook\.md/,
          /the mart best_designs is not as it is declared: .+ The next run of load makes the mart again/,
        ];
        expectSaid(first.stdout + first.stderr, ...said);

        const second = await once();
        expect(second.code, "a run without a new commit").to.equal(2);
        expectSaid(
          second.stdout + second.stderr,
          /1 row of the table currency was rejected/,
          ...broken.map(({ terminal }) => terminal),
        );
      } finally {
        await repair();
        for (const { repairs } of broken) await sql(repairs);
        await sql("UPDATE currency SET currency_code = 'USD', last_updated = now() WHERE currency_id = 90");
        await warehouse.query("DROP TABLE marts.best_designs");
      }
      expect((await once()).code, "everything has arrived").to.equal(0);
    });

    it("says that a stage failed, why and what to do, and what did not arrive before", async () => {
      await sql(ofState("refused").breaks);
      expect((await once()).code).to.equal(2);
      const { code, stdout, stderr } = await once(undefined, "--allow-deletes", "nope");
      expect(code).to.equal(1);
      expectSaid(stdout, ofState("refused").terminal);
      expectSaid(
        stderr,
        /^marble: ingest failed: allowDeletes names nope, .*“A stage fails” in docs\/runbook\.md/m,
      );
      await sql(ofState("refused").repairs);
    });

    it("says at which object a stage fails, and that no table gets new data", async () => {
      await sql("UPDATE staff SET first_name = 'Unread', last_updated = now() WHERE staff_id = 1");
      const buckets = join(lake, "buckets");
      const [ingestion = ""] = (await readdir(buckets)).filter((name) => name.includes("-ingestion-"));
      const commits = join(buckets, ingestion, "commits");
      const [last = ""] = (await readdir(commits)).sort().slice(-1);
      const next = join(commits, `${String(Number(last.replace(".json", "")) + 1).padStart(10, "0")}.json`);
      await writeFile(next, "junk");
      try {
        const { code, stdout, stderr } = await once();
        expect(code).to.equal(1);
        expectSaid(
          stdout + stderr,
          /^marble: ingest failed: .*commits\/\d+\.json is not valid JSON.*“A stage fails” in docs\/runbook\.md.* Until then, no table of the warehouse gets new data\.$/m,
        );
      } finally {
        await rm(next);
      }
      expect((await once()).code).to.equal(0);
    });

    it("says that a database cannot be reached, why, what to do, and that no stage has run", async () => {
      const wrong = Object.assign(new URL(source.readerUrl), { password: "hunter2" }).href;
      const { code, stdout, stderr } = await once(wrong);
      expect(code).to.equal(1);
      expect(stdout + stderr).to.not.include("hunter2");
      expectSaid(
        stdout + stderr,
        /^marble: cannot connect to the source database .*the password is wrong.* Correct --source, or start the database\. No stage has run, so no table got newer data\.$/m,
      );
    });
  });

  describe("while it keeps running", () => {
    let running: RunningCommand;
    let address: string;
    before(async () => {
      running = startCommand(MAIN, [...args(), "--console", "0"]);
      await running.printed("schedules are on");
      [, address = ""] = /^console +(http\S+)$/m.exec(running.output()) ?? [];
      await running.printed("report   ");
    });
    after(async () => {
      running.child.kill("SIGINT");
      await running.ended;
    });

    /** Runs all stages. What they print may come later. */
    const runAll = async (): Promise<void> => {
      const request = { action: "run", stages: ["ingest", "process", "load"] };
      const headers = { "Content-Type": "application/json", Origin: address };
      for (;;) {
        const answer = await fetch(`${address}/api/act`, {
          method: "POST",
          headers,
          body: JSON.stringify(request),
        });
        if (answer.ok) return;
        expect(answer.status, "another action is underway").to.equal(409);
      }
    };
    const subjectOf = ({ terminal }: Broken): string => /^(.*?):/.exec(terminal.source)?.[1] ?? "";

    for (const broken of [...BROKEN, QUARANTINED])
      it(`says of a table ${broken.state} what, why and what to do, and when that is over`, async () => {
        const from = running.output().length;
        await sql(broken.breaks);
        await runAll();
        await running.printed(`${subjectOf(broken)}: `, from);
        expectSaid(running.output().slice(from), broken.terminal);
        if (broken.state === QUARANTINED.state) return;
        await sql(broken.repairs);
        await runAll();
        await running.printed(`no longer: ${subjectOf(broken)}`, from);
      });

    for (const [stage, name] of [
      ["ingest", "source"],
      ["load", "warehouse"],
    ] as const)
      it(`says that ${stage} fails, why, and what to do: the ${name} accepts no connection`, async () => {
        const from = running.output().length;
        const broken = name === "source" ? source : warehouse;
        await accept({ source, warehouse }, broken.name, false);
        try {
          await runAll();
          await running.printed("gets new data.", from);
        } finally {
          await accept({ source, warehouse }, broken.name, true);
        }
        expectSaid(
          running.output().slice(from),
          new RegExp(
            `${stage} +FAILED: cannot connect to the ${name} database .*not currently accepting connections.*\\n +It recovers once the cause is gone: .* no table of the warehouse gets new data\\.`,
          ),
        );
      });
  });
});
