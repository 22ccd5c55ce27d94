import type { SourceSnapshot } from "../../adapters/source/source";
import type { TableCounts } from "../../adapters/source/rows";
import type { TablePlan } from "../../domain/capture/capture";
import type { TableDescription } from "../../domain/capture/table-description";
import type { TableCapture } from "../../domain/log/commit";
import { asStream } from "../../domain/formats/as-stream";
import { keysAsCsv, readKeys } from "../../domain/formats/csv/fields";
import { keySet, type KeySet } from "../../domain/capture/key-set";
import { earlierIdentity } from "../../domain/capture/source-identity";
import { dataKey } from "../../domain/log/keys";
import type { RowKey } from "../../domain/capture/slice";
import type { CaptureContext } from "./context";
import { readKnownKeys } from "./known-keys";

/**
 * The comparison of keys. A delete leaves no row, but SELECT is enough to find it. Arithmetic first shows whether rows
 * can have been deleted. Then the captured keys show whether rows were deleted. Only then are the source's keys
 * compared with the known keys of the lake.
 */
export interface KeyComparison {
  /** The compared columns, by their current names. */
  readonly columns: readonly string[];
  /** The keys that the lake knows and the source still has. */
  readonly known: KeySet;
  readonly deleted: KeySet;
  /** How many of the captured rows the lake already knew; 0 for a full capture. */
  readonly updated: number;
}

interface Comparison {
  readonly table: TableDescription;
  readonly previous: TableCapture;
  readonly plan: TablePlan;
  readonly counts: TableCounts;
  readonly replaced: number;
  /** Compare only the rows up to this key, because the rows beyond it were never captured. */
  readonly through: RowKey | undefined;
  readonly context: CaptureContext;
}

/** Finds the rows that were deleted since the last capture; undefined when no keys had to be compared. */
export async function findDeleted(
  source: SourceSnapshot,
  comparison: Comparison,
): Promise<KeyComparison | undefined> {
  const { table, previous, plan, replaced, through, context } = comparison;
  // By the earlier columns, because the primary key may have changed.
  const columns = earlierIdentity(table, previous);
  if (columns === undefined || (plan.mode === "delta" && replaced === 0)) return undefined;
  const known = await readKnownKeys(previous, context);
  const deleted = keySet();
  const updated = await countUpdated(source, { ...comparison, known, columns });
  if (plan.mode === "delta" && updated === replaced) return { columns, known, deleted, updated };

  const present = keySet();
  const all = source.copy(table, { filter: undefined, through, columns });
  for await (const keys of readKeys(all, columns)) for (const key of keys) present.add(key);
  for (const key of known) if (!present.has(key)) deleted.add(key);
  for (const key of deleted) known.delete(key);
  return { columns, known, deleted, updated };
}

/** How many of the captured rows the lake already knew. They were updated, not inserted. */
async function countUpdated(
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
  context: CaptureContext,
): Promise<TableCapture["deleted"]> {
  const rows = deleted.size;
  if (rows === 0) return { rows, files: [] };
  const key = dataKey({ at: context.now(), table: table.name, extension: "csv", folder: "deleted" });
  const bytes = await context.store.upload(key, asStream(keysAsCsv(deleted, columns)));
  context.telemetry.info("deleted rows found", { commit: context.number, table: table.name, rows });
  return { rows, files: [{ key, rows, bytes }] };
}
