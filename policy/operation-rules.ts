import type { Policies } from "@pulumi/policy";
import { at, everyResource, lacking, wholeStack, type StackResource } from "./resources";

const FUNCTION = "aws:lambda/function:Function";
const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";

/** Is this the ARN of the resource? It ends in a colon and the physical name. */
const isArnOf = (arn: unknown, { name, props }: Pick<StackResource, "name" | "props">): boolean =>
  typeof arn === "string" && [props["name"], name].includes(arn.split(":").at(-1));

/** That failures are noticed, and costs end. */
export const OPERATION_RULES: Policies = [
  everyResource(
    {
      name: "logs-expire",
      description: "Every log group forgets after some time.",
      type: "aws:cloudwatch/logGroup:LogGroup",
    },
    ({ retentionInDays }) =>
      typeof retentionInDays === "number" && retentionInDays > 0
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
        has: ({ name, props }) =>
          all("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig").some(
            (config) =>
              [props["name"], name].includes(config.props["functionName"]) &&
              at(config.props, "destinationConfig", "onFailure", "destination") !== undefined,
          ) || all(MAPPING).some((mapping) => isArnOf(mapping.props["functionName"], { name, props })),
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
          all(MAPPING).some((mapping) => isArnOf(mapping.props["eventSourceArn"], queue)),
        ),
        {
          what: "feeds a Lambda and loses what that fails on: set a redrivePolicy",
          has: ({ props }) => String(props["redrivePolicy"]).includes("deadLetterTargetArn"),
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
      has: ({ name, props }) =>
        all("aws:cloudwatch/metricAlarm:MetricAlarm").some(
          (alarm) =>
            alarm.props["metricName"] === "Errors" &&
            [props["name"], name].includes(at(alarm.props, "dimensions", "FunctionName")),
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
      ...(/What to do: \S+#\S+/.test(String(alarmDescription)) ? [] : ["names no section of the runbook"]),
      ...(treatMissingData === undefined
        ? ["does not say what missing data mean: set treatMissingData"]
        : []),
    ],
  ),
];

const isFilled = (value: unknown): boolean => Array.isArray(value) && value.length > 0;
