import { createSource } from "../postgres/postgres";
import { pipelineCopies } from "./pipeline-copies";
import { startPipeline, type Pipeline } from "./pipeline";

/** A source that changes over some commits: updates, deletes, a renamed department. */
export const withHistory = pipelineCopies(async (lake) => {
  const pipeline = await startPipeline({ source: await createSource({ seeded: true }), lake });
  await pipeline.run();
  for (const units of [11, 12]) {
    await pipeline.source.query("UPDATE sales_order SET units_sold = $1 WHERE sales_order_id IN (2, 3)", [
      units,
    ]);
    await pipeline.source.query("DELETE FROM payment WHERE payment_id = $1", [units]);
    await pipeline.source.query("UPDATE department SET department_name = $1 WHERE department_id = 1", [
      `D${units}`,
    ]);
    await pipeline.run();
  }
  return pipeline;
});

const FACTS = {
  fact_sales_order: "sales_record_id",
  fact_purchase_order: "purchase_record_id",
  fact_payment: "payment_record_id",
};

/** All versions of all facts, in their order, without surrogate keys. */
export async function versions({ warehouse }: Pipeline): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const [fact, key] of Object.entries(FACTS)) {
    const rows = await warehouse.query<{ row: string }>(
      `SELECT (to_jsonb(f) - '${key}')::text || EXISTS (SELECT FROM marble_deletion d WHERE d.fact = '${fact}' AND d.record_id = f.${key}) AS row
         FROM ${fact} f ORDER BY ${key}`,
    );
    found[fact] = rows.map(({ row }) => row);
  }
  return found;
}
