import * as z from "zod";
import { dataFile, type DataFile } from "./commit";
import type { CommitNumber, ObjectKey } from "./keys";
import type { Dimension, Fact } from "./model/table";

/**
 * A piece of the work on a commit: one captured file, remodelled for one warehouse table. Of a large commit the
 * result of each task is written down, so that what is done stays done although the run ends; whoever is first
 * with it has done the task. A small commit is worked off without a word.
 */
export interface Task {
  /** The ingest commit on whose behalf it is done. */
  readonly commit: CommitNumber;
  /** The warehouse table to make rows of. */
  readonly table: Dimension | Fact;
  /** The ingest commit that captured the file: an earlier one, of a table that was in quarantine. */
  readonly captured: CommitNumber;
  readonly file: DataFile;
}

/** What came of a task. */
export const taskResult = z.object({
  files: z.array(dataFile),
  /** The days that the rows name, since 1970-01-01: the calendar must hold them. */
  days: z.object({ first: z.int(), last: z.int() }).nullable(),
  rejected: z.object({ rows: z.int().nonnegative(), files: z.array(dataFile) }),
});
export type TaskResult = z.infer<typeof taskResult>;

/** `tasks/<commit>/<warehouse table>/<YYYY-MM-DD-source-table-time>`: the same task always has the same key. */
export const resultKey = ({ commit, table, file }: Task): ObjectKey =>
  `tasks/${String(commit).padStart(10, "0")}/${table.name}/${file.key.replaceAll("/", "-").replace(/\.csv$/, "")}.json` as ObjectKey;

/** Are the tasks, by their captured bytes, more work than a run should risk to do again? */
export const areLarge = (tasks: readonly Task[], taskBytes: number): boolean =>
  tasks.length > 1 && tasks.reduce((sum, { file }) => sum + file.bytes, 0) > taskBytes;
