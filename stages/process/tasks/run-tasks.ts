import { largestLast, nextStep, tasksForWorkers } from "../../../domain/transform/task-order";
import { areLarge, resultKey, resultsPrefix, type Task, type TaskResult } from "../../../domain/log/task";
import type { ProcessContext } from "../context";
import { finishTask, readResult } from "./finish-task";
import { sendTask } from "./task-message";
import { transformTask } from "./transform-task";
import { settleAll } from "../../shared/settle-all";

/**
 * Runs the tasks of a commit. Finished tasks of a large commit stay finished, and the next run continues. Workers run
 * some of the tasks at the same time.
 * @returns the results, in the order of the tasks; undefined when the time is over before the last result
 */
export async function runTasks(
  tasks: readonly Task[],
  context: ProcessContext,
): Promise<readonly TaskResult[] | undefined> {
  const { processed, telemetry, hasTime, taskBytes, workers, pause } = context;
  const [first] = tasks;
  if (first === undefined || !areLarge(tasks, taskBytes)) return runInline(tasks, context);
  const { commit } = first;
  telemetry.info("a large commit is processed as tasks", { commit, tasks: tasks.length });

  const withoutResult = async (of: readonly Task[]): Promise<readonly Task[]> => {
    const done = new Set(await processed.store.keys(resultsPrefix(commit)));
    return of.filter((task) => !done.has(resultKey(task)));
  };
  let open = largestLast(await withoutResult(tasks), ({ file }) => file.bytes);
  if (workers > 0) await runInGroups(tasksForWorkers(open), (task) => sendTask(task, context));
  let waitedMs = 0;
  let longestMs: number | undefined;
  while (open.length > 0) {
    if (!hasTime()) return undefined;
    const step = nextStep({ open, workers, waitedMs, longestMs, chance: Math.random() });
    const started = performance.now();
    if (step.kind === "work") {
      await finishTask(step.task, context);
      longestMs = Math.max(longestMs ?? 0, performance.now() - started);
    } else {
      await pause(step.ms);
      waitedMs += step.ms;
    }
    const before = open.length - (step.kind === "work" ? 1 : 0);
    open = await withoutResult(open);
    if (open.length < before) waitedMs = 0;
  }
  const results = new Map<Task, TaskResult>();
  await runInGroups(tasks, async (task) => results.set(task, await readResult(task, processed.store)));
  return tasks.flatMap((task) => results.get(task) ?? []);
}

/** Files up to this size are small. */
const SMALL_BYTES = 4 * 1024 * 1024;

/**
 * Runs small tasks in parallel, because each waits for the bucket. Runs large tasks one after the other, so that memory
 * does not grow with their number.
 */
async function runInline(tasks: readonly Task[], context: ProcessContext): Promise<readonly TaskResult[]> {
  const results = new Map<Task, TaskResult>();
  const work = async (task: Task): Promise<void> => {
    results.set(task, await transformTask(task, context));
  };
  const isLarge = ({ file }: Task): boolean => file.bytes > SMALL_BYTES;
  const runLarge = async (): Promise<void> => {
    for (const task of tasks.filter(isLarge)) await work(task);
  };
  const small = tasks.filter((task) => !isLarge(task));
  await settleAll([runLarge(), runInGroups(small, work)]);
  return tasks.flatMap((task) => results.get(task) ?? []);
}

/** Number of requests in parallel. */
const PARALLEL_REQUESTS = 16;

async function runInGroups<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < items.length; start += PARALLEL_REQUESTS)
    await settleAll(items.slice(start, start + PARALLEL_REQUESTS).map(work));
}
