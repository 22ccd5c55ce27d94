import type { Context } from "aws-lambda";
import { randomUUID } from "node:crypto";
import * as z from "zod";
import { writableLog } from "../adapters/lake/commit-log";
import { readEnvironment } from "../adapters/aws/environment";
import { parseEvent } from "../adapters/aws/event";
import { objectStore } from "../adapters/lake/object-store";
import { readCredentials } from "../adapters/aws/secrets";
import { withSourceSnapshot } from "../adapters/source/source";
import { withTelemetry } from "../adapters/aws/telemetry";
import { ingestCommit } from "../domain/log/commit";
import { hasTime, monotonicClock } from "../stages/shared/clock";
import { ingestSource, mergeResults, type IngestResult } from "../stages/ingest/ingest";
import type { IngestContext } from "../stages/ingest/context";
import { recordSeen } from "../stages/shared/freshness";

/** The approximate largest size of a file in the lake: the work of one task of the next stage. */
const PART_BYTES = 128 * 1024 * 1024;

/** A person's request. A schedule sends an empty event. */
const request = z.object({
  /** Tables that the delete guard holds back, and whose deletes are right. */
  allowDeletes: z.array(z.string()).default([]),
  /** Another database may replace the source of the lake. */
  allowOtherSource: z.boolean().default(false),
});

/** The schemas that are read; the tables of the first have plain names. */
const schemaList = z.array(z.string()).min(1);

/** Captures the source's changes since the last commit. */
export async function ingest(event: unknown, context: Context): Promise<IngestResult> {
  return withTelemetry(context, async (telemetry) => {
    const { allowDeletes, allowOtherSource } = parseEvent(request, event);
    const store = objectStore(readEnvironment("INGESTION_BUCKET"));
    const credentials = await readCredentials(readEnvironment("SOURCE_SECRET"));
    const schemas = schemaList.parse(JSON.parse(readEnvironment("SOURCE_SCHEMAS")));
    const log = writableLog(store, ingestCommit, telemetry);
    const guard = {
      maxShare: Number(readEnvironment("MAX_DELETE_PERCENT")) / 100,
      allowed: new Set(allowDeletes),
    };
    const ingestContext: IngestContext = {
      store,
      log,
      telemetry,
      now: monotonicClock(),
      newId: randomUUID,
      guard,
      allowOtherSource,
      contracts: readEnvironment("CONTRACTS"),
      partBytes: PART_BYTES,
      sliceBytes: Number(readEnvironment("SLICE_MB")) * 1024 * 1024,
    };
    const begin = hasTime(context);
    let result: IngestResult | undefined;
    while ((result === undefined || result.more === true) && begin()) {
      const startedAt = new Date();
      const next = await ingestSource(
        (work) => withSourceSnapshot({ credentials, schemas }, work),
        ingestContext,
      );
      if (next.commit === null) await recordSeen({ store, log }, startedAt);
      result = mergeResults(result, next);
    }
    return result ?? { commit: null, tables: {} };
  });
}
