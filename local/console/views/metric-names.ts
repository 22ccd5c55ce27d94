import type { MetricName } from "../../../domain/metrics";

/** How a metric is shown to people. */
interface Named {
  readonly title: string;
  /** The unit of its values, such as `rows` or `s`. */
  readonly unit: string;
}

/** The metrics of the stages. With `Record`, the compiler refuses a metric without a name. */
const OURS: Readonly<Record<MetricName, Named>> = {
  RowsIngested: { title: "Rows captured", unit: "rows" },
  RowsDeleted: { title: "Deleted rows found", unit: "rows" },
  BytesIngested: { title: "Bytes captured", unit: "bytes" },
  SchemaChanges: { title: "Tables whose columns changed", unit: "tables" },
  TablesHeld: { title: "Tables held back", unit: "tables" },
  TablesFailed: { title: "Tables that could not be captured", unit: "tables" },
  TablesRefused: { title: "Tables refused", unit: "tables" },
  RowsProcessed: { title: "Rows processed", unit: "rows" },
  BytesProcessed: { title: "Bytes processed", unit: "bytes" },
  RowsRejected: { title: "Rows rejected", unit: "rows" },
  TablesAbsent: { title: "Tables absent", unit: "tables" },
  TablesQuarantined: { title: "Tables in quarantine", unit: "tables" },
  RowsLoaded: { title: "Rows loaded", unit: "rows" },
  RowsOrphaned: { title: "Rows set aside to wait", unit: "rows" },
  OrphansWaiting: { title: "Rows that wait now", unit: "rows" },
  CommitsBehind: { title: "Commits that wait", unit: "commits" },
  Freshness: { title: "Age of the warehouse", unit: "s" },
  Duration: { title: "Duration of a run", unit: "ms" },
};

/** The metrics of AWS that the alarms name. */
const OF_AWS: Readonly<Record<string, Named>> = {
  Duration: { title: "Duration of an invocation", unit: "ms" },
  Invocations: { title: "Invocations", unit: "invocations" },
  Errors: { title: "Failed invocations", unit: "invocations" },
  Throttles: { title: "Throttled invocations", unit: "invocations" },
};

const isOurs = (metric: string): metric is MetricName => Object.hasOwn(OURS, metric);

/** The plain name and the unit of a metric. For any other metric, the words of its name are separated. */
export function nameOfMetric({
  metric,
  isMarble,
}: {
  readonly metric: string;
  readonly isMarble: boolean;
}): Named {
  if (isMarble && isOurs(metric)) return OURS[metric];
  if (Object.hasOwn(OF_AWS, metric)) return OF_AWS[metric] ?? { title: metric, unit: "" };
  const words = metric.replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
  return { title: `${words.charAt(0).toUpperCase()}${words.slice(1)}`, unit: "" };
}
