import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../domain/errors";
import * as columns from "../../domain/model/columns";
import { modelProblems } from "../../domain/model/problems";
import type { Model } from "../../domain/model/model";
import { sourceTable } from "../../domain/model/source";
import type { WarehouseTable } from "../../domain/model/table";
import * as types from "../../domain/model/types";
import { identifier } from "../../domain/sql";
import { blocksOf, programOf, type Block } from "../support/documents/blocks";
import { compilerMessages, exportsOf } from "../support/documents/programs";
import { rejectedRows } from "../support/pipeline/rejected-rows";
import { startPipeline, type Pipeline } from "../support/pipeline/pipeline";
import { createDatabase, type TestDatabase } from "../support/postgres/postgres";

const blocks = blocksOf(readFileSync(join(__dirname, "../../docs/model.md"), "utf8"));
const examples = blocks.filter(({ language, mark }) => language === "ts" && mark === "");
const refused = blocks.filter(({ language, mark }) => language === "ts" && mark === "refused");

const after = (block: Block): Block | undefined => blocks[blocks.indexOf(block) + 1];
const marked = (mark: string): string[] => blocks.filter((one) => one.mark === mark).map(({ code }) => code);
const linesOf = (mark: string): string[] =>
  marked(mark)
    .flatMap((code) => code.split("\n"))
    .sort();

/** The examples and one refused block, in the order of the document. */
const withRefused = (block: Block): string =>
  programOf(blocks.filter((one) => one === block || examples.includes(one)));
const nameOf = ({ line }: Block): string => `refused-${line}`;

interface Examples {
  readonly model: Model;
  readonly tables: readonly WarehouseTable[];
}

function examplesIn(exported: Readonly<Record<string, unknown>>): Examples {
  const tables = Object.values(exported).filter(
    (one) => typeof one === "object" && one !== null && "kind" in one && "description" in one,
  );
  return { model: exported["model"] as Model, tables: tables as WarehouseTable[] };
}

/** Each table of the examples, with the SQL that follows its block. */
function tablesWithSql({ tables }: Examples): { readonly table: WarehouseTable; readonly sql: string }[] {
  return tables.map((table) => {
    const block = examples.find(({ code }) => code.includes(`("${table.name}", {`));
    const next = block === undefined ? undefined : after(block);
    if (next?.language !== "sql" || next.mark !== "") throw new Error(`no SQL follows ${table.name}`);
    return { table, sql: next.code };
  });
}

/** Names and rows as sorted texts. */
async function shownBy({ client }: TestDatabase, sql: string): Promise<string[]> {
  await client.query("SET timezone = 'UTC'; SET intervalstyle = 'iso_8601'");
  const { fields } = await client.query(`${sql}\n LIMIT 0`);
  const { rows } = await client.query<{ row: string }>(`SELECT shown::text AS row FROM (${sql}\n) AS shown`);
  return [fields.map(({ name }) => name).join(", "), ...rows.map(({ row }) => row).sort()];
}

const selectOf = (table: WarehouseTable): string =>
  `SELECT ${Object.keys(table.columns).map(identifier).join(", ")}
     FROM ${identifier(table.kind === "fact" ? table.currentView : table.name)}`;

