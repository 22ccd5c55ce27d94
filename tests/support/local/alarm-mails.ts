import { readFileSync } from "node:fs";
import type { Mail } from "../../../local/cloud/sns/outbox";
import { shortSubject } from "./watched-cloud";

/** The expected mail of an alarm: what is wrong, the command that shows why, and the section of the runbook. */
interface AlarmMail {
  readonly says: RegExp;
  readonly shows: RegExp;
  readonly section: string;
}

const logOf = (stage: string, pattern: string): RegExp =>
  new RegExp(`^aws logs tail \\S*-${stage}-\\S* .*--filter-pattern '{ .*${pattern}.* }'`);
const failing = (stage: string): AlarmMail => ({
  says: new RegExp(`^For \\d+ minutes, every run of marble-local-${stage} has failed\\.$`),
  shows: logOf(stage, "ERROR"),
  section: "a-stage-fails",
});

/** The alarms of the stages, by the end of their names. */
export const ALARM_MAILS: Readonly<Record<string, AlarmMail>> = {
  "ingest-errors": failing("ingest"),
  "process-errors": failing("process"),
  "load-errors": failing("load"),
  freshness: {
    says: /^The warehouse is more than 30 minutes old\./,
    shows: /^aws cloudwatch describe-alarms .*--state-value ALARM/,
    section: "the-warehouse-is-old",
  },
  "freshness-unknown": {
    says: /^For 30 minutes, no run of load has reported the age of the warehouse\./,
    shows: logOf("load", "ERROR"),
    section: "nobody-knows-how-old-the-warehouse-is",
  },
  "rejected-rows": {
    says: /^Rows of the source break their contract\./,
    shows: /^aws s3 ls .*\/rejected\/ .*names a table/,
    section: "rejected-rows",
  },
  "orphaned-rows": {
    says: /^Rows refer to a dimension row that does not exist\./,
    shows: /^SELECT fact, key, reason FROM marble_orphan/,
    section: "rows-wait-for-a-dimension",
  },
  "quarantined-tables": {
    says: /^The columns of a table in the source no longer fit the model\./,
    shows: logOf("process", "does not fit its contract"),
    section: "a-table-is-quarantined",
  },
  "held-tables": {
    says: /^A table in the source has lost so many rows that the delete guard holds it back\.$/,
    shows: logOf("ingest", "held back by the delete guard"),
    section: "a-table-is-held-back",
  },
  "failed-tables": {
    says: /^Every run of the last half hour has received an error from the source for a table\.$/,
    shows: logOf("ingest", "could not be captured"),
    section: "a-table-cannot-be-captured",
  },
  "refused-tables": {
    says: /^Ingest refuses to capture a table of the source in its present form\.$/,
    shows: logOf("ingest", "a table is not ingested"),
    section: "a-table-is-refused",
  },
  "absent-tables": {
    says: /^A table that the model reads is gone from the source, or ingest may no longer read it\.$/,
    shows: logOf("ingest", "a table is absent"),
    section: "a-table-is-absent",
  },
};

/** The part of the text about the present state. The description of an alarm explains the other state, too. */
function presentText({ subject, body }: Pick<Mail, "subject" | "body">): string {
  const other = subject.startsWith("ALARM") ? /^OK means: .*$/m : /^ALARM means: .*$/m;
  // An alarm and a metric have this name.
  return `${subject}\n${body.replace(other, "")}`.replaceAll(/freshness/gi, "");
}

/** The missing and false parts of an alarm's mail; empty if it says what, why and what to do. */
export function mailProblems(mail: Mail, falseWords: RegExp): string[] {
  const [state = "", name = ""] = shortSubject(mail).split(" ");
  const expected = ALARM_MAILS[name];
  if (expected === undefined) return [`nobody knows what the mail “${mail.subject}” has to say`];
  const line = (label: string): string => new RegExp(`^${label}: (.*)$`, "m").exec(mail.body)?.[1] ?? "";
  const wrong = state === "ALARM" ? (falseWords.exec(presentText(mail))?.[0] ?? "") : "";
  return [
    ...(expected.says.test(line("ALARM means")) ? [] : [`what: ${line("ALARM means")}`]),
    ...(/\.$/.test(line("OK means")) ? [] : ["what OK means"]),
    ...(expected.shows.test(line("See why")) ? [] : [`why: ${line("See why")}`]),
    ...(line("What to do") === `docs/runbook.md#${expected.section}`
      ? []
      : [`remedy: ${line("What to do")}`]),
    ...(sections.has(expected.section) ? [] : [`the runbook lacks ${expected.section}`]),
    ...(/^State: {3}\w+ -> (\w+)$/m.exec(mail.body)?.[1] === state ? [] : ["the state"]),
    ...(wrong === "" ? [] : [`false: ${wrong}`]),
  ].map((problem) => `${shortSubject(mail)}: ${problem}`);
}

const sections: ReadonlySet<string> = new Set(
  [...readFileSync("docs/runbook.md", "utf8").matchAll(/^## (.*)$/gm)].map(([, title = ""]) =>
    title.toLowerCase().replaceAll(" ", "-"),
  ),
);
