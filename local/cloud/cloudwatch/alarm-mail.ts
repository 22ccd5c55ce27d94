import type { AlarmTransition } from "./alarm";

/** SNS takes less than 100 characters in a subject. */
const LONGEST_SUBJECT = 99;

/** The mail about a change of state, with the content of CloudWatch's mail. */
export function alarmMail({ alarm, from, to, reason, at }: AlarmTransition): {
  readonly subject: string;
  readonly message: string;
} {
  const dimensions = Object.entries(alarm.dimensions).map(([name, value]) => `${name} = ${value}`);
  const message = [
    alarm.description,
    "",
    `State:   ${from} -> ${to}`,
    `Reason:  ${reason}`,
    `Time:    ${at.toISOString()}`,
    `Metric:  ${alarm.namespace} ${alarm.metric} (${dimensions.join(", ")})`,
    `Rule:    ${alarm.statistic} of ${alarm.periodSeconds} seconds, ${alarm.datapointsToAlarm} out of ${alarm.evaluationPeriods}`,
    "",
  ].join("\n");
  return { subject: `${to}: "${alarm.name}"`.slice(0, LONGEST_SUBJECT), message };
}
