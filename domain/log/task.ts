import * as z from "zod";
import { catalogueColumn, dataFile, type DataFile } from "./commit";
import { TASK_MESSAGES_PREFIX, segment, type CommitNumber, type ObjectKey } from "./keys";
import type { TableFeed } from "../model/joined-feeds";

/**
 * A piece of the work on a commit: one captured file, transformed for one warehouse table. The result of each task of a
 * large commit is stored, so finished tasks stay finished when the run ends. The first stored result counts. The
 * tasks of small commits store no results.
 */
export interface Task {
  /** The ingest commit that it belongs to. */
  readonly commit: CommitNumber;
  /** The target warehouse table, and which of its feeds reads the file. */
  readonly fed: TableFeed;
  /** The ingest commit that captured the file: an earlier one, when the table was in quarantine. */
  readonly captured: CommitNumber;
  /** The columns of the file whose values are padded with blanks: see `paddedColumns`. */
  readonly padded: readonly string[];
  readonly file: DataFile;
  /** For a mirrored table, which is in no model: the description of its feed. */
  readonly mirrored?: MirroredTable;
}

const mirroredTable = z.object({
  /** Its name in the source. */
  table: z.string(),
  key: z.array(z.string()),
  columns: z.array(catalogueColumn),
});
type MirroredTable = z.infer<typeof mirroredTable>;

/** The result of a task. */
export const taskResult = z.object({
  files: z.array(dataFile),
  /** For a fact: files of the keys of rows that its condition leaves out. */
  tombstones: z.array(dataFile).default([]),
  /** The days in the rows, since 1970-01-01: the calendar must cover them. */
  days: z.object({ first: z.int(), last: z.int() }).nullable(),
  rejected: z.object({ rows: z.int().nonnegative(), files: z.array(dataFile) }),
});
export type TaskResult = z.infer<typeof taskResult>;

/** The message that offers a task to the workers: a separate object, written once. */
export const taskMessage = z.object({
  version: z.literal(1),
  /** The model of the task. A worker with another model ignores it. */
  model: z.object({ version: z.int().positive(), shape: z.string() }),
  commit: z.int().positive(),
  table: z.string(),
  /** The index of the feed in its table. */
  feed: z.int().nonnegative().default(0),
  captured: z.int().positive(),
  /** Missing in messages of an earlier version, which did not strip the blanks of `char(n)`. */
  padded: z.array(z.string()).optional(),
  file: dataFile,
  /** The new files get times after this one. Missing in messages of an earlier version. */
  after: z.iso.datetime().optional(),
  /** For a mirrored table: the description of its feed. */
  mirrored: mirroredTable.optional(),
});
export type TaskMessage = z.infer<typeof taskMessage>;

const padded = (commit: CommitNumber): string => String(commit).padStart(10, "0");

/**
 * `<commit>/<warehouse table>/<YYYY-MM-DD-source-table-time>.json`: a task always has the same name. Names of later
 * feeds of a table also have their index.
 */
const nameOf = ({ commit, fed: { table, index }, file }: Task): string =>
  `${padded(commit)}/${segment(table.name)}/${index === 0 ? "" : `${index}/`}${file.key.replaceAll("/", "-").replace(/\.csv$/, "")}.json`;

/** The prefix of the results of a commit's tasks. */
export const resultsPrefix = (commit: CommitNumber): string => `tasks/${padded(commit)}/`;
export const resultKey = (task: Task): ObjectKey => `tasks/${nameOf(task)}` as ObjectKey;
export const taskMessageKey = (task: Task): ObjectKey =>
  `${TASK_MESSAGES_PREFIX}${nameOf(task)}` as ObjectKey;

/** True if the tasks have too many captured bytes for a run to risk repeating them. */
export const areLarge = (tasks: readonly Task[], taskBytes: number): boolean =>
  tasks.length > 1 && tasks.reduce((sum, { file }) => sum + file.bytes, 0) > taskBytes;
