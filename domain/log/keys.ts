import { TerminalError } from "../errors";

/**
 * The keys of objects in the two lake buckets.
 *
 * - data: `YYYY/MM/DD/<table>/<HHMMSS.mmm>.<extension>` in UTC. With milliseconds and without a colon, because Spark
 *   and Windows cannot open keys with one.
 * - commits: `commits/<number, ten digits>.json`
 * - heads: `heads/<9999999999 - number>`, a small object for each commit. The first key of a listing is the newest, so
 *   finding the head of a log costs one request however long the log is.
 *
 * The processed log of model version 1 begins at the root of its bucket, that of version n under `model-<n>/`. The log
 * of a new model is built next to the old one.
 */
export type ObjectKey = string & { readonly __brand: "ObjectKey" };

/** The number of a commit: 1, 2, 3, … without gaps; the same from source to warehouse. */
export type CommitNumber = number & { readonly __brand: "CommitNumber" };

const DIGITS = 10;
const LAST = 10 ** DIGITS - 1;

/** @throws TerminalError when it is not a whole number from 1 to 9999999998 */
export function commitNumber(value: number): CommitNumber {
  if (!Number.isInteger(value) || value < 1 || value >= LAST) {
    throw new TerminalError(`invalid commit number ${value}; commits are numbered 1, 2, 3, …`);
  }
  return value as CommitNumber;
}

export const FIRST_COMMIT = commitNumber(1);
export const nextCommit = (number: CommitNumber | undefined): CommitNumber =>
  number === undefined ? FIRST_COMMIT : commitNumber(number + 1);

/** The prefix of the processed log of a model version. */
export const modelPrefix = (version: number): string => (version === 1 ? "" : `model-${version}/`);

const padded = (value: number): string => String(value).padStart(DIGITS, "0");

export const COMMITS_PREFIX = "commits/";
export const HEADS_PREFIX = "heads/";
/** Messages of tasks that wait for a worker. */
export const TASK_MESSAGES_PREFIX = "task-messages/";

export const commitKey = (number: CommitNumber): ObjectKey =>
  `${COMMITS_PREFIX}${padded(number)}.json` as ObjectKey;
export const headKey = (number: CommitNumber): ObjectKey =>
  `${HEADS_PREFIX}${padded(LAST - number)}` as ObjectKey;

/** The commit of a head key. @throws TerminalError for a key that is not one */
export function commitOfHeadKey(key: string): CommitNumber {
  const digits = /^heads\/(\d{10})$/.exec(key)?.[1];
  if (digits === undefined)
    throw new TerminalError(`${key} is not a head of a commit log; remove it from the bucket`);
  return commitNumber(LAST - Number(digits));
}

/** A name as one segment of a key. No segment is `.` or `..`, which tools treat as folders. */
export const segment = (name: string): string =>
  /^\.+$/.test(name) ? name.replaceAll(".", "%2E") : encodeURIComponent(name);

/**
 * The key of a data file.
 * @param table any name; characters that a key should not have are percent-encoded
 * @param folder a prefix before the date, for files that are not table data (`rejected`, `state`)
 */
export function dataKey(options: { at: Date; table: string; extension: string; folder?: string }): ObjectKey {
  const { at, table, extension, folder } = options;
  const [date = "", time = ""] = at.toISOString().slice(0, -1).split("T");
  const day = date.replaceAll("-", "/");
  const prefix = folder === undefined ? "" : `${folder}/`;
  return `${prefix}${day}/${segment(table)}/${time.replaceAll(":", "")}.${extension}` as ObjectKey;
}

/** The time in a key of `dataKey`: when its file was written. */
export function timeOfKey(key: string): Date {
  const [, day = "", time = ""] = /(\d{4}\/\d\d\/\d\d)\/[^/]+\/(\d{6}\.\d{3})\.\w+$/.exec(key) ?? [];
  const at = new Date(`${day.replaceAll("/", "-")}T${time.replace(/^(..)(..)/, "$1:$2:")}Z`);
  if (Number.isNaN(at.getTime())) throw new TerminalError(`${key} is not the key of a data file`);
  return at;
}
