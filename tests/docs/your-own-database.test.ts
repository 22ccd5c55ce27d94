import { expect } from "chai";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { withConnection } from "../../adapters/postgres/postgres";
import { describeForDraft } from "../../adapters/source/draft-catalogue";
import { draftModel } from "../../domain/draft/draft";
import type { Mart } from "../../domain/marts/mart";
import type { Model } from "../../domain/model/model";
import { modelProblems } from "../../domain/model/problems";
import { parseDraftOptions } from "../../local/commands/draft/draft-options";
import { parseOperateOptions } from "../../local/commands/operate/operate-options";
import { parseOptions } from "../../local/commands/options";
import { connect } from "../../local/databases/postgres/client";
import { blocksOf } from "../support/documents/blocks";
import { compilerMessages, exportsOf } from "../support/documents/programs";
import { credentialsOf, startPipeline } from "../support/pipeline/pipeline";
import { createDatabase, type TestDatabase } from "../support/postgres/postgres";
import { commandsIn } from "../support/shell-rules";

const PROJECT = join(__dirname, "../..");
const document = readFileSync(join(PROJECT, "docs/your-own-database.md"), "utf8");
const blocks = blocksOf(document);

/** The database of the tutorial, with the tables that its mart reads. */
const SOURCE = `
  CREATE TABLE customer (customer_id int PRIMARY KEY, name text NOT NULL);
  CREATE TABLE order_line (order_id int, line int, customer_id int NOT NULL REFERENCES customer, ordered_on date NOT NULL,
    amount numeric(12,2) NOT NULL, PRIMARY KEY (order_id, line));
  INSERT INTO customer VALUES (1, 'Ada'), (2, 'Bo');
  INSERT INTO order_line VALUES (1, 1, 1, '2024-01-05', 10.50), (1, 2, 1, '2024-01-05', 4.25), (2, 1, 2, '2024-02-29', 7.00)`;

/** Roles and databases belong to the server that all tests share, so the test uses other names. */
const renamed = (sql: string): string =>
  sql.replaceAll(/\b(reader|loader|dwh)\b/g, (name) => `tutorial_${name}`);

/** The statements of the block that prepares the two databases, which a comment separates. */
function preparation(): { readonly source: readonly string[]; readonly warehouse: readonly string[] } {
  const block = blocks.find(({ code }) => code.startsWith("-- in the source"));
  const [source = "", warehouse = ""] = renamed(block?.code ?? "").split("-- in the server of the warehouse");
  const statements = (sql: string): string[] =>
    sql
      .replaceAll(/^--.*$/gm, "")
      .split(";")
      .map((one) => one.trim())
      .filter((one) => one !== "");
  return { source: statements(source), warehouse: statements(warehouse) };
}

const as = (url: string, user: string, database?: string): string => {
  const changed = Object.assign(new URL(url), { username: user, password: "secret" });
  if (database !== undefined) changed.pathname = `/${database}`;
  return changed.href;
};

/** Writes the draft where its imports find the project, and loads it. */
async function loadDraft(source: TestDatabase, folder: string): Promise<Model> {
  const draft = await withConnection("source", credentialsOf(source.readerUrl), async (client) =>
    draftModel(await describeForDraft(client, ["public"])),
  );
  for (const { path, text } of draft.files) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    const up = path.includes("/") ? "../../" : "../";
    await writeFile(file, text.replaceAll(`"${up}`, `"${join(PROJECT, "domain")}/`));
  }
  return (createRequire(__filename)(join(folder, "model.ts")) as { readonly model: Model }).model;
}

describe("The tutorial docs/your-own-database.md", () => {
  it("has commands that the programs accept", () => {
    const parsers = new Map<string, (args: readonly string[]) => unknown>([
      ["local", parseOptions],
      ["draft", parseDraftOptions],
      ["operate", parseOperateOptions],
    ]);
    const parsed = commandsIn(document).flatMap((command) => {
      const [, script = "", args] = /^npm run (\w+) -- (.*)$/.exec(command) ?? [];
      const parse = parsers.get(script);
      return parse === undefined || args === undefined ? [] : [[script, parse(args.split(" "))] as const];
    });

    expect(new Set(parsed.map(([script]) => script))).to.deep.equal(new Set(parsers.keys()));
  });

  it("names only files and folders that exist", () => {
    const named = [...document.matchAll(/`((?:domain|local|tests|bench|docs)\/[\w./*-]*)`/g)]
      .map(([, path = ""]) => path)
      .filter((path) => !path.includes("*") && !path.startsWith("domain/mine"));

    expect(named.length).to.be.greaterThan(10);
    expect(named.filter((path) => !existsSync(join(PROJECT, path)))).to.deep.equal([]);
  });

  it("leads from the roles to the mirror, the draft and the mart", async function () {
    this.timeout(60_000);
    const folder = await mkdtemp(join(tmpdir(), "marble-tutorial-"));
    const source = await createDatabase();
    await source.client.query(SOURCE);
    const { source: inSource, warehouse: inServer } = preparation();
    for (const sql of [...inSource, ...inServer]) await source.client.query(sql);
    const warehouseUrl = as(source.url, "tutorial_loader", "tutorial_dwh");
    const client = await connect(warehouseUrl);
    const warehouse: TestDatabase = {
      name: "tutorial_dwh",
      url: warehouseUrl,
      readerUrl: warehouseUrl,
      client,
      query: async <T>(sql: string) => (await client.query(sql)).rows as T[],
      drop: () => client.end(),
    };
    const read = { ...source, readerUrl: as(source.url, "tutorial_reader") };
    const marts = blocks.filter(({ language, code }) => language === "ts" && code.includes(": Mart = {"));
    const [mart] = marts;
    const program = { "marts/of-the-tutorial": mart?.code ?? "" };
    expect(compilerMessages(program)).to.deep.equal({ "marts/of-the-tutorial": [] });
    const { revenueByMonth } = exportsOf("marts/of-the-tutorial", mart?.code ?? "") as {
      readonly revenueByMonth: Mart;
    };

    const model = await loadDraft(read, folder);
    expect(modelProblems(model)).to.deep.equal([]);
    const pipeline = await startPipeline({ source: read, warehouse });
    try {
      await pipeline.ingest({ model });
      await pipeline.process({ model, mirror: "all" });
      await pipeline.load({ model, marts: [revenueByMonth] });

      expect(await warehouse.query("SELECT * FROM mirror.customer ORDER BY 1")).to.deep.equal([
        { customer_id: 1, name: "Ada" },
        { customer_id: 2, name: "Bo" },
      ]);
      await client.query("SET datestyle = 'ISO'");
      const shown = `SELECT month::text, lines::int, revenue::text FROM (${revenueByMonth.example}) AS m`;
      expect(await warehouse.query(shown)).to.deep.equal([
        { month: "2024-02-01", lines: 1, revenue: "7.00" },
        { month: "2024-01-01", lines: 2, revenue: "14.75" },
      ]);
    } finally {
      await pipeline.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
