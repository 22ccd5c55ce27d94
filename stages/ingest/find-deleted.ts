import type { SourceSnapshot } from "../../adapters/source/source";
import type { TableCounts } from "../../adapters/source/rows";
import type { TablePlan } from "../../domain/capture/capture";
import type { TableDescription } from "../../domain/capture/table-description";
import type { TableCapture } from "../../domain/log/commit";
import { keysAsCsv, readKeys } from "../../domain/formats/csv/fields";
import { keySet, type KeySet } from "../../domain/capture/key-set";
import { earlierIdentity } from "../../domain/capture/source-identity";
import { dataKey } from "../../domain/log/keys";
import type { RowKey } from "../../domain/capture/slice";
import type { CaptureContext } from "./context";
import { toAsyncIterable, knownKeys } from "./known-keys";

/**
 * Deletes leave no row, and SELECT suffices to find them: first arithmetic says
 * whether there can be any, then the captured keys whether there are, and only then the keys of the
 * source are compared with those that the lake knows.
 */
export interface KeyComparison {
  /** The columns that were compared, as they are called now. */
  readonly columns: readonly string[];
  /** The keys that the lake knows and the source still has. */
  readonly known: KeySet;
  readonly deleted: KeySet;
  /** How many of the captured rows the lake knew already; of a full capture it says nothing. */
  readonly updated: number;
}

interface Comparison {
  readonly table: TableDescription;
  readonly previous: TableCapture;
  readonly plan: TablePlan;
  readonly counts: TableCounts;
  readonly replaced: number;
  /** Only the rows up to this key are compared: those beyond it were never captured. */
  readonly through: RowKey | undefined;
  readonly run: CaptureContext;
}

/** Finds the rows that were deleted since the last capture; undefined when there was no need to look at keys. */
export async function findDeleted(
  source: SourceSnapshot,
  comparison: Comparison,
): Promise<KeyComparison | undefined> {
  const { table, previous, plan, replaced, through, run } = comparison;
  // By the columns of before: the primary key may be another one now.
  const columns = earlierIdentity(table, previous);
  if (columns === undefined || (plan.mode === "delta" && replaced === 0)) return undefined;
  const known = await knownKeys(previous, run);
  const deleted = keySet();
  const updated = await updatedRows(source, { ...comparison, known, columns });
  if (plan.mode === "delta" && updated === replaced) return { columns, known, deleted, updated };

  const present = keySet();
  const all = source.copy(table, { filter: undefined, through, columns });
  for await (const keys of readKeys(all, columns)) for (const key of keys) present.add(key);
  for (const key of known) if (!present.has(key)) deleted.add(key);
  for (const key of deleted) known.delete(key);
  return { columns, known, deleted, updated };
}

/** How many of the captured rows the lake knew already: those were updated, not inserted. */
async function updatedRows(
  source: SourceSnapshot,
  { table, plan, counts, through, known, columns }: Comparison & Pick<KeyComparison, "known" | "columns">,
): Promise<number> {
  if (counts.captured === 0 || plan.mode === "full") return 0;
  let updated = 0;
  const captured = source.copy(table, { filter: plan.filter, through, columns });
  for await (const keys of readKeys(captured, columns)) {
    for (const key of keys) if (known.has(key)) updated += 1;
  }
  return updated;
}

export async function writeTombstones(
  table: TableDescription,
  { deleted, columns }: KeyComparison,
  run: CaptureContext,
): Promise<TableCapture["deleted"]> {
  const rows = deleted.size;
  if (rows === 0) return { rows, files: [] };
  const key = dataKey({ at: run.now(), table: table.name, extension: "csv", folder: "deleted" });
  const bytes = await run.store.upload(key, toAsyncIterable(keysAsCsv(deleted, columns)));
  run.telemetry.info("deleted rows found", { commit: run.number, table: table.name, rows });
  return { rows, files: [{ key, rows, bytes }] };
}
