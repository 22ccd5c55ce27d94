import type { ObjectKey } from "../log/keys";
import type { Edition } from "./edition";

/**
 * The keys in the bucket of the reports.
 *
 * - reports: `YYYY/MM/DD/commit-<number, ten digits>-<time>.html`: the day in UTC on which the report was made, the
 *   newest loaded commit, and the time of its load. Late payments change with the day even without new data, and a
 *   replay loads a commit again. If no run has found for too long since the load that the warehouse matches the source,
 *   the key ends with `-unconfirmed`; when a run finds it again, with `-recovered-<time>`. So each state of the
 *   warehouse has a separate key, and a report is due when its key does not exist.
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

/** Whether a warehouse is known to match its source. */
export interface Confirmation {
  /** False if no run has found that for too long; then no table is current. */
  readonly isConfirmed: boolean;
  /** When a run last found that again after too long a time. */
  readonly recoveredAt: Date;
}

/** @param confirmation undefined when the warehouse does not know it */
export function reportKey({ madeAt, commit, loadedAt }: Edition, confirmation?: Confirmation): ReportKey {
  const { isConfirmed = true, recoveredAt = loadedAt } = confirmation ?? {};
  const recovered = recoveredAt > loadedAt ? `-recovered-${timeOf(recoveredAt)}` : "";
  const state = `${recovered}${isConfirmed ? "" : "-unconfirmed"}`;
  return `${dayOf(madeAt)}/commit-${String(commit).padStart(10, "0")}-${timeOf(loadedAt)}${state}.html` as ReportKey;
}

/** The key that names the run which sends the day's mail in this hour. */
export const mailClaimKey = (at: Date): ReportKey =>
  `${MAILED_PREFIX}${dayOf(at)}/${at.toISOString().slice(11, 13)}` as ReportKey;

/** The key of the record that the day's mail was sent. */
export const mailSentKey = (at: Date): ReportKey => `${MAILED_PREFIX}${dayOf(at)}/sent` as ReportKey;
