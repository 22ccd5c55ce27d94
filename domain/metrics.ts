/**
 * The metrics that the stages publish, and their dimensions in CloudWatch. Alarms and dashboard name
 * them from here: an alarm on a metric without a publisher would never ring.
 */
export const METRICS_NAMESPACE = "Marble";

/**
 * - A **count** says how much a run did; it is summed, and a run that did nothing may leave it out.
 * - A **gauge** says the present state; the newest value holds until the next one.
 * - A **time** is a duration of one run.
 */
export const METRICS = {
  RowsIngested: "count",
  RowsDeleted: "count",
  BytesIngested: "count",
  SchemaChanges: "count",
  /** Tables that the delete guard holds back. */
  TablesHeld: "gauge",
  /** Tables that the source failed to give; the next run tries again; the other tables are captured. */
  TablesFailed: "gauge",
  /** Tables that cannot be captured as they are; the other tables are captured. */
  TablesRefused: "gauge",
  RowsProcessed: "count",
  BytesProcessed: "count",
  RowsRejected: "count",
  /** Tables whose columns do not fit their contract. */
  TablesQuarantined: "gauge",
  RowsLoaded: "count",
  /** Rows that were set aside, because a row that they refer to is in no dimension. */
  RowsOrphaned: "count",
  /** Rows that wait for such a row now. */
  OrphansWaiting: "gauge",
  /** Commits of the log before that the stage has not worked off. */
  CommitsBehind: "gauge",
  /** Seconds since the newest moment for which the warehouse is known to show what the source had. */
  Freshness: "gauge",
  Duration: "time",
} as const;

export type MetricName = keyof typeof METRICS;

/** The dimensions of every metric. The environment is the stack: two of them in one account do not mix. */
export interface MetricDimensions {
  readonly service: "ingest" | "process" | "load";
  readonly environment: string;
}
