import { inWarehouseTransaction, type Warehouse } from "../../../adapters/warehouse/warehouse";
import { TerminalError, TransientError } from "../../../domain/errors";
import { REBUILD } from "../../../domain/remedies";
import { commitNumber } from "../../../domain/log/keys";
import type { ReplayResult, ReplayRequest } from "../../../domain/warehouse/replay";
import { forgetVersions } from "../../../domain/warehouse/facts";
import { forgetHistory, historyOf } from "../../../domain/warehouse/history";
import { forgetOrphans } from "../../../domain/warehouse/orphans";
import type { TargetTable } from "../../../domain/warehouse/target";
import type { LoadContext } from "../context";
import { mirroredTable } from "../../../domain/warehouse/mirror/mirrored-table";
import { checkModel } from "../load-commit";
import { loadTable } from "../load-table";
import { forgetMirror } from "../mirror/forget-mirror";
import { loadMirror } from "../mirror/load-mirror";
import { prepareWarehouse } from "../prepare-warehouse";

/**
 * Loads some tables again from a commit on, in place, in one transaction. It first removes the versions that those
 * commits added to a fact, and upserts rows of dimensions.
 * @throws TerminalError when the time is over before the last commit, TransientError when another loader is at work;
 *   nothing has changed then
 */
export async function reloadTables(context: LoadContext, request: ReplayRequest): Promise<ReplayResult> {
  const { client, schema } = context;
  const result = await inWarehouseTransaction(client, schema, (warehouse) =>
    reload(warehouse, context, request),
  );
  if (result === undefined)
    throw new TransientError(`another loader is at work in ${schema}: run load again when it has ended`);
  context.telemetry.info("the tables are loaded again", { schema, commit: result.commit });
  return result;
}

async function reload(
  warehouse: Warehouse,
  context: LoadContext,
  { tables, from = 1 }: ReplayRequest,
): Promise<ReplayResult> {
  const { schema, log, telemetry, hasTime } = context;
  const head = await warehouse.ledger.head();
  if (head === undefined)
    throw new TerminalError(`nothing is loaded in ${schema}: there is nothing to replay`);
  checkModel(head, context);
  const targets = await prepareWarehouse(warehouse, context);
  const chosen = [...targets.values()].filter(({ table }) => tables?.includes(table.name) ?? true);
  for (const target of chosen) await forget(warehouse, { target, targets, schema, from });
  const mirrored = (tables ?? []).flatMap((name) => mirroredTable(name) ?? []);
  for (const table of mirrored) await forgetMirror(table, { warehouse, context });

  // Any commit may have added some of the present rows of a mirrored table.
  for (let number = mirrored.length > 0 ? 1 : from; number <= head.number; number++) {
    if (!hasTime()) {
      throw new TerminalError(
        `a reload is one transaction, and the time ended at commit ${number} of ${head.number}; nothing has changed. ` +
          `Start at a later commit, or rebuild the whole warehouse, which may take several runs: ${REBUILD}`,
      );
    }
    const commit = await log.read(commitNumber(number));
    if (commit === undefined)
      throw new TerminalError(
        `commit ${number} is missing from the bucket ${context.store.bucket}: restore it from its versions`,
        { subject: { commit: number } },
      );
    const load = { ...context, warehouse, commit, targets };
    if (number >= from) for (const target of chosen) await loadTable(target, load);
    if (mirrored.length > 0) await loadMirror(load, mirrored);
    telemetry.info("replayed", { commit: number, of: head.number });
  }
  await warehouse.ledger.recordAgain(from);
  return { operation: "reload", state: "done", commit: head.number, of: head.number };
}

async function forget(
  warehouse: Warehouse,
  options: {
    target: TargetTable;
    targets: ReadonlyMap<string, TargetTable>;
    schema: string;
    from: number;
  },
): Promise<void> {
  const { target, targets: parents, schema, from } = options;
  const place = { schema, target, parents };
  const { table } = target;
  const history = historyOf(place);
  const statements =
    table.kind === "fact"
      ? forgetVersions({ ...place, fact: table }, from)
      : [...forgetOrphans(place, from), ...(history === undefined ? [] : forgetHistory(history, from))];
  for (const sql of statements) await warehouse.execute(sql);
}
