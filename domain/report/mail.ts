import { countOf } from "./amounts";
import { rowsText } from "./page/warnings";
import type { Report } from "./report";

/**
 * When the link to the report is mailed: `never`; `asked`, on request only; or a UTC time such as `07:00`, each day after
 * this time and on request.
 */
export type MailTime = string;
export const NEVER = "never";

const TIME = /^\d\d:\d\d$/;

/** True if a mail is due at this time. This does not check whether the day's mail was already sent. */
export const isMailTime = (at: Date, mailTime: MailTime): boolean =>
  TIME.test(mailTime) && at.toISOString().slice(11, 16) >= mailTime;

interface ReportMail {
  readonly subject: string;
  readonly text: string;
}

const minuteOf = (at: Date): string => `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;

/** The mail with the link to a report. A subject is printable ASCII of less than 100 characters. */
export function reportMail(
  options: Pick<Report, "behind" | "lacking"> & {
    readonly link: string;
    readonly commit: number;
    readonly capturedAt: Date;
    /** the latest time when the link expires */
    readonly until: Date;
  },
): ReportMail {
  const { link, commit, capturedAt, until, behind = {}, lacking = {} } = options;
  const late = Object.keys(behind).length;
  const lacks = Object.keys(lacking).length > 0;
  const warning = `${late > 0 ? `, ${countOf(late, "table")} behind` : ""}${lacks ? ", rows missing" : ""}`;
  return {
    subject: `Marble report: data as of ${minuteOf(capturedAt)}${warning}`,
    text: [
      `The business report, with data as of ${minuteOf(capturedAt)} (commit ${commit}):`,
      link,
      ...(late > 0 ? [`These tables are behind:\n${behindLines(behind)}`] : []),
      ...(lacks ? [`Some rows are missing from the warehouse:\n${lackingLines(lacking)}`] : []),
      `Anyone with this link can read the report, until ${minuteOf(until)} at the latest. The link may expire earlier, with the temporary credentials of the function that made it.`,
      'To keep the report, save the page. It needs no network. For a new link, invoke the report function with {"mail": true}.',
    ].join("\n\n"),
  };
}

/** Tables with the same cause share a line, because one cause may hold up the whole warehouse. */
function behindLines(behind: NonNullable<Report["behind"]>): string {
  const tables = new Map<string, string[]>();
  for (const [table, { asOf, reason }] of Object.entries(behind)) {
    const since = asOf === null ? "never loaded" : `as of ${minuteOf(new Date(asOf))}`;
    const why = `${since}: ${reason}`;
    tables.set(why, [...(tables.get(why) ?? []), table]);
  }
  return [...tables].map(([why, names]) => `- ${names.join(", ")}, ${why}`).join("\n");
}

const lackingLines = (lacking: NonNullable<Report["lacking"]>): string =>
  Object.entries(lacking)
    .map(([table, rows]) => `- ${table}: ${rowsText(rows)}`)
    .join("\n");
