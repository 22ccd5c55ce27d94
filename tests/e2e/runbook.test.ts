import { expect } from "chai";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { chmod, cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { startEmbeddedSource, startEmbeddedWarehouse } from "../../local/databases/databases";
import { withClient } from "../../local/databases/postgres/client";
import type { Ended } from "../support/local/command";
import { actualRows, expectedRows } from "../support/oracle/expected-warehouse";
import type { TestDatabase } from "../support/postgres/postgres";
import { readRunbook } from "../support/local/runbook";
import { smallSource } from "../support/local/small-source";

const PROJECT = resolve(__dirname, "../..");
const SECTIONS = readRunbook(readFileSync(join(PROJECT, "docs/runbook.md"), "utf8"));
type Query = TestDatabase["query"];
const ran = new Set<string>();

/** The local commands of a section, in order. */
function commandsOf(title: string): readonly string[] {
  const section = SECTIONS.find((one) => one.title === title);
  if (section === undefined) throw new Error(`the runbook has no section "${title}"`);
  return section.local;
}

const [RUN = "", LAST_ERRORS = "", LAST_WARNINGS = ""] = SECTIONS.flatMap(({ local }) => local);

describe("The runbook, followed to the letter in a copy of the project,", function () {
  this.timeout(180_000);
  let project: string;
  before(async () => {
    project = await copyOfProject();
    await smallSource(join(project, ".marble"));
  });
  after(() => rm(project, { recursive: true, force: true }));

  /** Runs a command that the runbook has, in the copy. */
  async function bash(command: string, env: NodeJS.ProcessEnv = {}, until?: string): Promise<Ended> {
    ran.add(command);
    const child = spawn("bash", ["-c", command], {
      cwd: project,
      // Coverage of the copy does not count.
      env: { ...process.env, NODE_V8_COVERAGE: "", ...env },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    let stopped = false;
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
      if (until === undefined || stopped || !stdout.includes(until)) return;
      stopped = true;
      process.kill(-child.pid!, "SIGINT");
    });
    const code = await new Promise<number | null>((done, fail) => child.on("error", fail).on("close", done));
    return { code, stdout, stderr };
  }
  async function succeeds(command: string | undefined, env?: NodeJS.ProcessEnv): Promise<string> {
    const { code, stdout, stderr } = await bash(command ?? "false", env);
    expect(code, `${command}\n${stdout}${stderr}`).to.equal(0);
    return stdout;
  }

  /** Opens a database of the copy between two commands. */
  async function within<T>(which: "source" | "warehouse", work: (query: Query) => Promise<T>): Promise<T> {
    const postgres = join(project, ".marble/postgres");
    const database = await (which === "source"
      ? startEmbeddedSource(postgres, { progress: () => undefined })
      : startEmbeddedWarehouse(postgres));
    try {
      return await withClient(database.ownerUrl!, (client) =>
        work(async <R>(sql: string, values?: unknown[]) => (await client.query(sql, values)).rows as R[]),
      );
    } finally {
      await database.stop();
    }
  }
  async function expectHealth(): Promise<void> {
    const [expected, actual] = await Promise.all([
      within("source", (query) => expectedRows({ query })),
      within("warehouse", (query) => actualRows({ query })),
    ]);
    expect(actual).to.deep.equal(expected);
  }
  /** The answers to the questions of the runbook, by their text. */
  const answers = (): Promise<Map<string, object[]>> =>
    within("warehouse", async (query) => {
      const found = new Map<string, object[]>();
      const questions = SECTIONS.flatMap((section) => section.sql).filter((sql) => sql.startsWith("SELECT"));
      for (const sql of questions) found.set(sql, await query<object>(sql));
      return found;
    });
  const questionOf = (section: string): string => SECTIONS.find(({ title }) => title === section)!.sql[0]!;
  const ORPHANS = questionOf("Rows wait for a dimension");
  const BEHIND = questionOf("A table is absent");
  const [BACK_UP, LOSE, PUT_BACK] = commandsOf("Restore a warehouse");

  it("starts healthy, is kept up and stopped by its commands, and its questions are answered", async () => {
    const { stdout, stderr } = await bash("npm run local", {}, "load     commit 1");
    expect(stdout, stderr).to.match(/^stopping$/m);
    await expectHealth();

    const found = await answers();
    for (const [sql, rows] of found)
      expect(rows, sql).to.have.length(sql === ORPHANS || sql === BEHIND ? 0 : 1);
    await succeeds(BACK_UP);
  });

  it("repairs a failed stage: the log names the object that is not a commit; without it, the run succeeds", async () => {
    await breakSource();
    const ingestion = await ingestionBucket();
    await writeFile(join(ingestion, "commits/0000000002.json"), "junk");

    expect((await bash(RUN)).code).to.equal(1);
    const [, key = ""] = /(commits\/\d+\.json) is not valid JSON/.exec(await succeeds(LAST_ERRORS)) ?? [];
    await rm(join(ingestion, key));
    // The source is the same: to allow another one changes nothing. Tables and rows that wait make the exit code 2.
    const { code, stdout, stderr } = await bash("npm run local -- --once --allow-other-source");
    expect(code, stdout + stderr).to.equal(2);
    expect(await lastRefusals()).to.have.all.keys("note");
  });

  const ingestionBucket = async (): Promise<string> => {
    const buckets = join(project, ".marble/buckets");
    return join(
      buckets,
      (await readdir(buckets)).find((name) => name.includes("-ingestion-"))!,
    );
  };
  const lastRefusals = async (): Promise<object> => {
    const commits = join(await ingestionBucket(), "commits");
    const last = (await readdir(commits)).sort().at(-1)!;
    return (JSON.parse(await readFile(join(commits, last), "utf8")) as { refused: object }).refused;
  };

  /** A row that the model rejects, most payments gone, a fact without its staff, a type and a table that do not fit. */
  const breakSource = (): Promise<void> =>
    within("source", async (query) => {
      await query(`UPDATE sales_order SET agreed_payment_date = 'some day', last_updated = now()
                    WHERE sales_order_id = 1`);
      await query("DELETE FROM payment WHERE payment_id > 2");
      await query("ALTER TABLE purchase_order ALTER item_quantity TYPE bigint");
      await query("CREATE TABLE note (note_id integer PRIMARY KEY)");
      await query("ALTER TABLE note ENABLE ROW LEVEL SECURITY");
      await query("SET session_replication_role = replica");
      await query("UPDATE sales_order SET staff_id = 4711, last_updated = now() WHERE sales_order_id = 2");
    });

  it("shows what is broken at the places that it names", async () => {
    const [rejected] = commandsOf("Rejected rows");
    expect(await succeeds(rejected))
      .to.include("some day")
      .and.include("agreed_payment_date");
    expect((await answers()).get(ORPHANS)).to.have.length(1);
    const warnings = await succeeds(LAST_WARNINGS);
    expect(warnings)
      .to.include("the table is held back by the delete guard")
      .and.include("a table does not fit its contract and waits")
      .and.include("item_quantity");

    const [, remedy] = /or (ALTER TABLE [^ ]*note[^ ]* DISABLE ROW LEVEL SECURITY)/.exec(warnings) ?? [];
    expect(remedy, warnings).to.be.a("string");
    await within("source", (query) => query(remedy!.replaceAll("\\", "")));
  });

  it("shows the last errors of failed workers", async () => {
    await writeFile(
      join(project, ".marble/logs/remodel.log"),
      '{"level":"ERROR","message":"it failed"}\n{"level":"INFO"}\n',
    );
    const [look] = commandsOf("Workers fail");

    expect(await succeeds(look))
      .to.include("it failed")
      .and.not.include("INFO");
  });

  it("repairs rejected rows, waiting facts, and quarantined, held and refused tables, after a restored backup", async () => {
    await within("source", async (query) => {
      await query(`UPDATE sales_order SET agreed_payment_date = '2024-12-01', last_updated = now()
                    WHERE sales_order_id = 1`);
      await query(`INSERT INTO staff SELECT 4711, first_name, last_name, department_id, email_address, now(), now()
                     FROM staff WHERE staff_id = 1`);
    });
    await edit("domain/shop/sources.ts", "item_quantity: integer", (was) =>
      was.replace("integer", 'required(integer, { accepts: ["bigint"] })'),
    );
    await edit("domain/shop/sources.ts", "import { ", (was) => `${was}required, `);
    await succeeds(LOSE);
    await succeeds(PUT_BACK);

    const [release] = commandsOf("A table is held back");
    expect(await succeeds(release)).to.match(/load {5}commit 2/);
    expect(await lastRefusals()).to.deep.equal({});

    await expectHealth();
    expect((await answers()).get(ORPHANS)).to.deep.equal([]);
  });

  it("covers the business report: it shows the loaded data, is listed, and states its time", async () => {
    const [make, list, age] = commandsOf("The business report");
    const said = await succeeds(make);
    const [path = "none", commit = ""] = /^\/.*\/commit-0*(\d+)-.*\.html$/m.exec(said) ?? [];
    const listed = await succeeds(list);
    expect(listed.split("\n")[0], said).to.equal(relative(project, path));
    const [loaded] = await within("warehouse", (query) =>
      query<{ commit: string }>("SELECT max(commit)::text AS commit FROM marble_ledger"),
    );
    expect(commit).to.equal(loaded!.commit);
    expect(await succeeds(age)).to.match(new RegExp(`^"commit":${commit},"capturedAt":"20[^"]*Z"$`, "m"));

    await succeeds(make);
    expect(await succeeds(list), "what is shown is not made again").to.equal(listed);
  });

  it("covers Reprocess and Replay: a new model version gets its log, and a damaged warehouse is rebuilt", async () => {
    await edit("domain/shop/shop.ts", "version: 1,", () => "version: 2,");
    await within("warehouse", async (query) => {
      await query("UPDATE dim_staff SET first_name = 'damaged'");
      await query("DELETE FROM marble_ledger");
    });

    for (const command of commandsOf("Reprocess"))
      expect(await succeeds(command)).to.include("reprocessed commits 1");
    for (const command of commandsOf("Replay")) expect(await succeeds(command)).to.match(/^done$/m);

    await expectHealth();
  });

  it("covers Rotate a secret, Tear down, Restore from nothing: only the right password restores the warehouse", async () => {
    for (const command of commandsOf("Tear down, and keep the lake")) await succeeds(command);
    const [rotated] = commandsOf("Rotate a secret");
    const source = await startEmbeddedSource(join(project, ".marble/postgres"), {
      progress: () => undefined,
    });
    try {
      const wrong = Object.assign(new URL(source.url), { password: "old" }).href;
      const failed = await bash(rotated!, { SOURCE: wrong });
      expect(failed.code).to.equal(1);
      expect(failed.stderr).to.include("the password is wrong");

      expect(await succeeds(rotated, { SOURCE: source.url })).to.match(/load {5}commit 1/);
    } finally {
      await source.stop();
    }
    await expectHealth();
  });

  const edit = async (file: string, what: string, change: (was: string) => string): Promise<void> => {
    const text = await readFile(join(project, file), "utf8");
    expect(text).to.include(what);
    await writeFile(join(project, file), text.replace(what, change(what)));
  };
});

describe("The runbook", () => {
  it("has only commands that these tests run, or that are marked as needing AWS", () => {
    for (const { title, local, unmarked, inline } of SECTIONS) {
      expect(unmarked, title).to.deep.equal([]);
      const needsNoAws = inline.filter(
        ({ command, sentence }) => /^npm /.test(command) || !/_AWS_/.test(sentence),
      );
      const own = [...local, ...needsNoAws.map(({ command }) => command)];
      for (const command of own) expect([...ran], `${title}: nobody runs this`).to.include(command);
    }
  });

  it("says for every alarm what to check, what to do and how to verify it", () => {
    const alerts = readFileSync(join(PROJECT, "infra/alarms/alarm-text.ts"), "utf8");
    const alarms = [...alerts.matchAll(/^ {2}\| "([a-z-]+)"/gm)].map(([, name = ""]) => name);
    expect(alarms).to.have.length.above(10);
    for (const alarm of alarms) {
      const section = SECTIONS.find(({ title }) => title.toLowerCase().replaceAll(" ", "-") === alarm);
      for (const step of ["**Look**", "**Do**", "**Verify**"]) expect(section?.text, alarm).to.include(step);
    }
  });
});

/**
 * The project without installed packages, build results and local data, in a folder that PostgreSQL's account can
 * reach.
 */
async function copyOfProject(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), "marble-runbook-"));
  await chmod(copy, 0o755);
  const LEFT_OUT: ReadonlySet<string> = new Set([".git", ".marble", "node_modules", "coverage", "reports"]);
  for (const name of await readdir(PROJECT)) {
    if (!LEFT_OUT.has(name)) await cp(join(PROJECT, name), join(copy, name), { recursive: true });
  }
  await symlink(join(PROJECT, "node_modules"), join(copy, "node_modules"));
  return copy;
}
