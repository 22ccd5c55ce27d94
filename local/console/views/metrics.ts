import { METRICS, METRICS_NAMESPACE } from "../../../domain/metrics";
import type { Cloud } from "../../cloud";
import type { MetricId, Statistic } from "../../cloud/cloudwatch/metric-store";
import type { Chart, Metrics } from "../api";
import { nameOfMetric } from "./metric-names";

const MINUTES = 30;
const MINUTE_MS = 60_000;

/** The values of every metric in the last half hour, by the minute: one chart per metric, one line per dimension. */
export function metrics(cloud: Pick<Cloud, "metrics" | "statistic">, now: Date): Metrics {
  const end = (Math.floor(now.getTime() / MINUTE_MS) + 1) * MINUTE_MS;
  const minutes = Array.from({ length: MINUTES }, (_, index) => {
    const to = end - (MINUTES - 1 - index) * MINUTE_MS;
    return { from: new Date(to - MINUTE_MS), to: new Date(to) };
  });
  const charts = new Map<string, Chart>();
  for (const metric of cloud.metrics()) {
    const statistic = statisticOf(metric);
    const values = minutes.map((minute) => cloud.statistic(metric, { statistic, ...minute }) ?? null);
    const key = `${metric.namespace} ${metric.metric}`;
    const series = [...(charts.get(key)?.series ?? []), { of: dimensionOf(metric), values }];
    const isMarble = metric.namespace === METRICS_NAMESPACE;
    const name = nameOfMetric({ metric: metric.metric, isMarble });
    charts.set(key, { namespace: metric.namespace, metric: metric.metric, ...name, statistic, series });
  }
  return {
    from: new Date(end - MINUTES * MINUTE_MS).toISOString(),
    to: new Date(end).toISOString(),
    charts: [...charts].sort(([a], [b]) => order(a) - order(b)).map(([, chart]) => chart),
  };
}

/** The metrics of the stages come first, in the order of their declaration. */
function order(key: string): number {
  const [namespace = "", metric = ""] = key.split(" ");
  const place = Object.keys(METRICS).indexOf(metric);
  return namespace === METRICS_NAMESPACE && place >= 0 ? place : Number.MAX_SAFE_INTEGER;
}

function statisticOf({ namespace, metric }: MetricId): Statistic {
  if (namespace === METRICS_NAMESPACE && Object.hasOwn(METRICS, metric))
    return METRICS[metric as keyof typeof METRICS] === "count" ? "Sum" : "Maximum";
  return metric === "Duration" || metric.startsWith("Approximate") ? "Maximum" : "Sum";
}

/** A service, a function or a queue; without the stack's prefix and the random end of a name. */
function dimensionOf({ dimensions }: MetricId): string {
  const { environment: _, ...others } = dimensions;
  return [...new Set(Object.values(others).map(shortName))].join(" ");
}

/** `marble-local-ingest-1a2b3c4` is `ingest`. */
export const shortName = (name: string): string => name.replace(/^marble-[^-]+-(.*)-[0-9a-f]{7}$/, "$1");
