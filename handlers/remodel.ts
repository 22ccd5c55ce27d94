import type { Context } from "aws-lambda";
import { commitLog, processedLog } from "../adapters/lake/commit-log";
import { readEnvironment } from "../adapters/aws/environment";
import { objectStore } from "../adapters/lake/object-store";
import { createdKeys } from "../adapters/aws/queue-event";
import { withTelemetry } from "../adapters/aws/telemetry";
import { ingestCommit } from "../domain/log/commit";
import { modelPrefix } from "../domain/log/keys";
import { declarationsOf } from "../domain/declarations";
import { hasTime, monotonicClock } from "../stages/shared/clock";
import { runTaskMessages, type WorkerResult } from "../stages/process/tasks/task-message";

/** Runs the tasks of a large commit that process has sent. */
export async function remodel(event: unknown, context: Context): Promise<WorkerResult> {
  return withTelemetry(context, (telemetry) => {
    const { model } = declarationsOf(readEnvironment("MODEL"));
    const ingested = objectStore(readEnvironment("INGESTION_BUCKET"));
    const prefix = modelPrefix(model.version);
    const keys = createdKeys(event).filter((key) => key.startsWith(prefix));
    return runTaskMessages(
      keys.map((key) => key.slice(prefix.length)),
      {
        ingested: { store: ingested, log: commitLog(ingested, ingestCommit) },
        processed: processedLog(objectStore(readEnvironment("PROCESSED_BUCKET")), model.version),
        model,
        telemetry,
        now: monotonicClock(),
        hasTime: hasTime(context),
      },
    );
  });
}
