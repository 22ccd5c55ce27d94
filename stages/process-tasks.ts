import type { ObjectStore } from "../adapters/object-store";
import { parseCommit } from "../domain/commit";
import { TransientError } from "../domain/errors";
import { areLarge, resultKey, taskResult, type Task, type TaskResult } from "../domain/task";
import type { ProcessContext } from "./commit-run";
import { remodelTask } from "./remodel-task";
import { together } from "./together";

/**
 * Works off the tasks of a commit. Of a large one, what is done stays done: the next run goes on from it.
 * @returns the results, in the order of the tasks; undefined when the time is over before all is done
 */
export async function workOff(
  tasks: readonly Task[],
  context: ProcessContext,
): Promise<readonly TaskResult[] | undefined> {
  const { processed, telemetry, hasTime, taskBytes } = context;
  if (!areLarge(tasks, taskBytes)) return atOnce(tasks, context);
  telemetry.info("a large commit is worked off in tasks", {
    commit: tasks[0]?.commit ?? 0,
    tasks: tasks.length,
  });
  const results: TaskResult[] = [];
  for (const task of tasks) {
    const known = await readResult(task, processed.store);
    if (known === undefined && !hasTime()) return undefined;
    results.push(known ?? (await doTask(task, context)));
  }
  return results;
}

/** Files up to this size are small. */
const SMALL_BYTES = 4 * 1024 * 1024;

/**
 * Most files of a commit are small: while one waits for the bucket, others are worked on. Large ones follow one
 * after the other, so that memory does not grow with their number.
 */
async function atOnce(tasks: readonly Task[], context: ProcessContext): Promise<readonly TaskResult[]> {
  const results = new Map<Task, TaskResult>();
  const work = async (task: Task): Promise<void> => {
    results.set(task, await remodelTask(task, context));
  };
  const isLarge = ({ file }: Task): boolean => file.bytes > SMALL_BYTES;
  const oneByOne = async (): Promise<void> => {
    for (const task of tasks.filter(isLarge)) await work(task);
  };
  const small = tasks.filter((task) => !isLarge(task));
  await together([oneByOne(), inBunches(small, work)]);
  return tasks.flatMap((task) => results.get(task) ?? []);
}

async function doTask(task: Task, context: ProcessContext): Promise<TaskResult> {
  const { processed, telemetry } = context;
  const started = performance.now();
  const result = await patiently(() => remodelTask(task, context));
  const isFirst = await processed.store.putIfAbsent(resultKey(task), JSON.stringify(result));
  telemetry.info("remodelled a file", {
    commit: task.commit,
    table: task.table.name,
    rows: task.file.rows,
    durationMs: Math.round(performance.now() - started),
  });
  return isFirst ? result : ((await readResult(task, processed.store)) ?? result);
}

/** Two runs at once may name a file by the same millisecond: the second of them takes another. */
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

/** Requests at once. */
const BUNCH = 16;

async function inBunches<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < items.length; start += BUNCH)
    await together(items.slice(start, start + BUNCH).map(work));
}
