import type { LedgerHead, Warehouse } from "../../adapters/warehouse/warehouse";
import { emptyByName, valueNamed } from "../../domain/log/by-name";
import type { ProcessCommit } from "../../domain/log/commit";
import { TerminalError } from "../../domain/errors";
import { REBUILD } from "../../domain/remedies";
import { nextCommit, type CommitNumber } from "../../domain/log/keys";
import {
  recordFreshness,
  recordLineage,
  recordMirrors,
  recordSources,
} from "../../domain/warehouse/source-tables";
import type { LoadContext, CommitLoadContext } from "./context";
import { loadTable } from "./load-table";
import { loadMirror } from "./mirror/load-mirror";
import { readMirrorStatuses } from "./mirror/mirror-statuses";
import { prepareWarehouse } from "./prepare-warehouse";

/** A loaded commit, with the number of rows for each warehouse table. */
export interface LoadedCommit {
  readonly kind: "loaded";
  readonly commit: ProcessCommit;
  readonly rows: Readonly<Record<string, number>>;
  /** Rows that were set aside, because the dimension row that they refer to is missing. */
  readonly waiting: number;
  /** Rows that refer to a member, because the row that they refer to is missing. */
  readonly placeholders: number;
}

/** Loads the next commit, if there is one, within the transaction of `warehouse`. */
export async function loadCommit(
  warehouse: Warehouse,
  context: LoadContext,
): Promise<LoadedCommit | { readonly kind: "upToDate"; readonly head: CommitNumber | undefined }> {
  const loaded = await warehouse.ledger.head();
  if (loaded !== undefined) checkModel(loaded, context);
  const { log } = context;
  const number = nextCommit(loaded?.number);
  const [last, commit] = await Promise.all([loaded && log.read(loaded.number), log.read(number)]);
  if (loaded !== undefined) checkLake(loaded, last, context);
  await checkSource(commit ?? last, warehouse, context);
  if (commit === undefined) return { kind: "upToDate", head: loaded?.number };

  const targets = await prepareWarehouse(warehouse, context);
  const load: CommitLoadContext = { ...context, warehouse, commit, targets };
  const rows = emptyByName<number>();
  let waiting = 0;
  let placeholders = 0;
  for (const target of targets.values()) {
    const loadedTable = await loadTable(target, load);
    if (loadedTable.rows > 0 || valueNamed(commit.tables, target.table.name) !== undefined)
      rows[target.table.name] = loadedTable.rows;
    waiting += loadedTable.waiting;
    placeholders += loadedTable.placeholders;
  }
  Object.assign(rows, await loadMirror(load));
  const total = Object.values(rows).reduce((sum, count) => sum + count, 0);
  const mirrors = await readMirrorStatuses(load);
  await warehouse.execute(recordLineage(context.schema, context.model, mirrors.keys()));
  if (commit.sources !== undefined) await warehouse.execute(recordSources(context.schema, commit.sources));
  if (mirrors.size > 0) await warehouse.execute(recordMirrors(context.schema, mirrors));
  const { lake, capturedAt } = commit;
  const known = { confirmedAt: new Date(capturedAt), maxAgeMinutes: context.freshnessMinutes };
  await warehouse.execute(recordFreshness(context.schema, known));
  await warehouse.ledger.record({ number, lake, model: commit.model.version, capturedAt, rows: total });
  return { kind: "loaded", commit, rows, waiting, placeholders };
}

/**
 * Checks that the newest commit of a warehouse is a commit of this lake.
 * @param commit with that number in the log, if there is one
 * @throws TerminalError when it belongs to another lake, or the log has fewer commits
 */
export function checkLake(
  { lake, number }: Pick<LedgerHead, "lake" | "number">,
  commit: ProcessCommit | undefined,
  { schema, store }: Pick<LoadContext, "schema" | "store">,
): void {
  if (lake === commit?.lake) return;
  const is = commit === undefined ? `has no commit ${number}` : `is the lake ${commit.lake}`;
  throw new TerminalError(
    `the schema ${schema} of the warehouse was loaded from the lake ${lake}, up to commit ${number}; the bucket ${store.bucket} ${is}: ` +
      "load this lake into another schema, or into an empty warehouse",
    { subject: { commit: number } },
  );
}

/**
 * Refuses a warehouse in the schema of its source. It would be captured with the source, and every load would cause new
 * changes.
 * @throws TerminalError when the tables or the marts would be created in the schema of the source
 */
async function checkSource(
  commit: ProcessCommit | undefined,
  warehouse: Warehouse,
  { schema, martsSchema, mirrorSchema }: Pick<LoadContext, "schema" | "martsSchema" | "mirrorSchema">,
): Promise<void> {
  const source = commit?.source;
  if (commit === undefined || source === undefined) return;
  const read = [source.schema, ...(source.moreSchemas ?? [])];
  const own = [schema, martsSchema, mirrorSchema];
  const both = own.find((name) => read.includes(name));
  if (both === undefined) return;
  const { systemIdentifier, database } = await warehouse.identity();
  if (database !== source.database || systemIdentifier !== source.systemIdentifier) return;
  const setting = ["marble:warehouseSchema", "marble:martsSchema", "marble:mirrorSchema"][own.indexOf(both)];
  throw new TerminalError(
    `the warehouse is the schema ${both} of the database ${database}, which is the source: its tables would be ` +
      `captured as tables of the source; set ${setting ?? ""} to another schema, or let the secret of the warehouse name another database`,
    { subject: { commit: commit.number } },
  );
}

/** Refuses to load commits of one model version into tables of another. */
export function checkModel(
  { number, model }: LedgerHead,
  context: Pick<LoadContext, "schema" | "model">,
): void {
  const { version } = context.model;
  if (model === version) return;
  throw new TerminalError(
    `the schema ${context.schema} of the warehouse shows version ${model} of the model, this is version ${version}: ` +
      `to rebuild it, ${REBUILD}`,
    { subject: { commit: number } },
  );
}
