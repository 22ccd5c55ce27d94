import type { RecordBatch } from "apache-arrow";
import { hull } from "../../../domain/transform/calendar";
import type { Task, TaskResult } from "../../../domain/log/task";
import type { Lookups } from "../../../domain/transform/transform";
import { decodeFile } from "../batches";
import { transformRows } from "../transform-rows";
import type { TransformContext } from "../context";
import { rejectedRows, type RejectedRows } from "../rejected/rejected-rows";
import { leftOutTombstones, type LeftOutTombstones } from "../files/write-tombstones";
import { writeTable } from "../files/write-table";

/** Transforms one captured file for one table without joins, as a stream. */
export async function transformTask(
  task: Task,
  context: Pick<TransformContext, "ingested" | "processed" | "now">,
): Promise<TaskResult> {
  const { now, processed } = context;
  const run: TransformContext & { readonly rejected: RejectedRows } = {
    ...context,
    rejected: rejectedRows({ store: processed.store, now }),
    days: { named: undefined },
  };
  const target = { store: processed.store, now };
  const { table } = task.fed;
  const absent = table.kind === "fact" ? leftOutTombstones({ ...task.fed, table }, target) : undefined;
  const file = await writeTable(table, rowsOf(task, run, absent), target);
  return {
    files: file === undefined ? [] : [file],
    tombstones: (await absent?.finish()) ?? [],
    days: run.days.named ?? null,
    rejected: await run.rejected.finish(),
  };
}

async function* rowsOf(
  { fed, captured, padded, file }: Task,
  run: TransformContext,
  tombstones: LeftOutTombstones | undefined,
): AsyncGenerator<RecordBatch> {
  const noLookups: Lookups = new Map();
  for await (const source of decodeFile(fed.feed.source, { number: captured, padded, file }, run)) {
    const { batch, absent } = transformRows(fed, { source, lookups: noLookups, run });
    await tombstones?.add({ batch: source.batch, rows: absent });
    yield batch;
    await run.rejected.spill();
  }
}

/** Adds the result of a task to that of its commit. */
export function include(result: TaskResult, run: TransformContext): void {
  run.days.named = hull(run.days.named, result.days ?? undefined);
  run.rejected.include(result.rejected);
}
