import type { ObjectKey } from "../log/keys";
import type { Edition } from "./edition";

/**
 * Where things stand in the bucket of the reports.
 *
 * - reports: `YYYY/MM/DD/commit-<number, ten digits>-<time>.html`: the day in UTC on which the report was made, the
 *   newest loaded commit, and when that was loaded. What is late changes with the day even when no data does, and a
 *   replay loads a commit again. So whether a report is due is whether its key is there.
 * - `latest.html`: the newest of them, and the only object that is ever written over.
 * - mails: small objects. `mailed/YYYY/MM/DD/HH`: which run of that hour sends the day's mail.
 *   `mailed/YYYY/MM/DD/sent`: which run has sent it.
 */
export type ReportKey = ObjectKey;

export const LATEST_REPORT = "latest.html" as ReportKey;
export const MAILED_PREFIX = "mailed/";

const dayOf = (at: Date): string => at.toISOString().slice(0, 10).replaceAll("-", "/");

/** `20261125T073112345Z` */
const timeOf = (at: Date): string => at.toISOString().replaceAll(/[-:.]/g, "");

export const reportKey = ({ madeAt, commit, loadedAt }: Edition): ReportKey =>
  `${dayOf(madeAt)}/commit-${String(commit).padStart(10, "0")}-${timeOf(loadedAt)}.html` as ReportKey;

/** The key that names the run which sends the day's mail in this hour. */
export const mailClaimKey = (at: Date): ReportKey =>
  `${MAILED_PREFIX}${dayOf(at)}/${at.toISOString().slice(11, 13)}` as ReportKey;

/** The key of the record that the day's mail was sent. */
export const mailSentKey = (at: Date): ReportKey => `${MAILED_PREFIX}${dayOf(at)}/sent` as ReportKey;
