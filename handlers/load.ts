import type { Context } from "aws-lambda";
import { commitLog } from "../adapters/commit-log";
import { environment } from "../adapters/environment";
import { objectStore } from "../adapters/object-store";
import { withConnection } from "../adapters/postgres";
import { readCredentials } from "../adapters/secrets";
import { withTelemetry } from "../adapters/telemetry";
import { processCommit } from "../domain/commit";
import { model } from "../domain/model/model";
import { hasTime, monotonicClock } from "../stages/clock";
import { loadCommits, type LoadReport } from "../stages/load";

/** Loads every processed commit that the warehouse lacks, in order. The event is only a doorbell. */
export async function load(_event: unknown, context: Context): Promise<LoadReport> {
  return withTelemetry(context, async (telemetry) => {
    const store = objectStore(environment("PROCESSED_BUCKET"));
    const credentials = await readCredentials(environment("WAREHOUSE_SECRET"));
    return withConnection("warehouse", credentials, (client) =>
      loadCommits({
        client,
        schema: environment("WAREHOUSE_SCHEMA"),
        store,
        log: commitLog(store, processCommit),
        model,
        telemetry,
        now: monotonicClock(),
        hasTime: hasTime(context),
      }),
    );
  });
}
