import type { CaptureContext } from "./context";
import type { SourceSnapshot } from "../../adapters/source/source";
import type { RowSelection, TableCounts } from "../../adapters/source/rows";
import { lastCapture, planTable, planRecapture, type TablePlan } from "../../domain/capture/capture";
import type { TableDescription } from "../../domain/capture/table-description";
import type { TableCapture } from "../../domain/log/commit";
import { guardDeletes } from "../../domain/capture/delete-guard";
import { identityOf } from "../../domain/capture/source-identity";
import { isContinuous, replacedRows } from "../../domain/capture/replaced-rows";
import { BEFORE_THE_FIRST } from "../../domain/capture/slice";
import { copyToLake } from "./copy-to-lake";
import { findDeleted, writeTombstones, type KeyComparison } from "./find-deleted";
import { extendKnownKeys } from "./known-keys";
import { nextSlice, planSlice, type PlannedSlice } from "./plan-slice";

const NOTHING: Omit<TableCapture, "mode" | "keys" | "total" | "storage" | "key" | "columns" | "slice"> = {
  rows: 0,
  files: [],
  deleted: { rows: 0, files: [] },
  recapture: false,
  held: null,
  absent: null,
};

/** A table that cannot be read now. Everything known about it is kept, in case it comes back. */
export const absentCapture = (previous: TableCapture, reason: string): TableCapture => ({
  ...previous,
  ...NOTHING,
  mode: "absent",
  absent: reason,
});

/** A table that was never captured. To the lake it is empty. */
const postponedCapture = (table: TableDescription): TableCapture => ({
  ...NOTHING,
  ...describe(table),
  mode: "full",
  total: 0,
  keys: [],
  slice: BEFORE_THE_FIRST,
});

/** A table at which the source failed. The next run continues from its last capture. */
export function failedCapture(
  table: TableDescription,
  reason: string,
  context: CaptureContext,
): TableCapture {
  const previous = lastCapture(context.last, table.name);
  if (previous === undefined)
    return { ...postponedCapture(table), mode: "failed", held: { snapshot: null, overlap: [], reason } };
  const held = { ...resumeFrom(planTable(context.last, table, context.plan), previous, context), reason };
  return { ...previous, ...NOTHING, mode: "failed", held };
}

/** Captures one table: its new row versions, and the keys of deleted rows. */
export async function captureTable(
  source: SourceSnapshot,
  table: TableDescription,
  context: CaptureContext,
): Promise<{ capture: TableCapture; overlap: readonly string[] }> {
  const previous = lastCapture(context.last, table.name);
  if (previous === undefined && !context.budget.take(context.sizes.get(table.name) ?? 0))
    return { capture: postponedCapture(table), overlap: [] };
  const found = await findChanges(source, table, { previous, context });
  const { plan, counts, compared, planned } = found;
  const { overlap } = counts;
  const description = {
    ...describe(table),
    ...otherIdentity(table, previous),
    total: counts.total,
  };
  const nothing = counts.captured === 0 && found.replaced === 0 && planned === undefined;
  if (previous !== undefined && plan.mode === "delta" && nothing) {
    return {
      capture: { ...description, ...NOTHING, mode: "unchanged", keys: previous.keys, slice: null },
      overlap,
    };
  }
  const reason =
    previous === undefined
      ? undefined
      : reasonToHold(table, { previous, counts, deleted: deletedRows(table, previous, found), context });
  if (previous !== undefined && reason !== undefined) {
    const held = { ...resumeFrom(plan, previous, context), reason };
    return { capture: { ...previous, ...NOTHING, mode: "held", held }, overlap };
  }

  const isEmpty = counts.captured === 0 && planned === undefined;
  const selection = selectionOf(plan, planned);
  const files = isEmpty ? [] : await copyToLake(source, table, { context, plan, selection });
  const deleted = compared === undefined ? NOTHING.deleted : await writeTombstones(table, compared, context);
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  const { mode, recapture } = plan;
  const known = compared?.known;
  const keys = await extendKnownKeys({
    table,
    previous,
    plan,
    files,
    tombstones: deleted.files,
    known,
    context,
  });
  const total = counts.total + (rows - counts.captured);
  const slice = nextSlice(planned);
  const capture = { ...description, ...NOTHING, mode, recapture, rows, files, deleted, keys, total, slice };
  return { capture, overlap };
}

/** What to capture of a table, before anything is written. */
interface Findings {
  readonly plan: TablePlan;
  readonly counts: TableCounts;
  readonly replaced: number;
  readonly compared: KeyComparison | undefined;
  /** Undefined when the table is captured as a whole. */
  readonly planned: PlannedSlice | undefined;
}

