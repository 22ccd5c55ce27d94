import { z } from "zod";
import { dataFile } from "./commit";
import type { ObjectKey } from "./keys";

/**
 * A piece of the work on a commit: one captured file, remodelled for one warehouse table. Of a large commit,
 * tasks are written down, so that other invocations can take a part, and what is done is done although the run
 * ends; whoever is first with the result of a task has done it. A small commit is worked off without a word.
 */
export const task = z.object({
  version: z.literal(1),
  /** The ingest commit on whose behalf it is done. */
  commit: z.int().positive(),
  model: z.object({ version: z.int().positive(), shape: z.string() }),
  /** The warehouse table to make rows of. */
  table: z.string(),
  /** The ingest commit that captured the file: an earlier one, of a table that was in quarantine. */
  captured: z.int().positive(),
  file: dataFile,
});
export type Task = z.infer<typeof task>;

/** What came of a task. */
export const taskResult = z.object({
  files: z.array(dataFile),
  /** The days that the rows name, since 1970-01-01: the calendar must hold them. */
  days: z.object({ first: z.int(), last: z.int() }).nullable(),
  rejected: z.object({ rows: z.int().nonnegative(), files: z.array(dataFile) }),
});
export type TaskResult = z.infer<typeof taskResult>;

/** What the keys of tasks end with: an object of that name is an invitation to do it. */
export const TASK_SUFFIX = ".task.json";

/** `tasks/<commit>/<warehouse table>/<YYYY-MM-DD-source-table-time>`: the same task always has the same key. */
const stem = ({ commit, table, file }: Task): string =>
  `tasks/${String(commit).padStart(10, "0")}/${table}/${file.key.replaceAll("/", "-").replace(/\.csv$/, "")}`;

export const taskKey = (of: Task): ObjectKey => `${stem(of)}${TASK_SUFFIX}` as ObjectKey;
export const resultKey = (of: Task): ObjectKey => `${stem(of)}.result.json` as ObjectKey;

/** Tasks over more captured bytes than this are shared. */
export const isShared = (tasks: readonly Task[], shareBytes: number): boolean =>
  tasks.length > 1 && tasks.reduce((sum, { file }) => sum + file.bytes, 0) > shareBytes;
