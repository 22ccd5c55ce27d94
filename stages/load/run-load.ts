import { withWarehouseErrors } from "../../adapters/warehouse/warehouse";
import { readWaitingRows } from "../../adapters/warehouse/position";
import { TerminalError } from "../../domain/errors";
import { isRebuild, type ReplayRequest } from "../../domain/warehouse/replay";
import type { LoadContext } from "./context";
import { loadCommits, type LoadResult } from "./load";
import { refreshMarts } from "./refresh-marts";
import { planReplay } from "./replay/plan-replay";
import { abandonRebuild, beginRebuild, continueRebuild, findRebuild } from "./replay/rebuild";
import { reloadTables } from "./replay/reload";

/** What a run of load is asked to do in addition to its ordinary work. */
export interface LoadRequest {
  readonly replay?: ReplayRequest | undefined;
  /** Give up the rebuild that is underway. */
  readonly abandonReplay?: boolean;
}

/**
 * A run of load: the waiting commits, and the replay that was requested or is underway. While a warehouse is rebuilt in
 * the shadow schema, the old one is loaded as usual, so readers miss nothing.
 */
export async function runLoad(context: LoadContext, request: LoadRequest = {}): Promise<LoadResult> {
  const { replay, abandonReplay = false } = request;
  const underway = await findRebuild(context);
  if (abandonReplay) {
    if (underway === undefined) throw new TerminalError("no replay is underway: there is nothing to abandon");
    await abandonRebuild(context);
    return { ...NOTHING, replay: { operation: "rebuild", state: "abandoned", commit: 0, of: 0 } };
  }
  if (replay !== undefined)
    context.telemetry.info("replaying", { plan: (await planReplay(context, replay)).says });
  if (replay !== undefined && !isRebuild(replay)) {
    return { ...NOTHING, replay: await reloadTables(context, replay) };
  }
  // The unfinished tables of an earlier model version are useless.
  const outdated = underway !== undefined && underway !== context.model.version;
  if (outdated) await abandonRebuild(context);
  const rebuilding = (underway !== undefined && !outdated) || replay !== undefined;
  if (!rebuilding) {
    const result = await loadCommits(context);
    const brokenMarts = await refreshMarts(context);
    const waitingRows = await withWarehouseErrors(() => readWaitingRows(context.client, context.schema));
    return {
      ...result,
      ...(waitingRows.length > 0 && { waitingRows }),
      ...(brokenMarts.length > 0 && { brokenMarts }),
    };
  }

  if (underway === undefined || outdated) await beginRebuild(context);
  const result = await loadLive(context);
  return { ...result, replay: await continueRebuild(context) };
}

const NOTHING: LoadResult = { commits: [], tables: {}, waiting: 0 };

/** Loads the old tables as long as that works. The rebuild will replace them soon. */
async function loadLive(context: LoadContext): Promise<LoadResult> {
  try {
    return await loadCommits(context);
  } catch (error) {
    if (!(error instanceof TerminalError)) throw error;
    context.telemetry.warn("the old tables no longer fit the model, so only the new tables are loaded", {
      reason: error.message,
    });
    return NOTHING;
  }
}
