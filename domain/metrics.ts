/**
 * The metrics that the stages publish, and their dimensions in CloudWatch. Alarms and dashboard take the names from
 * here, because an alarm on a metric that nobody publishes would never fire.
 */
export const METRICS_NAMESPACE = "Marble";

/**
 * - A **count** is the amount of work in a run. It is summed, and a run without work may leave it out.
 * - A **gauge** is the present state. The newest value holds until the next one.
 * - A **time** is the duration of a part of a run.
 */
export const METRICS = {
  RowsIngested: "count",
  RowsDeleted: "count",
  BytesIngested: "count",
  SchemaChanges: "count",
  /** Tables that the delete guard stops. */
  TablesHeld: "gauge",
  /** Tables at which the source failed. The next run tries again; the other tables are captured. */
  TablesFailed: "gauge",
  /** Tables that cannot be captured. The other tables are captured. */
  TablesRefused: "gauge",
  RowsProcessed: "count",
  BytesProcessed: "count",
  RowsRejected: "count",
  /** Tables whose columns do not fit their contract. */
  TablesQuarantined: "gauge",
  /** Tables that the model reads, and that were captured once and cannot be captured now. */
  TablesAbsent: "gauge",
  RowsLoaded: "count",
  /** Rows that were set aside, because the dimension row that they refer to is missing. */
  RowsOrphaned: "count",
  /** Rows that wait for such a row now. */
  OrphansWaiting: "gauge",
  /** Commits of the previous log that the stage has not processed yet. */
  CommitsBehind: "gauge",
  /** Seconds since the newest moment for which the warehouse is known to match the source. */
  Freshness: "gauge",
  Duration: "time",
} as const;

export type MetricName = keyof typeof METRICS;

/**
 * The dimensions of every metric. The environment is the name of the stack, so two stacks in one account do not mix.
 */
export interface MetricDimensions {
  readonly service: "ingest" | "process" | "load";
  readonly environment: string;
}
