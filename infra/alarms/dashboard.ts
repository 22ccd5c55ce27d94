import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { METRICS_NAMESPACE, type MetricDimensions, type MetricName } from "../../domain/metrics";
import type { Alerts } from "./alerts";
import { metricDimensions } from "./data-alarms";
import type { LakeBucket } from "../lake/lake-bucket";
import { ROWS_BY_TABLE, saveLogQueries } from "./log-queries";
import { nameOf } from "../naming";
import type { Stage } from "../stages/stage";

type Service = MetricDimensions["service"];
type Metric = readonly unknown[];

interface DashboardArgs {
  readonly stages: Readonly<Record<Service, Stage>>;
  /** The other Lambdas: workers and the report. */
  readonly others: readonly Pick<Stage, "function" | "logGroup">[];
  readonly buckets: readonly LakeBucket[];
  readonly freshnessMinutes: number;
  readonly alerts: Alerts;
}

interface Chart {
  readonly title: string;
  readonly metrics: readonly Metric[];
  readonly stat: "Sum" | "Maximum" | "Average";
  /** A line that the values should stay below. */
  readonly limit?: { readonly label: string; readonly value: number };
  /** default five minutes */
  readonly periodSeconds?: number;
}

const WIDTH = 12;
const HEIGHT = 6;

/** The dashboard of the stack, on one page, and the saved queries of the logs. */
export class Dashboard extends pulumi.ComponentResource {
  constructor(
    name: string,
    { stages, others, buckets, freshnessMinutes, alerts }: DashboardArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("marble:infra:Dashboard", name, {}, opts);
    const { region } = aws.getRegionOutput();
    const each = [...Object.values(stages), ...others];
    const ofLambdas = (...metrics: string[]): Metric[] =>
      metrics.flatMap((metric) =>
        each.map((stage) => ["AWS/Lambda", metric, "FunctionName", stage.function.name]),
      );

    const charts: readonly Chart[] = [
      {
        title: "Freshness: age of the data in the warehouse, in seconds",
        metrics: [metricOf("load", "Freshness")],
        stat: "Maximum",
        limit: { label: "too old", value: freshnessMinutes * 60 },
      },
      {
        title: "Backlog: waiting commits",
        metrics: [metricOf("process", "CommitsBehind"), metricOf("load", "CommitsBehind")],
        stat: "Maximum",
      },
      {
        title: "Rows",
        metrics: [
          metricOf("ingest", "RowsIngested"),
          metricOf("ingest", "RowsDeleted"),
          metricOf("process", "RowsProcessed"),
          metricOf("load", "RowsLoaded"),
        ],
        stat: "Sum",
      },
      {
        title: "Rows and tables that did not arrive",
        metrics: [
          metricOf("process", "RowsRejected"),
          metricOf("load", "OrphansWaiting"),
          metricOf("process", "TablesQuarantined"),
          metricOf("ingest", "TablesHeld"),
          metricOf("ingest", "TablesFailed"),
          metricOf("ingest", "TablesRefused"),
          metricOf("process", "TablesAbsent"),
        ],
        stat: "Maximum",
      },
      { title: "Errors and throttles", metrics: ofLambdas("Errors", "Throttles"), stat: "Sum" },
      { title: "Duration of the longest run, in ms", metrics: ofLambdas("Duration"), stat: "Maximum" },
      {
        title: "Costs: duration in ms and number of invocations of the Lambdas",
        metrics: ofLambdas("Duration", "Invocations"),
        stat: "Sum",
        periodSeconds: 86_400,
      },
      {
        title: "Costs: bytes in the lake and in the logs",
        metrics: [
          ...buckets.map((bucket) => [
            "AWS/S3",
            "BucketSizeBytes",
            "BucketName",
            bucket.name,
            "StorageType",
            "StandardStorage",
          ]),
          ...each.map((stage) => [
            "AWS/Logs",
            "IncomingBytes",
            "LogGroupName",
            stage.logGroup.name,
            // CloudWatch has a value for each batch of lines, so only the sum shows the bytes of a day.
            { stat: "Sum" },
          ]),
        ],
        stat: "Average",
        periodSeconds: 86_400,
      },
    ];
    const below = (charts.length / 2) * HEIGHT + HEIGHT;

    new aws.cloudwatch.Dashboard(
      nameOf(name),
      {
        dashboardName: nameOf(name),
        dashboardBody: pulumi.jsonStringify({
          widgets: [
            {
              type: "alarm",
              ...place(0, 0, 2 * WIDTH),
              properties: { title: "Alarms", alarms: alerts.alarmArns },
            },
            ...charts.map((chart, index) => ({
              type: "metric",
              ...place((index % 2) * WIDTH, HEIGHT + Math.floor(index / 2) * HEIGHT),
              properties: chartProperties(chart, region),
            })),
            {
              type: "log",
              ...place(0, below, 2 * WIDTH),
              properties: {
                title: "Rows by table and stage",
                region,
                view: "table",
                query: pulumi.interpolate`${pulumi
                  .all(each.map((stage) => stage.logGroup.name))
                  .apply((names) =>
                    names.map((group) => `SOURCE '${group}'`).join(" | "),
                  )} | ${ROWS_BY_TABLE.query}`,
              },
            },
          ],
        }),
      },
      { parent: this },
    );
    saveLogQueries(
      each.map((stage) => stage.logGroup.name),
      { parent: this },
    );
    this.registerOutputs();
  }
}

/** A metric of a stage, in the form of a dashboard. */
function metricOf(service: Service, metric: MetricName): Metric {
  return [METRICS_NAMESPACE, metric, ...Object.entries(metricDimensions(service)).flat()];
}

const place = (x: number, y: number, width = WIDTH): object => ({ x, y, width, height: HEIGHT });

function chartProperties(
  { title, metrics, stat, limit, periodSeconds = 300 }: Chart,
  region: pulumi.Input<string>,
): object {
  return {
    title,
    metrics,
    stat,
    period: periodSeconds,
    region,
    view: "timeSeries",
    ...(limit !== undefined && { annotations: { horizontal: [limit] } }),
  };
}
