import type { RecordBatch } from "apache-arrow";
import { hull } from "../../../domain/transform/calendar";
import type { Task, TaskResult } from "../../../domain/log/task";
import type { Lookups } from "../../../domain/transform/transform";
import { fileBatches, transformed, type RemodelRun } from "../commit-run";
import { rejectedRows, type RejectedRows } from "../rejected-rows";
import { writeTable } from "../write-table";

/** Remodels one captured file for one table whose rows need nothing but themselves, as a stream. */
export async function remodelTask(
  task: Task,
  context: Pick<RemodelRun, "ingested" | "processed" | "now">,
): Promise<TaskResult> {
  const { now, processed } = context;
  const run: RemodelRun & { readonly rejected: RejectedRows } = {
    ...context,
    rejected: rejectedRows({ store: processed.store, now }),
    days: { named: undefined },
  };
  const file = await writeTable(task.table, rowsOf(task, run), { store: processed.store, now });
  return {
    files: file === undefined ? [] : [file],
    days: run.days.named ?? null,
    rejected: await run.rejected.finish(),
  };
}

async function* rowsOf({ table, captured, file }: Task, run: RemodelRun): AsyncGenerator<RecordBatch> {
  const noLookups: Lookups = new Map();
  for await (const source of fileBatches(table.source, { number: captured, file }, run)) {
    yield transformed(table, { source, lookups: noLookups, run });
    await run.rejected.spill();
  }
}

/** Adds what came of a task to what is known of its commit. */
export function include(result: TaskResult, run: RemodelRun): void {
  run.days.named = hull(run.days.named, result.days ?? undefined);
  run.rejected.include(result.rejected);
}
