import { readPosition } from "../../../adapters/warehouse/position";
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
import type { LoadContext } from "../context";

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
