import type { Context } from "aws-lambda";
import { commitLog } from "../adapters/commit-log";
import { environment } from "../adapters/environment";
import { objectStore } from "../adapters/object-store";
import { withTelemetry } from "../adapters/telemetry";
import { dayNumber } from "../domain/calendar";
import { ingestCommit, processCommit } from "../domain/commit";
import { model } from "../domain/model/model";
import { hasTime, monotonicClock } from "../stages/clock";
import { processCommits, type ProcessReport } from "../stages/process";

/** Remodels every ingest commit that waits, in order. The event is only a doorbell. */
export async function processIngestion(_event: unknown, context: Context): Promise<ProcessReport> {
  return withTelemetry(context, (telemetry) => {
    const ingested = objectStore(environment("INGESTION_BUCKET"));
    const processed = objectStore(environment("PROCESSED_BUCKET"));
    return processCommits({
      ingested: { store: ingested, log: commitLog(ingested, ingestCommit) },
      processed: { store: processed, log: commitLog(processed, processCommit) },
      model,
      calendar: {
        first: dayNumber(environment("CALENDAR_START")),
        last: dayNumber(environment("CALENDAR_END")),
      },
      telemetry,
      now: monotonicClock(),
      hasTime: hasTime(context),
    });
  });
}
