import { emptyByName } from "../../../domain/log/by-name";
import { parseCommit } from "../../../domain/log/commit";
import { TerminalError, TransientError } from "../../../domain/errors";
import { commitNumber, TASK_MESSAGES_PREFIX } from "../../../domain/log/keys";
import type { Model } from "../../../domain/model/model";
import { feedsIn, isDirect, type TableFeed } from "../../../domain/model/joined-feeds";
import { mirrorFeed } from "../../../domain/warehouse/mirror/mirrored-table";
import { taskMessage, taskMessageKey, type TaskMessage, type Task } from "../../../domain/log/task";
import type { ProcessContext } from "../context";
import { finishTask, isFinished, type TaskContext } from "./finish-task";
import { modelStamp } from "../model-digest";
import { laterThan } from "../../shared/clock";

/**
 * Offers a task to the workers, once. The message is an object in the bucket. S3 announces it to a queue, and the queue
 * starts a worker.
 */
export async function sendTask(task: Task, { model, processed, now }: ProcessContext): Promise<void> {
  const message: TaskMessage = {
    version: 1,
    model: modelStamp(model),
    commit: task.commit,
    table: task.fed.table.name,
    feed: task.fed.index,
    captured: task.captured,
    padded: [...task.padded],
    file: task.file,
    after: now().toISOString(),
    ...(task.mirrored !== undefined && { mirrored: task.mirrored }),
  };
  await processed.store.putIfAbsent(taskMessageKey(task), JSON.stringify(message));
}

/** What a worker needs. */
export type WorkerContext = TaskContext & Pick<ProcessContext, "model" | "hasTime">;

/** The result of a worker. */
export interface WorkerResult {
  /** The ingest commits whose tasks the worker ran. */
  readonly commits: readonly number[];
  /** Rows read for each warehouse table. */
  readonly tables: Readonly<Record<string, { readonly rows: number }>>;
  readonly rejected: number;
}

/**
 * Runs the tasks of messages. It ignores a task that is finished, or that belongs to another version of the program.
 * @param keys of task messages, relative to the store of the model's version
 * @throws TransientError when there is not enough time for all of them; the queue then delivers the message again
 */
export async function runTaskMessages(
  keys: readonly string[],
  context: WorkerContext,
): Promise<WorkerResult> {
  const commits = new Set<number>();
  const tables = emptyByName<{ rows: number }>();
  let rejected = 0;
  for (const key of keys) {
    const message = await readTaskMessage(key, context);
    const task = message?.task;
    if (message === undefined || task === undefined || (await isFinished(task, context.processed.store))) {
      context.telemetry.info("the task of the message is finished or outdated", { key });
      continue;
    }
    if (!context.hasTime())
      throw new TransientError(`no time left for ${key}; the queue delivers its message again`, {
        subject: { table: task.fed.table.name, commit: task.commit, key },
      });
    const now = laterThan(message.after, context.now);
    const result = await finishTask(task, { ...context, now });
    commits.add(task.commit);
    const { name } = task.fed.table;
    tables[name] = { rows: (tables[name]?.rows ?? 0) + task.file.rows };
    rejected += result.rejected.rows;
  }
  return { commits: [...commits], tables, rejected };
}

/** Reads the task of a message, and a time before that of its files; undefined for another version of the program. */
async function readTaskMessage(
  key: string,
  { model, processed }: WorkerContext,
): Promise<{ readonly task: Task; readonly after: Date | undefined } | undefined> {
  if (!key.startsWith(TASK_MESSAGES_PREFIX)) return undefined;
  const json = await processed.store.get(key);
  if (json === undefined)
    throw new TerminalError(
      `${key} is missing from the bucket ${processed.store.bucket}: restore it from its versions, or purge the message`,
      { subject: { key } },
    );
  const {
    model: stamp,
    commit,
    table,
    feed,
    captured,
    padded,
    file,
    after,
    mirrored,
  } = parseCommit(taskMessage, json, key);
  const { version, shape } = modelStamp(model);
  if (stamp.version !== version || stamp.shape !== shape || padded === undefined) return undefined;
  const fed = mirrored === undefined ? feedOf(model, table, feed) : mirrorFeed(mirrored.table, mirrored);
  return {
    task: {
      commit: commitNumber(commit),
      fed,
      captured: commitNumber(captured),
      padded,
      file,
      ...(mirrored !== undefined && { mirrored }),
    },
    after: after === undefined ? undefined : new Date(after),
  };
}

function feedOf(model: Model, name: string, place: number): TableFeed {
  const found = feedsIn(model).find((one) => one.table.name === name && one.index === place);
  if (found !== undefined && isDirect(found)) return found;
  throw new TerminalError(`${name} cannot be transformed file by file; purge the message`);
}
