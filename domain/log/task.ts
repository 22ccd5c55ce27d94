import * as z from "zod";
import { catalogueColumn, dataFile, type DataFile } from "./commit";
import { TASK_MESSAGES_PREFIX, segment, type CommitNumber, type ObjectKey } from "./keys";
import type { TableFeed } from "../model/joined-feeds";

/**
 * A piece of the work on a commit: one captured file, remodelled for one warehouse table. Of a large commit the
 * result of each task is written down, so that what is done stays done although the run ends; whoever is first
 * with it has done the task. Small commits are processed inline, without writing task results.
 */
export interface Task {
  /** The ingest commit on whose behalf it is done. */
  readonly commit: CommitNumber;
  /** The warehouse table to make rows of, and which of its feeds the file is for. */
  readonly fed: TableFeed;
  /** The ingest commit that captured the file: an earlier one, of a table that was in quarantine. */
  readonly captured: CommitNumber;
  /** The columns of the file whose values are padded with blanks: see `paddedColumns`. */
  readonly padded: readonly string[];
  readonly file: DataFile;
  /** Of a mirrored table, which no model has: what its feed is made from. */
  readonly mirrored?: MirroredTable;
}

const mirroredTable = z.object({
  /** Its name in the source. */
  table: z.string(),
  key: z.array(z.string()),
  columns: z.array(catalogueColumn),
});
export type MirroredTable = z.infer<typeof mirroredTable>;

/** What came of a task. */
export const taskResult = z.object({
  files: z.array(dataFile),
  /** Of a fact: files of the keys of rows that its condition leaves out. */
  tombstones: z.array(dataFile).default([]),
  /** The days that the rows name, since 1970-01-01: the calendar must hold them. */
  days: z.object({ first: z.int(), last: z.int() }).nullable(),
  rejected: z.object({ rows: z.int().nonnegative(), files: z.array(dataFile) }),
});
export type TaskResult = z.infer<typeof taskResult>;

/** The message of a task for the workers: a separate object, written once. */
export const taskMessage = z.object({
  version: z.literal(1),
  /** The model that the task is of. A worker with another one leaves it alone. */
  model: z.object({ version: z.int().positive(), shape: z.string() }),
  commit: z.int().positive(),
  table: z.string(),
  /** The place of the feed among those of the table. */
  feed: z.int().nonnegative().default(0),
  captured: z.int().positive(),
  /** Missing in what a program handed out that left the blanks of `char(n)` in place. */
  padded: z.array(z.string()).optional(),
  file: dataFile,
  /** The files that are made come after this time. Missing in what an earlier program handed out. */
  after: z.iso.datetime().optional(),
  /** Of a mirrored table: what its feed is made from. */
  mirrored: mirroredTable.optional(),
});
export type TaskMessage = z.infer<typeof taskMessage>;

const padded = (commit: CommitNumber): string => String(commit).padStart(10, "0");

/**
 * `<commit>/<warehouse table>/<YYYY-MM-DD-source-table-time>.json`: the same task always has the same name. The
 * second feed of a table and later ones are named by their number too.
 */
const nameOf = ({ commit, fed: { table, index }, file }: Task): string =>
  `${padded(commit)}/${segment(table.name)}/${index === 0 ? "" : `${index}/`}${file.key.replaceAll("/", "-").replace(/\.csv$/, "")}.json`;

/** What the keys of the results of a commit's tasks begin with. */
export const resultsPrefix = (commit: CommitNumber): string => `tasks/${padded(commit)}/`;
export const resultKey = (task: Task): ObjectKey => `tasks/${nameOf(task)}` as ObjectKey;
export const taskMessageKey = (task: Task): ObjectKey =>
  `${TASK_MESSAGES_PREFIX}${nameOf(task)}` as ObjectKey;

/** Are the tasks, by their captured bytes, more work than a run should risk to do again? */
export const areLarge = (tasks: readonly Task[], taskBytes: number): boolean =>
  tasks.length > 1 && tasks.reduce((sum, { file }) => sum + file.bytes, 0) > taskBytes;
