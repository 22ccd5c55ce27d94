import type { SourceSnapshot } from "../../adapters/source/source";
import type { TableDescription } from "../../domain/capture/table-description";
import type { TableCapture } from "../../domain/log/commit";
import { canBeSliced, isFirstCapture, rowsInSlice, type Slice } from "../../domain/capture/slice";
import type { CaptureContext } from "./context";

/** The slice that a run captures of a table, and the number of rows in every slice of the table. */
export interface PlannedSlice {
  readonly slice: Slice;
  readonly rows: number;
}

/** Decides which slice of a table to capture; undefined when the table is captured as a whole. */
export async function planSlice(
  source: SourceSnapshot,
  table: TableDescription,
  { previous, context }: { previous: TableCapture | undefined; context: CaptureContext },
): Promise<PlannedSlice | undefined> {
  if (!isFirstCapture(previous) || !canBeSliced(table)) return undefined;
  if (previous?.slice != null) {
    const { through: after, rows } = previous.slice;
    // Out of budget: plan an empty slice, but still capture changes to rows already copied.
    const through = context.budget.take(context.sliceBytes) ? await source.keyAt(table, after, rows) : after;
    return { slice: { after, through }, rows };
  }
  const bytes = context.sizes.get(table.name) ?? 0;
  if (bytes <= context.sliceBytes) return undefined;
  const { total } = await source.count(table, { filter: undefined }, context.snapshot);
  const rows = rowsInSlice(context.sliceBytes, { bytes, rows: total });
  const through = await source.keyAt(table, undefined, rows);
  return through === undefined ? undefined : { slice: { after: undefined, through }, rows };
}

/** Where the next run continues; null when the table is captured to its end. */
export const nextSlice = (planned: PlannedSlice | undefined): TableCapture["slice"] =>
  planned?.slice.through === undefined ? null : { through: [...planned.slice.through], rows: planned.rows };
