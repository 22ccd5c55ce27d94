import { withWarehouseErrors } from "../../../adapters/warehouse/warehouse";
import { readPosition, readWaitingRows } from "../../../adapters/warehouse/position";
import { TerminalError } from "../../../domain/errors";
import { loadOrder } from "../../../domain/model/model";
import {
  shadowSchema,
  isRebuild,
  keptSchemaLater,
  type ReplayPlan,
  type ReplayRequest,
} from "../../../domain/warehouse/replay";
import { isMirrorName, mirrorName } from "../../../domain/warehouse/mirror/mirrored-table";
import { checkLake } from "../load-commit";
import { loadCommits, type LoadResult } from "../load";
import type { LoadContext } from "../context";
import { refreshMarts } from "../refresh-marts";
import { abandonRebuild, beginRebuild, continueRebuild, findRebuild } from "./rebuild";
import { reloadTables } from "./reload";

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

/**
 * Describes what a replay would do now.
 * @throws TerminalError for a table that the model does not have, or a commit that does not exist
 */
export async function planReplay(context: LoadContext, request: ReplayRequest): Promise<ReplayPlan> {
  const { model, schema, log } = context;
  const { from = 1 } = request;
  const [head, position] = await Promise.all([log.head(), readPosition(context.client, schema)]);
  const own = loadOrder(model).map(({ name }) => name);
  const mirrored = Object.keys(head?.commit.mirror?.tables ?? {}).map(mirrorName);
  const unknown = (request.tables ?? []).filter((name) => ![...own, ...mirrored].includes(name));
  if (unknown.length > 0)
    throw new TerminalError(
      `the model has no table ${unknown.join(", ")}; it has ${[...own, ...mirrored].join(", ")}`,
    );
  // A reload from a commit on without named tables covers only tables that keep versions.
  const order = isRebuild(request) || request.tables !== undefined ? [...own, ...mirrored] : own;
  if (head !== undefined && position !== undefined && position.lake !== head.commit.lake)
    checkLake({ lake: position.lake, number: position.commit }, head.commit, context);
  const to: number = head?.number ?? 0;
  if (from > Math.max(to, 1))
    throw new TerminalError(`cannot start at commit ${from}: the last commit is ${to}`);
  const tables = order.filter((name) => request.tables?.includes(name) ?? true);
  const operation = isRebuild(request) ? "rebuild" : "reload";
  const plan = { schema, model: model.version, tables, from, to };
  const says = operation === "rebuild" ? rebuildSays(plan) : reloadSays(plan);
  return { operation, ...plan, says };
}

type Planned = Omit<ReplayPlan, "operation" | "says">;

const rebuildSays = ({ schema, model, from, to }: Planned): string[] => [
  `load commits ${from} to ${to} of model version ${model} into new tables in the schema ${shadowSchema(schema)}, over as many runs as it takes`,
  `until then, readers see the tables of ${schema}, and load continues to load them as long as they fit the model`,
  `then replace the old tables by the new ones in one transaction; the new tables get the grants, the indexes, and users' views and foreign keys`,
  `keep the old tables in a schema ${keptSchemaLater(schema)}, to be dropped by hand`,
];

function reloadSays({ schema, tables, from, to }: Planned): string[] {
  const mirrored = tables.filter(isMirrorName);
  const own = tables.filter((name) => !isMirrorName(name));
  return [
    `in one transaction in ${schema}, during which readers see the old rows and no other load runs:`,
    ...(own.length === 0
      ? []
      : [
          `remove from the facts among ${own.join(", ")} the versions that commits ${from} to ${to} added`,
          "load those commits into these tables again; rows of dimensions are overwritten, none is deleted",
        ]),
    ...(mirrored.length === 0
      ? []
      : [
          `remove all rows of ${mirrored.join(", ")}, and load commits 1 to ${to} into them again; views on them stay`,
        ]),
  ];
}
