import type { ObjectKey } from "../log/keys";
import type { Edition } from "./edition";

/**
 * The keys in the bucket of the reports.
 *
 * - reports: `YYYY/MM/DD/commit-<number, ten digits>-<time>.html`: the day in UTC on which the report was made, the
 *   newest loaded commit, and the time of its load. Late payments change with the day even without new data, and a
 *   replay loads a commit again. So a report is due when its key does not exist.
 * - `latest.html`: the newest report, and the only object that runs overwrite.
 * - mails: small objects. `mailed/YYYY/MM/DD/HH` names the run of that hour that sends the day's mail.
 *   `mailed/YYYY/MM/DD/sent` names the run that has sent it.
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
