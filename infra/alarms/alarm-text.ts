import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** The sections of docs/runbook.md that alarms refer to. */
type RunbookSection =
  | "a-stage-fails"
  | "a-stage-is-throttled"
  | "a-stage-runs-long"
  | "workers-fail"
  | "a-schedule-cannot-start-its-stage"
  | "rejected-rows"
  | "rows-wait-for-a-dimension"
  | "a-table-is-quarantined"
  | "a-table-is-held-back"
  | "a-table-cannot-be-captured"
  | "a-table-is-refused"
  | "a-table-is-absent"
  | "the-warehouse-is-old"
  | "nobody-knows-how-old-the-warehouse-is";

/** The text of an alarm, for the person who receives the mail. */
export interface AlarmText {
  /** the state of the platform while the alarm is in ALARM */
  readonly alarm: string;
  /** the state of the platform when the alarm returns to OK, and the work that remains */
  readonly ok: string;
  /** what the problem means for the users of the warehouse */
  readonly meaning: string;
  /** a command, or a query to the warehouse, whose output names the cause */
  readonly show: pulumi.Input<string>;
  readonly section: RunbookSection;
}

/**
 * The description of an alarm. CloudWatch has one description for both states. Each mail contains it after the state,
 * the reason and the time.
 *
 * @param place where to read more: the runbook, and the log group
 */
export function alarmDescription(
  { alarm, ok, meaning, show, section }: AlarmText,
  { runbookUrl, logGroup }: { readonly runbookUrl: string; readonly logGroup: pulumi.Input<string> },
): pulumi.Output<string> {
  return pulumi.interpolate`ALARM means: ${alarm}\nOK means: ${ok}\n\n${meaning}\n\nSee why: ${show}\nWhat to do: ${runbookUrl}#${section}\nLogs: ${logsUrl(logGroup)}`;
}

/** A command that prints the last lines of a log that match a pattern of CloudWatch. */
export function lastLines(
  logGroup: pulumi.Input<string>,
  pattern: string,
  { since = "1d", count = 3 } = {},
): pulumi.Output<string> {
  const { region } = aws.getRegionOutput();
  return pulumi.interpolate`aws logs tail ${logGroup} --region ${region} --since ${since} --format short --filter-pattern '${pattern}' | tail -${count}`;
}

/** The same for the errors. */
export const lastErrors = (logGroup: pulumi.Input<string>): pulumi.Output<string> =>
  lastLines(logGroup, '{ $.level = "ERROR" }');

/** The same for a warning. */
export const lastWarning = (logGroup: pulumi.Input<string>, message: string): pulumi.Output<string> =>
  lastLines(logGroup, `{ $.message = "${message}" }`);

/** The page of the AWS console that shows a log group. The console expects the name encoded twice, with $ for %. */
function logsUrl(logGroup: pulumi.Input<string>): pulumi.Output<string> {
  const { region } = aws.getRegionOutput();
  const encoded = pulumi
    .output(logGroup)
    .apply((name) => encodeURIComponent(encodeURIComponent(name)).replaceAll("%", "$"));
  return pulumi.interpolate`https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/${encoded}`;
}
