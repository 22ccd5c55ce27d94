import type { Context } from "aws-lambda";
import { randomUUID } from "node:crypto";
import { commitLog } from "../adapters/commit-log";
import { environment } from "../adapters/environment";
import { objectStore } from "../adapters/object-store";
import { readCredentials } from "../adapters/secrets";
import { withSourceSnapshot } from "../adapters/source";
import { withTelemetry } from "../adapters/telemetry";
import { ingestCommit } from "../domain/commit";
import { monotonicClock } from "../stages/clock";
import { ingestSnapshot, type IngestReport } from "../stages/ingest";

/** Captures what changed in the source since the last commit. The event is only a doorbell. */
export async function ingest(_event: unknown, context: Context): Promise<IngestReport> {
  return withTelemetry(context, async (telemetry) => {
    const store = objectStore(environment("INGESTION_BUCKET"));
    const credentials = await readCredentials(environment("SOURCE_SECRET"));
    const log = commitLog(store, ingestCommit);
    return withSourceSnapshot({ credentials, schema: environment("SOURCE_SCHEMA") }, (source) =>
      ingestSnapshot(source, { store, log, telemetry, now: monotonicClock(), newId: randomUUID }),
    );
  });
}
