import type { SourceSnapshot, TableCounts } from "../adapters/source";
import {
  planTable,
  recaptured,
  type ActivePlan,
  type TableDescription,
  type TablePlan,
} from "../domain/capture";
import type { CatalogueColumn } from "../domain/column-changes";
import { captureOf, type DataFile, type IngestCommit, type TableCapture } from "../domain/commit";
import { guardDeletes } from "../domain/delete-guard";
import { dataKey, type CommitNumber } from "../domain/keys";
import { isContinuous, replacedRows } from "../domain/replaced-rows";
import type { Snapshot } from "../domain/snapshot";
import { findDeleted, keyHistory, writeTombstones, type KeyComparison } from "./find-deleted";
import type { IngestContext } from "./ingest";

/** One run of the stage over all tables. */
export interface CaptureRun extends IngestContext {
  readonly number: CommitNumber;
  readonly run: ActivePlan;
  readonly last: IngestCommit | undefined;
  readonly snapshot: Snapshot;
}

const NOTHING: Pick<TableCapture, "rows" | "files" | "deleted" | "recapture" | "held" | "absent"> = {
  rows: 0,
  files: [],
  deleted: { rows: 0, files: [] },
  recapture: false,
  held: null,
  absent: null,
};

/** A table that cannot be read now: all that is known of it is kept for the day it comes back. */
export const absentCapture = (previous: TableCapture, reason: string): TableCapture => ({
  ...previous,
  ...NOTHING,
  mode: "absent",
  absent: reason,
});

/** Captures one table: its new versions, and the keys that are gone. */
export async function captureTable(
  source: SourceSnapshot,
  table: TableDescription,
  run: CaptureRun,
): Promise<{ capture: TableCapture; overlap: readonly string[] }> {
  const previous = captureOf(run.last, table.name);
  const found = await lookAt(source, table, { previous, run });
  const { plan, counts, compared } = found;
  const { overlap } = counts;
  const description = {
    storage: table.storage,
    key: [...table.key],
    columns: table.columns.map(catalogueColumn),
    total: counts.total,
  };
  if (previous !== undefined && plan.mode === "delta" && counts.captured === 0 && found.replaced === 0) {
    return { capture: { ...description, ...NOTHING, mode: "unchanged", keys: previous.keys }, overlap };
  }
  const reason =
    previous === undefined
      ? undefined
      : heldBack(table, { previous, counts, deleted: compared?.deleted.size ?? 0, run });
  if (previous !== undefined && reason !== undefined) {
    const from = plan.mode === "full" ? { snapshot: null, overlap: [] } : lastSeen(previous, run);
    return { capture: { ...previous, ...NOTHING, mode: "held", held: { ...from, reason } }, overlap };
  }

  const files = counts.captured === 0 ? [] : [await copyToLake(source, table, { run, plan })];
  const deleted =
    compared === undefined ? NOTHING.deleted : await writeTombstones(table, compared.deleted, run);
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  const { mode, recapture } = plan;
  const known = compared?.known;
  const keys = await keyHistory({ table, previous, plan, files, tombstones: deleted.files, known, run });
  const capture = { ...description, ...NOTHING, mode, recapture, rows, files, deleted, keys };
  return { capture, overlap };
}

/** What there is to capture of a table, before anything is written. */
interface Findings {
  readonly plan: TablePlan;
  readonly counts: TableCounts;
  readonly replaced: number;
  readonly compared: KeyComparison | undefined;
}

/** Plans, counts and compares; what the numbers say can make the plan a full capture. */
async function lookAt(
  source: SourceSnapshot,
  table: TableDescription,
  { previous, run }: { previous: TableCapture | undefined; run: CaptureRun },
): Promise<Findings> {
  let plan = planTable(run.last, table, run.run);
  let counts = await source.count(table, filterOf(plan), run.snapshot);
  if (previous === undefined) return { plan, counts, replaced: 0, compared: undefined };
  const inFull = (reason: string): void => {
    plan = recaptured(reason);
    counts = { ...counts, captured: counts.total };
  };

  const counted = { previous: previous.total, ...counts };
  const replaced = replacedRows(counted);
  const delta = plan.mode === "delta";
  if (delta && !isContinuous(counted)) inFull(INCONSISTENT);
  // Without a key an update cannot be told from a delete: the table is taken anew.
  else if (delta && replaced > 0 && table.key.length === 0) inFull("it has no key, and rows were replaced");
  const compared = await findDeleted(source, { table, previous, plan, counts, replaced, run });
  if (delta && compared !== undefined && plan.mode === "delta") {
    const { updated, deleted } = compared;
    if (!isContinuous(counted, { updated, deleted: deleted.size })) inFull(INCONSISTENT);
  }
  if (plan.mode === "full") {
    const { reason } = plan;
    const fields = { commit: run.number, table: table.name, reason };
    if (reason === INCONSISTENT) run.telemetry.warn("the table is captured in full", fields);
    else if (run.run.kind === "delta") run.telemetry.info("the table is captured in full", fields);
  }
  return { plan, counts, replaced, compared };
}

const INCONSISTENT = "rows are there that were never captured: the source is not the one of the last commit";

const catalogueColumn = ({
  name,
  type,
  number,
  labels,
}: CatalogueColumn): TableCapture["columns"][number] => ({
  name,
  type,
  ...(number !== undefined && { number }),
  ...(labels !== undefined && { labels: [...labels] }),
});

/** From where a table that is held back goes on one day. */
function lastSeen(
  previous: TableCapture,
  { last }: CaptureRun,
): { snapshot: string | null; overlap: string[] } {
  if (previous.held !== null) return { snapshot: previous.held.snapshot, overlap: previous.held.overlap };
  return { snapshot: last?.snapshot ?? null, overlap: last?.overlap ?? [] };
}

const filterOf = (plan: TablePlan): Parameters<SourceSnapshot["count"]>[1] =>
  plan.mode === "delta" ? plan.filter : undefined;

function heldBack(
  { name }: TableDescription,
  options: { previous: TableCapture; counts: TableCounts; deleted: number; run: CaptureRun },
): string | undefined {
  const { previous, counts, deleted, run } = options;
  return guardDeletes(run.guard, { name, previous: previous.total, total: counts.total, deleted });
}

async function copyToLake(
  source: SourceSnapshot,
  table: TableDescription,
  options: { run: CaptureRun; plan: TablePlan },
): Promise<DataFile> {
  const { run, plan } = options;
  const started = performance.now();
  const key = dataKey({ at: run.now(), table: table.name, extension: "csv" });
  const copy = source.copy(table, { filter: filterOf(plan) });
  const bytes = await run.store.upload(key, copy);
  const file = { key, rows: copy.rows(), bytes };
  const durationMs = Math.round(performance.now() - started);
  run.telemetry.info("captured", {
    commit: run.number,
    table: table.name,
    mode: plan.mode,
    rows: file.rows,
    bytes,
    durationMs,
  });
  return file;
}
