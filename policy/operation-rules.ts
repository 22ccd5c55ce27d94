import type { Policies } from "@pulumi/policy";
import { at, everyResource, lacking, leadsTo, UNKNOWN, wholeStack, type StackResource } from "./resources";

const FUNCTION = "aws:lambda/function:Function";

/** Where an alarm names what it measures: paths of the metric and of the Lambda, its own and those of its queries. */
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

/** That failures are noticed, and costs end. */
export const OPERATION_RULES: Policies = [
  everyResource(
    {
      name: "logs-expire",
      description: "Every log group forgets after some time.",
      type: "aws:cloudwatch/logGroup:LogGroup",
    },
    ({ retentionInDays }) =>
      retentionInDays === UNKNOWN || (typeof retentionInDays === "number" && retentionInDays > 0)
        ? []
        : ["keeps its logs for ever: set retentionInDays"],
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
      name: "alarms-tell",
      description: "Every alarm tells somebody what to do, also when it is over, and what silence means.",
      type: "aws:cloudwatch/metricAlarm:MetricAlarm",
    },
    ({ alarmActions, okActions, alarmDescription, treatMissingData }) => [
      ...(isFilled(alarmActions) ? [] : ["alerts no one: set alarmActions"]),
      ...(isFilled(okActions) ? [] : ["does not tell that it is over: set okActions"]),
      ...(alarmDescription === UNKNOWN || /What to do: \S+#\S+/.test(String(alarmDescription))
        ? []
        : ["names no section of the runbook"]),
      ...(treatMissingData === undefined
        ? ["does not say what missing data mean: set treatMissingData"]
        : []),
    ],
  ),
];

const isFilled = (value: unknown): boolean => value === UNKNOWN || (Array.isArray(value) && value.length > 0);
