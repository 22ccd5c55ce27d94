/**
 * When the report's link is mailed: `never`; `asked`, only when somebody asks; or also each day from a time on, `07:00`
 * in UTC.
 */
export type MailTime = string;
export const NEVER = "never";

const TIME = /^\d\d:\d\d$/;

/** Is a mail due at this time? Whether it was sent already that day is not asked here. */
export const isMailTime = (at: Date, mailTime: MailTime): boolean =>
  TIME.test(mailTime) && at.toISOString().slice(11, 16) >= mailTime;

export interface ReportMail {
  readonly subject: string;
  readonly text: string;
}

const minuteOf = (at: Date): string => `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;

/** The mail that leads to a report. A subject is printable ASCII of less than 100 characters. */
export function reportMail(options: {
  readonly link: string;
  readonly commit: number;
  readonly capturedAt: Date;
  /** when the link ends at the latest */
  readonly until: Date;
}): ReportMail {
  const { link, commit, capturedAt, until } = options;
  return {
    subject: `Marble report: data as of ${minuteOf(capturedAt)}`,
    text: [
      `The business report, with data as of ${minuteOf(capturedAt)} (commit ${commit}):`,
      link,
      `Whoever has this link can read the report, until ${minuteOf(until)} at the latest. AWS may end it earlier: it dies with the temporary credentials of the function that made it.`,
      'Save the page if you want to keep it, it needs no network. For a new link, invoke the report function with {"mail": true}.',
    ].join("\n\n"),
  };
}
