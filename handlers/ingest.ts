import type { Context } from "aws-lambda";
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { commitLog } from "../adapters/commit-log";
import { environment } from "../adapters/environment";
import { parseEvent } from "../adapters/event";
import { objectStore } from "../adapters/object-store";
import { readCredentials } from "../adapters/secrets";
import { withSourceSnapshot } from "../adapters/source";
import { withTelemetry } from "../adapters/telemetry";
import { ingestCommit } from "../domain/commit";
import { monotonicClock } from "../stages/clock";
import { ingestSnapshot, type IngestReport } from "../stages/ingest";
import { recordSeen } from "../stages/standing";

/** What a person may ask for; a schedule asks for nothing. */
const request = z.object({
  /** Tables that the delete guard holds back, whose deletes are right. */
  allowDeletes: z.array(z.string()).default([]),
});

/** Captures what changed in the source since the last commit. */
export async function ingest(event: unknown, context: Context): Promise<IngestReport> {
  return withTelemetry(context, async (telemetry) => {
    const { allowDeletes } = parseEvent(request, event);
    const store = objectStore(environment("INGESTION_BUCKET"));
    const credentials = await readCredentials(environment("SOURCE_SECRET"));
    const log = commitLog(store, ingestCommit);
    const guard = {
      maxShare: Number(environment("MAX_DELETE_PERCENT")) / 100,
      allowed: new Set(allowDeletes),
    };
    // Before the snapshot: what is written from here on may not be in it.
    const lookedAt = new Date();
    const report = await withSourceSnapshot({ credentials, schema: environment("SOURCE_SCHEMA") }, (source) =>
      ingestSnapshot(source, { store, log, telemetry, now: monotonicClock(), newId: randomUUID, guard }),
    );
    if (report.commit === null) await recordSeen({ store, log }, lookedAt);
    return report;
  });
}
