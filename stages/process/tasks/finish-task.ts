import type { ObjectStore } from "../../../adapters/lake/object-store";
import { parseCommit } from "../../../domain/log/commit";
import { TerminalError, TransientError } from "../../../domain/errors";
import { resultKey, taskResult, type Task, type TaskResult } from "../../../domain/log/task";
import type { ProcessContext, TransformContext } from "../context";
import { transformTask } from "./transform-task";

/** The inputs of a task. */
export type TaskContext = Pick<TransformContext, "ingested" | "processed" | "now"> &
  Pick<ProcessContext, "telemetry">;

/**
 * Runs a task and stores its result, unless another run was first.
 * @returns the result of this run; files of a second result are never used
 */
export async function finishTask(task: Task, context: TaskContext): Promise<TaskResult> {
  const { processed, telemetry } = context;
  const started = performance.now();
  const result = await retryTransient(() => transformTask(task, context));
  await processed.store.putIfAbsent(resultKey(task), JSON.stringify(result));
  telemetry.info("transformed a file", {
    commit: task.commit,
    table: task.fed.table.name,
    rows: task.file.rows,
    durationMs: Math.round(performance.now() - started),
  });
  return result;
}

/** Two parallel runs may name a file by the same millisecond. The second then retries with another name. */
async function retryTransient<T>(work: () => Promise<T>, attempts = 3): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof TransientError) || attempts === 1) throw error;
    return retryTransient(work, attempts - 1);
  }
}

/** True if the task has a result. */
export const isFinished = async (task: Task, store: ObjectStore): Promise<boolean> =>
  (await store.firstKey(resultKey(task))) !== undefined;

/** Reads the result of a finished task. */
export async function readResult(task: Task, store: ObjectStore): Promise<TaskResult> {
  const key = resultKey(task);
  const json = await store.get(key);
  if (json !== undefined) return parseCommit(taskResult, json, key);
  throw new TerminalError(`${key} is missing from the bucket ${store.bucket}: restore it from its versions`, {
    subject: { table: task.fed.table.name, commit: task.commit, key },
  });
}
