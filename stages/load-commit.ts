import type { Warehouse } from "../adapters/warehouse";
import type { ProcessCommit } from "../domain/commit";
import { TerminalError } from "../domain/errors";
import { nextCommit, type CommitNumber } from "../domain/keys";
import type { LoadContext } from "./load";
import { loadTable, type CommitLoad } from "./load-table";
import { prepareWarehouse } from "./prepare-warehouse";

/** A commit with the number of rows that it brought to each warehouse table. */
export interface LoadedCommit {
  readonly kind: "loaded";
  readonly commit: ProcessCommit;
  readonly rows: Readonly<Record<string, number>>;
  /** Fact versions that were set aside, because a row that they refer to is in no dimension. */
  readonly orphans: number;
}

/** Loads the next commit, if there is one, within the transaction of `warehouse`. */
export async function loadCommit(
  warehouse: Warehouse,
  context: LoadContext,
): Promise<LoadedCommit | { readonly kind: "upToDate"; readonly head: CommitNumber | undefined }> {
  const loaded = await warehouse.ledger.head();
  const number = nextCommit(loaded?.number);
  const commit = await context.log.read(number);
  if (commit === undefined) return { kind: "upToDate", head: loaded?.number };
  checkLake(loaded?.lake, commit, context.schema);

  const targets = await prepareWarehouse(warehouse, context);
  const load: CommitLoad = { ...context, warehouse, commit, targets };
  const rows: Record<string, number> = {};
  let orphans = 0;
  for (const target of targets.values()) {
    const loadedTable = await loadTable(target, load);
    if (loadedTable.rows > 0 || commit.tables[target.table.name] !== undefined)
      rows[target.table.name] = loadedTable.rows;
    orphans += loadedTable.orphans;
  }
  const total = Object.values(rows).reduce((sum, count) => sum + count, 0);
  await warehouse.ledger.record({ number, lake: commit.lake, capturedAt: commit.capturedAt, rows: total });
  return { kind: "loaded", commit, rows, orphans };
}

function checkLake(lake: string | undefined, commit: ProcessCommit, schema: string): void {
  if (lake === undefined || lake === commit.lake) return;
  throw new TerminalError(
    `the schema ${schema} of the warehouse was loaded from the lake ${lake}, this is the lake ${commit.lake}: load it into a schema of its own`,
    { subject: { commit: commit.number } },
  );
}
