import {
  anyNumber,
  either,
  flag,
  listOf,
  mapOf,
  object,
  oneOf,
  text,
  whole,
  type Rule,
  type ServiceRules,
} from "./common/rule";
import { dashboardBody } from "./common/dashboard-body";
import { arn, logGroupName, tags } from "./common/shared";

const DAY = 86_400;

const actions = listOf(arn("sns"), { most: 5 });

/** Source: internal/service/cloudwatch/metric_alarm.go. */
const period: Rule = either(oneOf(10, 20, 30), whole(60, 7 * DAY, 60));

const dimensions = mapOf(text(1, 255, { without: /^:/ }), text(1, 1024), { most: 30 });
const metricName = text(1, 255);
const namespace = text(1, 255, { pattern: /[^:].*/ });
const statistic = oneOf("SampleCount", "Average", "Sum", "Minimum", "Maximum");

/** Sources: `metric_query` in internal/service/cloudwatch/metric_alarm.go; MetricDataQuery, MetricStat. */
const metricQuery = object(
  {
    id: text(1, 255, { pattern: /[a-z][0-9A-Za-z_]*/ }),
    expression: text(1, 1024),
    label: text(1, 1024),
    metric: object(
      { dimensions, metricName, namespace, period, stat: statistic },
      "metricName",
      "period",
      "stat",
    ),
    returnData: flag,
  },
  "id",
);

/** One metric, or queries of which one gives the result. The provider refuses both together. */
function measureFaults(inputs: Readonly<Record<string, unknown>>): readonly string[] {
  const single = ["metricName", "namespace", "period", "statistic"];
  const queries = inputs["metricQueries"] as
    | readonly { readonly expression?: string; readonly metric?: object; readonly returnData?: boolean }[]
    | undefined;
  if (queries === undefined)
    return single.filter((name) => inputs[name] === undefined).map((name) => `it has no ${name}`);
  const results = queries.filter(({ returnData }) => returnData === true).length;
  return [
    ...[...single, "dimensions"]
      .filter((name) => inputs[name] !== undefined)
      .map((name) => `${name} next to queries`),
    ...(results === 1 ? [] : [`${results} queries give a result, and one has to`]),
    ...queries.flatMap(({ expression, metric }) =>
      (expression === undefined) === (metric === undefined) ? ["a query is an expression or a metric"] : [],
    ),
  ];
}

/** The period of an alarm, or the longest period of its queries. */
function periodOf({ period: own, metricQueries }: Readonly<Record<string, unknown>>): number {
  const queries = (metricQueries ?? []) as readonly { readonly metric?: { readonly period: number } }[];
  return own === undefined ? Math.max(...queries.map(({ metric }) => metric?.period ?? 0)) : Number(own);
}

/** Source: `retention_in_days` in internal/service/logs/group.go; logs:PutRetentionPolicy. 0 keeps logs forever. */
const RETENTION_DAYS = [
  ...[
    0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
    3653,
  ],
];

export const CLOUDWATCH: ServiceRules = {
  "aws:cloudwatch/dashboard:Dashboard": {
    sources: [
      "internal/service/cloudwatch/dashboard.go, validDashboardName in validate.go",
      "cloudwatch:PutDashboard, Dashboard body structure and syntax",
    ],
    inputs: { dashboardBody, dashboardName: text(1, 255, { pattern: /[0-9A-Za-z_-]+/ }) },
    required: ["dashboardBody", "dashboardName"],
  },
  "aws:cloudwatch/logGroup:LogGroup": {
    sources: ["internal/service/logs/group.go", "logs:CreateLogGroup"],
    physicalName: { input: "name", rule: logGroupName },
    inputs: { retentionInDays: oneOf(...RETENTION_DAYS), tags },
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    sources: ["internal/service/cloudwatch/metric_alarm.go", "cloudwatch:PutMetricAlarm"],
    physicalName: { input: "name", rule: text(1, 255) },
    inputs: {
      alarmActions: actions,
      alarmDescription: text(0, 1024),
      comparisonOperator: oneOf(
        ...["GreaterThanOrEqualToThreshold", "GreaterThanThreshold"],
        ...["LessThanThreshold", "LessThanOrEqualToThreshold"],
      ),
      datapointsToAlarm: whole(1),
      dimensions,
      evaluationPeriods: whole(1),
      insufficientDataActions: actions,
      metricName,
      metricQueries: listOf(metricQuery, { least: 1, most: 20 }),
      namespace,
      okActions: actions,
      period,
      statistic,
      tags,
      threshold: anyNumber,
      treatMissingData: oneOf("breaching", "notBreaching", "ignore", "missing"),
    },
    required: ["comparisonOperator", "evaluationPeriods"],
    // An alarm evaluates one day, or seven days if its periods last an hour or more.
    together: (inputs) => {
      const { evaluationPeriods, datapointsToAlarm } = inputs;
      const seconds = periodOf(inputs);
      const seen = seconds * Number(evaluationPeriods);
      const most = seconds < 3600 ? DAY : 7 * DAY;
      return [
        ...measureFaults(inputs),
        ...(seen > most ? [`it looks back ${seen} seconds, at most ${most} are allowed`] : []),
        ...(Number(datapointsToAlarm) > Number(evaluationPeriods)
          ? ["datapointsToAlarm is more than evaluationPeriods"]
          : []),
      ];
    },
  },
  "aws:cloudwatch/queryDefinition:QueryDefinition": {
    sources: ["internal/service/logs/query_definition.go", "logs:PutQueryDefinition"],
    inputs: {
      logGroupNames: listOf(logGroupName),
      name: text(1, 255, { pattern: /([^:*/]+\/?)*[^:*/]+/ }),
      queryString: text(1, 10_000),
    },
    required: ["name", "queryString"],
  },
};
