import type { ObjectStore } from "../../../adapters/lake/object-store";
import { parseCommit } from "../../../domain/log/commit";
import { TerminalError, TransientError } from "../../../domain/errors";
import { resultKey, taskResult, type Task, type TaskResult } from "../../../domain/log/task";
import type { ProcessContext, TransformContext } from "../context";
import { remodelTask } from "./transform-task";

/** What whoever does a task works with. */
export type TaskContext = Pick<TransformContext, "ingested" | "processed" | "now"> &
  Pick<ProcessContext, "telemetry">;

/**
 * Does a task and writes its result down, unless another was first.
 * @returns what came of it here; files that only the second wrote are not used
 */
export async function finishTask(task: Task, context: TaskContext): Promise<TaskResult> {
  const { processed, telemetry } = context;
  const started = performance.now();
  const result = await retryTransient(() => remodelTask(task, context));
  await processed.store.putIfAbsent(resultKey(task), JSON.stringify(result));
  telemetry.info("remodelled a file", {
    commit: task.commit,
    table: task.fed.table.name,
    rows: task.file.rows,
    durationMs: Math.round(performance.now() - started),
  });
  return result;
}

/** Two parallel runs may name a file by the same millisecond; the second retries with another name. */
async function retryTransient<T>(work: () => Promise<T>, attempts = 3): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof TransientError) || attempts === 1) throw error;
    return retryTransient(work, attempts - 1);
  }
}

/** Has somebody done the task? */
export const isFinished = async (task: Task, store: ObjectStore): Promise<boolean> =>
  (await store.firstKey(resultKey(task))) !== undefined;

/** What came of a task that is finished. */
export async function readResult(task: Task, store: ObjectStore): Promise<TaskResult> {
  const key = resultKey(task);
  const json = await store.get(key);
  if (json !== undefined) return parseCommit(taskResult, json, key);
  throw new TerminalError(`${key} is missing from the bucket ${store.bucket}: restore it from its versions`, {
    subject: { table: task.fed.table.name, commit: task.commit, key },
  });
}
