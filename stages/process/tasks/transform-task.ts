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
  given: Pick<TransformContext, "ingested" | "processed" | "now">,
): Promise<TaskResult> {
  const { now, processed } = given;
  const context: TransformContext & { readonly rejected: RejectedRows } = {
    ...given,
    rejected: rejectedRows({ store: processed.store, now }),
    days: { named: undefined },
  };
  const target = { store: processed.store, now };
  const { table } = task.fed;
  const absent = table.kind === "fact" ? leftOutTombstones({ ...task.fed, table }, target) : undefined;
  const file = await writeTable(table, rowsOf(task, context, absent), target);
  return {
    files: file === undefined ? [] : [file],
    tombstones: (await absent?.finish()) ?? [],
    days: context.days.named ?? null,
    rejected: await context.rejected.finish(),
  };
}

async function* rowsOf(
  { fed, captured, padded, file }: Task,
  context: TransformContext,
  tombstones: LeftOutTombstones | undefined,
): AsyncGenerator<RecordBatch> {
  const noLookups: Lookups = new Map();
  for await (const source of decodeFile(fed.feed.source, { number: captured, padded, file }, context)) {
    const { batch, absent } = transformRows(fed, { source, lookups: noLookups, context });
    await tombstones?.add({ batch: source.batch, rows: absent });
    yield batch;
    await context.rejected.spill();
  }
}

/** Adds the result of a task to that of its commit. */
export function include(result: TaskResult, context: TransformContext): void {
  context.days.named = hull(context.days.named, result.days ?? undefined);
  context.rejected.include(result.rejected);
}
