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

export interface ReportMail {
  readonly subject: string;
  readonly text: string;
}

const minuteOf = (at: Date): string => `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;

/** The mail with the link to a report. A subject is printable ASCII of less than 100 characters. */
export function reportMail(options: {
  readonly link: string;
  readonly commit: number;
  readonly capturedAt: Date;
  /** the latest time when the link expires */
  readonly until: Date;
}): ReportMail {
  const { link, commit, capturedAt, until } = options;
  return {
    subject: `Marble report: data as of ${minuteOf(capturedAt)}`,
    text: [
      `The business report, with data as of ${minuteOf(capturedAt)} (commit ${commit}):`,
      link,
      `Anyone with this link can read the report, until ${minuteOf(until)} at the latest. The link may expire earlier, with the temporary credentials of the function that made it.`,
      'To keep the report, save the page. It needs no network. For a new link, invoke the report function with {"mail": true}.',
    ].join("\n\n"),
  };
}