describe("The examples of docs/model.md", () => {
  let messages: Readonly<Record<string, readonly string[]>>;
  let declared: Examples;

  before(function () {
    this.timeout(120_000);
    messages = compilerMessages({
      model: programOf(examples),
      ...Object.fromEntries(refused.map((block) => [nameOf(block), withRefused(block)])),
    });
    declared = examplesIn(exportsOf("model", programOf(examples)));
  });

  it("compile", () => {
    expect(messages["model"]).to.deep.equal([]);
  });

  it("form one model without problems that has every declared table", () => {
    const { model, tables } = declared;
    expect(modelProblems(model)).to.deep.equal([]);
    expect([model.calendar, ...model.tables]).to.have.members(tables);
  });

  it("use every element of the language", () => {
    const code = examples.map((one) => one.code).join("\n");
    const functions = Object.entries(columns).map(([name]) => `${name}(`);
    const methods = Object.keys(
      columns.columnsOf(sourceTable("any", { key: "id", columns: { id: types.text } })),
    );
    const kinds = Object.entries(types).flatMap(([name, value]) => (typeof value === "object" ? [name] : []));
    const used = [
      ...functions,
      ...methods.map((name) => `.${name}(`),
      ...kinds.map((name) => `${name},`),
      ...["decimal(", "truncated(", "arrayOf(", "computed(", "required(", "optional(", "sourceTable("],
      ...["calendar(", "dimension(", "fact(", "where:", "also:", "keysAreDisjoint:", "references:"],
      ...["history:", "members:", "whenMissing:", "whenNull:"],
      ...["formerly:", "accepts:", "absentAsNull:", "version:", "timeZone:"],
    ];
    expect(used.filter((one) => !code.includes(one))).to.deep.equal([]);
  });

  for (const block of refused)
    it(`are refused with the message of line ${block.line}`, () => {
      const said = refusalOf(block, messages[nameOf(block)] ?? [], declared);
      expect(inOneOrder(said.join("\n"))).to.equal(inOneOrder(after(block)?.code ?? "no text follows"));
    });

  it("produce the tables that the SQL describes, at first and after a change", async function () {
    this.timeout(120_000);
    const source = await createDatabase();
    for (const sql of marked("source")) await source.client.query(sql);
    const pipeline = await startPipeline({ source });
    try {
      await run(pipeline, declared);
      expect(
        (await rejectedRows(pipeline)).map(({ table, reason }) => `${table}: ${reason}`).sort(),
      ).to.deep.equal(linesOf("rejected"));
      expect(await keptRows(pipeline, "marble_orphan")).to.deep.equal(linesOf("waiting"));
      expect(await keptRows(pipeline, "marble_placeholder")).to.deep.equal(linesOf("placeholders"));
      for (const sql of marked("change")) await source.client.query(sql);
      await run(pipeline, declared);
      for (const block of blocks.filter(({ language, mark }) => language === "sql" && mark === "warehouse"))
        expect(await linesShown(pipeline.warehouse, block.code), `line ${block.line}`).to.have.members(
          after(block)?.code.split("\n") ?? [],
        );
    } finally {
      await pipeline.close();
    }
  });
});

/** Sorts names, because the compiler lists them in the order in which it first saw them. */
const inOneOrder = (message: string): string =>
  message.replace(/"\w+"(?: \| "\w+")+/g, (names) => names.split(" | ").sort().join(" | "));

/** The message for a refused block from the compiler, from a declaration or from the check of the model. */
function refusalOf(block: Block, compiled: readonly string[], declared: Examples): readonly string[] {
  if (compiled.length > 0) return compiled.map((message) => message.replace(/^line \d+: /, ""));
  try {
    const { model, tables } = examplesIn(exportsOf(nameOf(block), withRefused(block)));
    const known = new Set(declared.tables.map(({ name }) => name));
    const more = tables.flatMap((table) =>
      known.has(table.name) || table.kind === "calendar" ? [] : [table],
    );
    return modelProblems({ ...model, tables: [...model.tables, ...more] });
  } catch (error) {
    return [messageOf(error)];
  }
}

/** The waiting rows in a table of the loader, with the reasons. */
async function keptRows({ warehouse }: Pipeline, table: string): Promise<string[]> {
  const rows = await warehouse.query<{ fact: string; key: string; reason: string }>(
    `SELECT fact, key, reason FROM ${table}`,
  );
  return rows.map(({ fact, key, reason }) => `${fact} | ${key} | ${reason}`).sort();
}

/** Rows as the document shows them: `1 | York | true`. */
async function linesShown({ client }: TestDatabase, text: string): Promise<string[]> {
  const { rows } = await client.query<(string | number | boolean | null)[]>({ text, rowMode: "array" });
  return rows.map((row) => row.map((value) => String(value ?? "NULL")).join(" | "));
}

/** Runs the stages and compares each table with its SQL. */
async function run(pipeline: Pipeline, declared: Examples): Promise<void> {
  await pipeline.ingest();
  await pipeline.process({ model: declared.model });
  await pipeline.load({ model: declared.model, marts: [] });
  for (const { table, sql } of tablesWithSql(declared))
    expect(await shownBy(pipeline.warehouse, selectOf(table)), table.name).to.deep.equal(
      await shownBy(pipeline.source, sql),
    );
}
