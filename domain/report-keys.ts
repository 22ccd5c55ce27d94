import type { CommitNumber, ObjectKey } from "./keys";

/**
 * Where things stand in the bucket of the reports.
 *
 * - reports: `YYYY/MM/DD/commit-<number, ten digits>.html`, the day in UTC on which the report was made: what is late
 *   changes with the day even when no data does. So whether a report is due is whether its key is there.
 * - `latest.html`: the newest of them, and the only object that is ever written over.
 * - mails: `mailed/YYYY/MM/DD`, a small object: that day's mail is sent.
 */
export type ReportKey = ObjectKey;

export const LATEST_REPORT = "latest.html" as ReportKey;
export const MAILED_PREFIX = "mailed/";

const dayOf = (at: Date): string => at.toISOString().slice(0, 10).replaceAll("-", "/");

export const reportKey = (at: Date, commit: CommitNumber): ReportKey =>
  `${dayOf(at)}/commit-${String(commit).padStart(10, "0")}.html` as ReportKey;

export const mailedKey = (at: Date): ReportKey => `${MAILED_PREFIX}${dayOf(at)}` as ReportKey;
