import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { Context } from "aws-lambda";
import { MarbleError } from "../../domain/errors";
import type { MetricName } from "../../domain/metrics";
import { readEnvironment } from "./environment";

/** Fields of a log line: numbers and names, never a secret or the content of a row. */
export type Fields = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

type Unit = "Count" | "Bytes" | "Milliseconds" | "Seconds";

/** Structured logs and metrics (AWS Lambda Powertools: CloudWatch JSON and embedded metric format). */
export interface Telemetry {
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  count(metric: MetricName, value: number, unit?: Unit): void;
}

const UNITS: Record<Unit, (typeof MetricUnit)[keyof typeof MetricUnit]> = {
  Count: MetricUnit.Count,
  Bytes: MetricUnit.Bytes,
  Milliseconds: MetricUnit.Milliseconds,
  Seconds: MetricUnit.Seconds,
};

/**
 * One instance for the life of the process, because it records cold starts. Lambda's variables set service and
 * namespace.
 */
let processMetrics: Metrics | undefined;

function metricsOfProcess(): Metrics {
  processMetrics ??= new Metrics({
    defaultDimensions: { environment: readEnvironment("MARBLE_ENVIRONMENT") },
  });
  return processMetrics;
}

/**
 * Runs a handler and records its duration, its cold start, and its error with the table, commit or row concerned. The
 * error is rethrown to Lambda, which decides about retries.
 */
export async function withTelemetry<T>(
  context: Context,
  run: (telemetry: Telemetry) => Promise<T>,
): Promise<T> {
  const logger = new Logger();
  const metrics = metricsOfProcess();
  logger.addContext(context);
  metrics.captureColdStartMetric(context.functionName);
  const telemetry: Telemetry = {
    info: (message, fields = {}) => logger.info(message, fields),
    warn: (message, fields = {}) => logger.warn(message, fields),
    count: (metric, value, unit = "Count") => metrics.addMetric(metric, UNITS[unit], value),
  };
  const started = performance.now();
  try {
    return await run(telemetry);
  } catch (error) {
    const about = error instanceof MarbleError ? { kind: error.kind, ...error.subject } : {};
    logger.error("the run failed", { ...about, error: error as Error });
    throw error;
  } finally {
    metrics.addMetric("Duration", MetricUnit.Milliseconds, performance.now() - started);
    metrics.publishStoredMetrics();
  }
}