/** Plans, counts and compares. The counts can turn the plan into a full capture. */
async function findChanges(
  source: SourceSnapshot,
  table: TableDescription,
  { previous, context }: { previous: TableCapture | undefined; context: CaptureContext },
): Promise<Findings> {
  let plan = planTable(context.last, table, context.plan);
  const isTakenWhole = plan.mode === "full" && previous !== undefined;
  let planned = isTakenWhole ? undefined : await planSlice(source, table, { previous, context });
  const through = planned?.slice.after;
  let counts = await source.count(table, selectionOf(plan, planned), context.snapshot);
  if (previous === undefined) return { plan, counts, replaced: 0, compared: undefined, planned };
  const inFull = (reason: string): void => {
    plan = planRecapture(reason);
    planned = undefined;
    counts = { ...counts, captured: counts.total };
  };

  const counted = { previous: previous.total, ...counts };
  const replaced = replacedRows(counted);
  const delta = plan.mode === "delta";
  if (delta && !isContinuous(counted)) inFull(INCONSISTENT);
  // Without a key, updates look like deletes and duplicates like new rows, so capture the table in full.
  else if (delta && replaced > 0 && table.key.length === 0) inFull("it has no key, and rows were replaced");
  const compared = await findDeleted(source, { table, previous, plan, counts, replaced, through, context });
  if (delta && compared !== undefined && plan.mode === "delta") {
    const { updated, deleted } = compared;
    if (!isContinuous(counted, { updated, deleted: deleted.size })) inFull(INCONSISTENT);
  }
  if (plan.mode === "full") {
    const { reason } = plan;
    const fields = { commit: context.number, table: table.name, reason };
    if (reason === INCONSISTENT) context.telemetry.warn("the table is captured in full", fields);
    else if (context.plan.kind === "delta") context.telemetry.info("the table is captured in full", fields);
  }
  return { plan, counts, replaced, compared, planned };
}

/** The columns that distinguish rows, as a commit records them, where they are not the primary key. */
function otherIdentity(
  table: TableDescription,
  previous: TableCapture | undefined,
): Pick<TableCapture, "identity"> {
  const identity = identityOf(table, previous);
  return JSON.stringify(identity) === JSON.stringify(table.key) ? {} : { identity: [...identity] };
}

const INCONSISTENT =
  "it has rows that were never captured, so the source differs from that of the last commit";

/** The description of a table for its commit. */
const describe = ({
  storage,
  comment,
  key,
  unique,
  columns,
  names,
}: TableDescription): Pick<TableCapture, "storage" | "comment" | "key" | "unique" | "columns" | "names"> => ({
  storage,
  ...(comment !== undefined && { comment }),
  key: [...key],
  ...(unique !== undefined && { unique: unique.map((each) => [...each]) }),
  ...(names !== undefined && { names: names.text }),
  columns: columns.map(({ labels, attributes, ...column }) => ({
    ...column,
    ...(labels !== undefined && { labels: [...labels] }),
    ...(attributes !== undefined && {
      attributes: attributes.map(({ labels: values, ...attribute }) => ({
        ...attribute,
        ...(values !== undefined && { labels: [...values] }),
      })),
    }),
  })),
});

/** Where a table that is not captured now will continue. */
function resumeFrom(
  plan: TablePlan,
  previous: TableCapture,
  { last }: CaptureContext,
): { snapshot: string | null; overlap: string[] } {
  if (plan.mode === "full") return { snapshot: null, overlap: [] };
  if (previous.held !== null) return { snapshot: previous.held.snapshot, overlap: previous.held.overlap };
  return { snapshot: last?.snapshot ?? null, overlap: last?.overlap ?? [] };
}

/** The rows to read and to copy: the versions that the plan selects, the earlier slices, and this slice. */
function selectionOf(plan: TablePlan, planned: PlannedSlice | undefined): RowSelection {
  if (plan.mode === "full") return { filter: undefined, through: planned?.slice.through };
  const { filter } = plan;
  return planned === undefined ? { filter } : { filter, through: planned.slice.after, slice: planned.slice };
}

/** The number of deleted rows. Without distinguishable rows it is the least possible number. */
function deletedRows(
  table: TableDescription,
  previous: TableCapture,
  { compared, counts }: Findings,
): number {
  if (compared !== undefined) return compared.deleted.size;
  return identityOf(table, previous).length > 0 ? 0 : Math.max(0, previous.total - counts.total);
}

function reasonToHold(
  { name }: TableDescription,
  options: { previous: TableCapture; counts: TableCounts; deleted: number; context: CaptureContext },
): string | undefined {
  const { previous, counts, deleted, context } = options;
  return guardDeletes(context.guard, { name, previous: previous.total, total: counts.total, deleted });
}
