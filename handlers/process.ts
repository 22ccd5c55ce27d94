import type { Context } from "aws-lambda";
import { setTimeout } from "node:timers/promises";
import * as z from "zod";
import { commitLog, earlierLogs, processedLog, writableLog } from "../adapters/lake/commit-log";
import { readEnvironment } from "../adapters/aws/environment";
import { parseEvent } from "../adapters/aws/event";
import { objectStore } from "../adapters/lake/object-store";
import { withTelemetry } from "../adapters/aws/telemetry";
import { dayNumber } from "../domain/transform/calendar";
import { ingestCommit, processCommit } from "../domain/log/commit";
import { declarationsOf } from "../domain/declarations";
import { parseMirrorChoice } from "../domain/warehouse/mirror/choice";
import type { ProcessContext } from "../stages/process/context";
import { hasTime, monotonicClock } from "../stages/shared/clock";
import { processCommits, type ProcessResult } from "../stages/process/process";
import { planReprocess, type ReprocessPlan } from "../stages/process/reprocess";
import { recordAfter, recordProcessState } from "../stages/shared/freshness";

/** A person's request. Events and schedules have none. */
const request = z.object({
  /** Begin the processed log of a new version of the model. */
  reprocess: z.boolean().default(false),
  /** Only say what the stage would do. */
  dryRun: z.boolean().default(false),
});

/** With their copies, a hundred thousand keys of text take about 50 MB. */
const MOST_KEYS = 100_000;

/** Transforms every waiting ingest commit, in order. The event is only a wake-up call, unless a person sent it. */
export async function processIngestion(
  event: unknown,
  context: Context,
): Promise<ProcessResult | ReprocessPlan> {
  return withTelemetry(context, async (telemetry) => {
    const { model } = declarationsOf(readEnvironment("MODEL"));
    const { reprocess, dryRun } = parseEvent(request, event);
    const ingested = objectStore(readEnvironment("INGESTION_BUCKET"));
    const bucket = objectStore(readEnvironment("PROCESSED_BUCKET"));
    const { store } = processedLog(bucket, model.version);
    const processContext: ProcessContext = {
      ingested: { store: ingested, log: commitLog(ingested, ingestCommit) },
      processed: { store, log: writableLog(store, processCommit, telemetry) },
      earlier: earlierLogs(bucket, model.version),
      reprocess,
      model,
      mirror: parseMirrorChoice(readEnvironment("MIRROR")),
      calendar: {
        first: dayNumber(readEnvironment("CALENDAR_START")),
        last: dayNumber(readEnvironment("CALENDAR_END")),
      },
      telemetry,
      now: monotonicClock(),
      hasTime: hasTime(context),
      taskBytes: Number(readEnvironment("TASK_MB")) * 1024 * 1024,
      mostKeys: MOST_KEYS,
      workers: Number(readEnvironment("REMODEL_CONCURRENCY")),
      pause: setTimeout,
    };
    if (dryRun) return planReprocess(processContext);
    return recordAfter(
      () => processCommits(processContext),
      () => recordProcessState(processContext),
    );
  });
}
