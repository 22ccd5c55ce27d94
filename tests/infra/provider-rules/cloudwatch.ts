import {
  anyNumber,
  either,
  listOf,
  mapOf,
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

/** Source: `retention_in_days` in internal/service/logs/group.go; logs:PutRetentionPolicy. 0 keeps logs for ever. */
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
      dimensions: mapOf(text(1, 255, { without: /^:/ }), text(1, 1024), { most: 30 }),
      evaluationPeriods: whole(1),
      insufficientDataActions: actions,
      metricName: text(1, 255),
      namespace: text(1, 255, { pattern: /[^:].*/ }),
      okActions: actions,
      period,
      statistic: oneOf("SampleCount", "Average", "Sum", "Minimum", "Maximum"),
      tags,
      threshold: anyNumber,
      treatMissingData: oneOf("breaching", "notBreaching", "ignore", "missing"),
    },
    required: ["comparisonOperator", "evaluationPeriods", "metricName", "namespace", "period", "statistic"],
    // An alarm sees a day, or seven days if its periods are of an hour or more.
    together: ({ period: seconds, evaluationPeriods, datapointsToAlarm }) => {
      const seen = Number(seconds) * Number(evaluationPeriods);
      const most = Number(seconds) < 3600 ? DAY : 7 * DAY;
      return [
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
