import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { identifier } from "../../domain/sql";
import { startPipeline, type Pipeline } from "../support/pipeline/pipeline";
import { createDatabase, type TestDatabase } from "../support/postgres/postgres";
import type { Example } from "./example";
import { music } from "./music/expected";
import { orders } from "./orders/expected";
import { rental } from "./rental/expected";

/** Rows as texts, in one order. */
const rowsOf = async (database: TestDatabase, sql: string): Promise<string[]> => {
  await database.client.query("SET timezone = 'UTC'");
  const rows = await database.query<{ row: string }>(`SELECT shown::text AS row FROM (${sql}) AS shown`);
  return rows.map(({ row }) => row).sort();
};

/** The number of versions in each fact table. */
async function versions(pipeline: Pipeline, { model }: Example): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { kind, name } of model.tables) {
    if (kind !== "fact") continue;
    const [row] = await pipeline.warehouse.query<{ n: string }>(
      `SELECT count(*) AS n FROM ${identifier(name)}`,
    );
    counts[name] = Number(row?.n);
  }
  return counts;
}

/** The rows of a warehouse table that the source has too: a dimension keeps rows that history refers to. */
function shown(example: Example, name: string): string {
  const table = example.model.tables.find((one) => one.name === name);
  if (table === undefined) throw new Error(`${example.name} has no table ${name}`);
  const columns = Object.keys(table.columns).map(identifier).join(", ");
  return `SELECT ${columns} FROM ${identifier(table.kind === "fact" ? table.currentView : name)}`;
}

async function assertEqual(pipeline: Pipeline, example: Example, when: string): Promise<void> {
  for (const [name, sql] of Object.entries(example.expected)) {
    const table = example.model.tables.find((one) => one.name === name);
    const wanted = await rowsOf(pipeline.source, sql);
    const found = await rowsOf(pipeline.warehouse, shown(example, name));
    const kept = table?.kind === "dimension" ? found.filter((row) => wanted.includes(row)) : found;
    expect(kept, `${name}, ${when}`).to.deep.equal(wanted);
  }
}

for (const example of [orders, rental, music]) {
  describe(`A star over a database of ${example.name}`, () => {
    it("equals SQL over the source, after the first load and after every change", async function () {
      this.timeout(180_000);
      const source = await createDatabase();
      await source.client.query(readFileSync(join(__dirname, example.schema), "utf8"));
      const pipeline = await startPipeline({ source });
      try {
        const run = async (): Promise<void> => {
          await pipeline.ingest();
          await pipeline.process({ model: example.model });
          await pipeline.load({ model: example.model, marts: [] });
        };
        await run();
        await assertEqual(pipeline, example, "at the first load");
        for (const [change, sql] of Object.entries(example.changes)) {
          const before = await versions(pipeline, example);
          for (const statement of sql.split(/;\s*/)) await source.client.query(statement);
          await run();
          await assertEqual(pipeline, example, `after ${change}`);
          if (change.includes("captured again"))
            expect(await versions(pipeline, example), "a recapture makes no version").to.deep.equal(before);
        }
      } finally {
        await pipeline.close();
      }
    });
  });
}
