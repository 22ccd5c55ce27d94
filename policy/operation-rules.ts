import type { Policies } from "@pulumi/policy";
import { at, everyResource, lacking, leadsTo, UNKNOWN, wholeStack } from "./resources";

const FUNCTION = "aws:lambda/function:Function";
const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";

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
  wholeStack(
    {
      name: "failed-events-kept",
      description:
        "What a Lambda fails on for good goes to a destination, or lies in the queue that feeds it.",
    },
    (all) =>
      lacking(all(FUNCTION), {
        what: "loses the events that it fails on: declare a FunctionEventInvokeConfig with an onFailure destination",
        has: (lambda) =>
          all("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig").some(
            (config) =>
              leadsTo(config, ["functionName"], lambda) &&
              at(config.props, "destinationConfig", "onFailure", "destination") !== undefined,
          ) || all(MAPPING).some((mapping) => leadsTo(mapping, ["functionName"], lambda)),
      }),
  ),
  wholeStack(
    {
      name: "failed-messages-kept",
      description: "What the function that a queue feeds fails on for good goes to another queue.",
    },
    (all) =>
      lacking(
        all("aws:sqs/queue:Queue").filter((queue) =>
          all(MAPPING).some((mapping) => leadsTo(mapping, ["eventSourceArn"], queue)),
        ),
        {
          what: "feeds a Lambda and loses what that fails on: set a redrivePolicy",
          has: ({ props: { redrivePolicy } }) =>
            redrivePolicy === UNKNOWN || String(redrivePolicy).includes("deadLetterTargetArn"),
        },
      ),
  ),
  everyResource(
    {
      name: "undelivered-kept",
      description: "What a schedule cannot deliver goes to a queue.",
      type: "aws:scheduler/schedule:Schedule",
    },
    (props) =>
      at(props, "target", "deadLetterConfig", "arn") === undefined
        ? ["loses what it cannot deliver: set target.deadLetterConfig"]
        : [],
  ),
  wholeStack({ name: "errors-alarm", description: "An alarm watches the errors of every Lambda." }, (all) =>
    lacking(all(FUNCTION), {
      what: "fails unnoticed: declare an alarm on its Errors",
      has: (lambda) =>
        all("aws:cloudwatch/metricAlarm:MetricAlarm").some(
          (alarm) =>
            alarm.props["metricName"] === "Errors" && leadsTo(alarm, ["dimensions", "FunctionName"], lambda),
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
      ...(isFilled(alarmActions) ? [] : ["tells nobody: set alarmActions"]),
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
