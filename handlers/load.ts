import type { Context } from "aws-lambda";
import * as z from "zod";
import { processedLog } from "../adapters/lake/commit-log";
import { readEnvironment } from "../adapters/aws/environment";
import { parseEvent } from "../adapters/aws/event";
import { objectStore } from "../adapters/lake/object-store";
import { withConnection } from "../adapters/postgres/postgres";
import { readCredentials } from "../adapters/aws/secrets";
import { withTelemetry } from "../adapters/aws/telemetry";
import { confirmFreshness } from "../adapters/warehouse/confirmation";
import { readPosition } from "../adapters/warehouse/position";
import { declarationsOf } from "../domain/declarations";
import { replayRequest, type ReplayPlan } from "../domain/warehouse/replay";
import { hasTime, monotonicClock } from "../stages/shared/clock";
import type { LoadResult } from "../stages/load/load";
import type { LoadContext } from "../stages/load/context";
import { planReplay } from "../stages/load/replay/plan-replay";
import { runLoad } from "../stages/load/run-load";
import { recordAfter, recordLoadState } from "../stages/shared/freshness";

/** A person's request. A schedule sends an empty event. */
const request = z.object({
  /** Load commits again. `{}` rebuilds the whole warehouse; `tables` and `from` load again in place. */
  replay: replayRequest.optional(),
  /** Abandon the unfinished rebuild. */
  abandonReplay: z.boolean().default(false),
  /** Only say what the replay would do. */
  dryRun: z.boolean().default(false),
});

/** Loads every processed commit that the warehouse lacks, in order, and the commits that a person asks for. */
export async function load(event: unknown, context: Context): Promise<LoadResult | ReplayPlan> {
  return withTelemetry(context, async (telemetry) => {
    const { model, marts } = declarationsOf(readEnvironment("MODEL"));
    const { dryRun, ...asked } = parseEvent(request, event);
    const credentials = await readCredentials(readEnvironment("WAREHOUSE_SECRET"));
    const ingested = objectStore(readEnvironment("INGESTION_BUCKET"));
    const schema = readEnvironment("WAREHOUSE_SCHEMA");
    const freshnessMinutes = Number(readEnvironment("FRESHNESS_MINUTES"));
    return withConnection<LoadResult | ReplayPlan>("warehouse", credentials, (client) => {
      const loadContext: LoadContext = {
        client,
        schema,
        ...processedLog(objectStore(readEnvironment("PROCESSED_BUCKET")), model.version),
        model,
        marts,
        martsSchema: readEnvironment("MARTS_SCHEMA"),
        mirrorSchema: readEnvironment("MIRROR_SCHEMA"),
        freshnessMinutes,
        telemetry,
        now: monotonicClock(),
        hasTime: hasTime(context),
      };
      if (dryRun) return planReplay(loadContext, asked.replay ?? {});
      return recordAfter(
        () => runLoad(loadContext, asked),
        async () => {
          const position = await readPosition(client, schema);
          await recordLoadState(position, {
            ingested,
            log: loadContext.log,
            telemetry,
            now: new Date(),
            confirm: (confirmedAt) =>
              confirmFreshness(client, schema, { confirmedAt, maxAgeMinutes: freshnessMinutes }),
          });
        },
      );
    });
  });
}
