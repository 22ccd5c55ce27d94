import { parseCommit } from "../domain/commit";
import {
  isShared,
  resultKey,
  task as taskShape,
  taskKey,
  taskResult,
  type Task,
  type TaskResult,
} from "../domain/task";
import type { ObjectStore } from "../adapters/object-store";
import { TerminalError, TransientError } from "../domain/errors";
import type { Model } from "../domain/model/model";
import type { Dimension, Fact } from "../domain/model/table";
import type { ProcessContext } from "./commit-run";
import { modelStamp } from "./model-digest";
import { remodelTask } from "./remodel-task";
import { together } from "./together";

/** What a worker needs. */
export type WorkerContext = Pick<ProcessContext, "ingested" | "processed" | "model" | "telemetry" | "now">;

/**
 * Works off the tasks of a commit, alone, or, when they are many bytes, together with whoever takes a part.
 * @returns the results, in the order of the tasks; undefined when the time is over before all is done: what is
 *   done stays done, and the next run goes on from it
 */
export async function workOff(
  tasks: readonly Task[],
  context: ProcessContext,
): Promise<readonly TaskResult[] | undefined> {
  const { processed, telemetry, hasTime, shareBytes } = context;
  if (!isShared(tasks, shareBytes)) return alone(tasks, context);
  telemetry.info("the work on a large commit is shared", {
    commit: tasks[0]?.commit ?? 0,
    tasks: tasks.length,
  });
  await inBunches(tasks, (task) => processed.store.putIfAbsent(taskKey(task), JSON.stringify(task)));
  const results = new Map<Task, TaskResult>();
  // Others take the tasks as they come: from the end, one does not meet them before nearly all is done.
  for (const task of [...tasks].reverse()) {
    const known = await readResult(task, processed.store);
    if (known === undefined && !hasTime()) return undefined;
    results.set(task, known ?? (await doTask(task, context)));
  }
  return tasks.flatMap((task) => results.get(task) ?? []);
}

/** Files up to this size are small. */
const SMALL_BYTES = 4 * 1024 * 1024;

/**
 * Most files of a commit are small: while one waits for the bucket, others are worked on. Large ones follow one
 * after the other, so that memory does not grow with their number.
 */
async function alone(tasks: readonly Task[], context: WorkerContext): Promise<readonly TaskResult[]> {
  const results = new Map<Task, TaskResult>();
  const work = async (task: Task): Promise<void> => {
    results.set(task, await remodelTask(task, tableOf(task, context.model), context));
  };
  const isLarge = ({ file }: Task): boolean => file.bytes > SMALL_BYTES;
  const oneByOne = async (): Promise<void> => {
    for (const task of tasks.filter(isLarge)) await work(task);
  };
  const small = tasks.filter((task) => !isLarge(task));
  await together([oneByOne(), inBunches(small, work)]);
  return tasks.flatMap((task) => results.get(task) ?? []);
}

/** Does a task that somebody has written down, unless its result is there. Returns whether it had to. */
export async function takeTask(key: string, context: WorkerContext): Promise<boolean> {
  const { processed, model, telemetry } = context;
  const json = await processed.store.get(key);
  if (json === undefined) throw new TerminalError(`there is no task ${key} in ${processed.store.bucket}`);
  const task = parseCommit(taskShape, json, key);
  if (JSON.stringify(task.model) !== JSON.stringify(modelStamp(model))) {
    telemetry.info("the task is of another model", { commit: task.commit, table: task.table });
    return false;
  }
  if ((await readResult(task, processed.store)) !== undefined) return false;
  await doTask(task, context);
  return true;
}

async function doTask(task: Task, context: WorkerContext): Promise<TaskResult> {
  const { processed, model, telemetry } = context;
  const started = performance.now();
  const result = await patiently(() => remodelTask(task, tableOf(task, model), context));
  const isFirst = await processed.store.putIfAbsent(resultKey(task), JSON.stringify(result));
  telemetry.info("remodelled a file", {
    commit: task.commit,
    table: task.table,
    rows: task.file.rows,
    durationMs: Math.round(performance.now() - started),
  });
  return isFirst ? result : ((await readResult(task, processed.store)) ?? result);
}

/** Two workers may name a file by the same millisecond: the second of them takes another. */
async function patiently<T>(work: () => Promise<T>, attempts = 3): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof TransientError) || attempts === 1) throw error;
    return patiently(work, attempts - 1);
  }
}

async function readResult(task: Task, store: ObjectStore): Promise<TaskResult | undefined> {
  const key = resultKey(task);
  const json = await store.get(key);
  return json === undefined ? undefined : parseCommit(taskResult, json, key);
}

function tableOf({ table: name }: Task, { tables }: Model): Dimension | Fact {
  const table = tables.find((candidate) => candidate.name === name);
  if (table === undefined)
    throw new TerminalError(`the model has no table ${name}`, { subject: { table: name } });
  return table;
}

/** Requests at once. */
const BUNCH = 16;

async function inBunches<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < items.length; start += BUNCH)
    await together(items.slice(start, start + BUNCH).map(work));
}
