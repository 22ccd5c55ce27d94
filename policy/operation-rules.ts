import type { Policies } from "@pulumi/policy";
import { at, everyResource, lacking, leadsTo, UNKNOWN, wholeStack, type StackResource } from "./resources";

const FUNCTION = "aws:lambda/function:Function";

/** The paths of the metric name and of the Lambda in an alarm: at the top level, and in the queries. */
function measuresOf({ props: { metricQueries } }: StackResource): readonly {
  readonly metric: readonly string[];
  readonly lambda: readonly [string, ...string[]];
}[] {
  const queries: readonly unknown[] = Array.isArray(metricQueries) ? metricQueries : [];
  return [
    { metric: ["metricName"], lambda: ["dimensions", "FunctionName"] },
    ...queries.map((_, index) => {
      const path = ["metricQueries", String(index), "metric"] as const;
      return { metric: [...path, "metricName"], lambda: [...path, "dimensions", "FunctionName"] as const };
    }),
  ];
}

/** Rules about alarms and log retention. */
export const OPERATION_RULES: Policies = [
  everyResource(
    {
      name: "logs-expire",
      description: "Every log group deletes old logs.",
      type: "aws:cloudwatch/logGroup:LogGroup",
    },
    ({ retentionInDays }) =>
      retentionInDays === UNKNOWN || (typeof retentionInDays === "number" && retentionInDays > 0)
        ? []
        : ["keeps its logs forever: set retentionInDays"],
  ),
  wholeStack({ name: "errors-alarm", description: "An alarm watches the errors of every Lambda." }, (all) =>
    lacking(all(FUNCTION), {
      what: "fails unnoticed: declare an alarm on its Errors",
      has: (lambda) =>
        all("aws:cloudwatch/metricAlarm:MetricAlarm").some((alarm) =>
          measuresOf(alarm).some(
            (of) => at(alarm.props, ...of.metric) === "Errors" && leadsTo(alarm, of.lambda, lambda),
          ),
        ),
    }),
  ),
  everyResource(
    {
      name: "alarms-notify",
      description:
        "Every alarm sends a mail when it rings and when it ends, names the remedy, and defines missing data.",
      type: "aws:cloudwatch/metricAlarm:MetricAlarm",
    },
    ({ alarmActions, okActions, alarmDescription, treatMissingData }) => [
      ...(isFilled(alarmActions) ? [] : ["sends no mail when it rings: set alarmActions"]),
      ...(isFilled(okActions) ? [] : ["sends no mail when it ends: set okActions"]),
      ...(alarmDescription === UNKNOWN || /What to do: \S+#\S+/.test(String(alarmDescription))
        ? []
        : ["names no section of the runbook in its description"]),
      ...(treatMissingData === undefined ? ["does not define missing data: set treatMissingData"] : []),
    ],
  ),
];

const isFilled = (value: unknown): boolean => value === UNKNOWN || (Array.isArray(value) && value.length > 0);
