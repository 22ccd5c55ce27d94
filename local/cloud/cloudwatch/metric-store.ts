/** One value of a metric. */
export interface Datum {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
  readonly at: Date;
}

/** The identity of a metric. CloudWatch keeps each combination of dimensions separately. */
export type MetricId = Pick<Datum, "namespace" | "metric" | "dimensions">;

export type Statistic = "Sum" | "Maximum" | "Minimum" | "Average" | "SampleCount";

/** The measurements of the local cloud's functions and services, by the minute. */
export interface MetricStore {
  put(datum: Datum): void;
  /** The statistic over [from, to); undefined if there is no value. */
  statistic(metric: MetricId, options: { statistic: Statistic; from: Date; to: Date }): number | undefined;
  /** All metrics that have a value. */
  metrics(): readonly MetricId[];
}

interface Minute {
  sum: number;
  count: number;
  minimum: number;
  maximum: number;
}

const MINUTE_MS = 60_000;
/** No alarm looks back more than seven days. */
const KEPT_MINUTES = 7 * 24 * 60;

/** Keeps values in memory. */
export function metricStore(): MetricStore {
  const series = new Map<string, { readonly id: MetricId; readonly minutes: Map<number, Minute> }>();
  return {
    put: ({ value, at, ...id }) => {
      const known = series.get(keyOf(id)) ?? { id, minutes: new Map<number, Minute>() };
      series.set(keyOf(id), known);
      const { minutes } = known;
      const minute = Math.floor(at.getTime() / MINUTE_MS);
      const so = minutes.get(minute) ?? { sum: 0, count: 0, minimum: Infinity, maximum: -Infinity };
      so.sum += value;
      so.count += 1;
      so.minimum = Math.min(so.minimum, value);
      so.maximum = Math.max(so.maximum, value);
      minutes.set(minute, so);
      for (const old of minutes.keys()) {
        if (old >= minute - KEPT_MINUTES) break;
        minutes.delete(old);
      }
    },
    statistic: (metric, { statistic, from, to }) => {
      const known = series.get(keyOf(metric))?.minutes;
      const minutes: Minute[] = [];
      // An interval is much shorter than the days that are kept.
      for (
        let minute = Math.ceil(from.getTime() / MINUTE_MS);
        minute * MINUTE_MS < to.getTime();
        minute += 1
      ) {
        const values = known?.get(minute);
        if (values !== undefined) minutes.push(values);
      }
      return minutes.length === 0 ? undefined : STATISTICS[statistic](minutes);
    },
    metrics: () => [...series.values()].map(({ id }) => id),
  };
}

const total = (minutes: readonly Minute[], of: "sum" | "count"): number =>
  minutes.reduce((sum, minute) => sum + minute[of], 0);

const STATISTICS: Readonly<Record<Statistic, (minutes: readonly Minute[]) => number>> = {
  Sum: (minutes) => total(minutes, "sum"),
  SampleCount: (minutes) => total(minutes, "count"),
  Average: (minutes) => total(minutes, "sum") / total(minutes, "count"),
  Minimum: (minutes) => Math.min(...minutes.map(({ minimum }) => minimum)),
  Maximum: (minutes) => Math.max(...minutes.map(({ maximum }) => maximum)),
};

const keyOf = ({ namespace, metric, dimensions }: MetricId): string =>
  JSON.stringify([namespace, metric, Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1))]);
