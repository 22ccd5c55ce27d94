import type { SourceSnapshot, TableCounts } from "../adapters/source";
import {
  guardDeletes,
  planTable,
  replacedRows,
  type RunPlan,
  type TableDescription,
  type TablePlan,
} from "../domain/capture";
import type { DataFile, IngestCommit, TableCapture } from "../domain/commit";
import { dataKey, type CommitNumber } from "../domain/keys";
import type { Snapshot } from "../domain/snapshot";
import { findDeleted, keyHistory, writeTombstones } from "./find-deleted";
import type { IngestContext } from "./ingest";

/** One run of the stage over all tables. */
export interface CaptureRun extends IngestContext {
  readonly number: CommitNumber;
  readonly run: Exclude<RunPlan, { kind: "idle" }>;
  readonly last: IngestCommit | undefined;
  readonly snapshot: Snapshot;
}

const NOTHING: Pick<TableCapture, "rows" | "files" | "deleted" | "recapture" | "held"> = {
  rows: 0,
  files: [],
  deleted: { rows: 0, files: [] },
  recapture: false,
  held: null,
};

/** Captures one table: its new versions, and the keys that are gone. */
export async function captureTable(
  source: SourceSnapshot,
  table: TableDescription,
  run: CaptureRun,
): Promise<{ capture: TableCapture; overlap: readonly string[] }> {
  const previous = run.last?.tables[table.name];
  let plan = planTable(run.last, table, run.run);
  let counts = await source.count(table, filterOf(plan), run.snapshot);
  const description = {
    storage: table.storage,
    key: [...table.key],
    columns: [...table.columns],
    total: counts.total,
  };
  const { overlap } = counts;

  const replaced = previous === undefined ? 0 : replacedRows({ previous: previous.total, ...counts });
  if (plan.mode === "delta" && previous !== undefined && counts.captured === 0 && replaced === 0) {
    return { capture: { ...description, ...NOTHING, mode: "unchanged", keys: previous.keys }, overlap };
  }
  if (plan.mode === "delta" && replaced > 0 && table.key.length === 0) {
    // Without a key an update cannot be told from a delete: the table is taken anew.
    plan = { mode: "full", recapture: true };
    counts = { ...counts, captured: counts.total };
  }

  const compared =
    previous === undefined
      ? undefined
      : await findDeleted(source, { table, previous, plan, counts, replaced, run });
  const reason =
    previous === undefined
      ? undefined
      : heldBack(table, { previous, counts, deleted: compared?.deleted.size ?? 0, run });
  if (previous !== undefined && reason !== undefined) {
    const from = plan.mode === "full" ? { snapshot: null, overlap: [] } : lastSeen(previous, run);
    // Columns and key, too, stay as they were: they describe what was captured.
    return { capture: { ...previous, ...NOTHING, mode: "held", held: { ...from, reason } }, overlap };
  }

  const files = counts.captured === 0 ? [] : [await copyToLake(source, table, { run, plan })];
  const deleted =
    compared === undefined ? NOTHING.deleted : await writeTombstones(table, compared.deleted, run);
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  const keys = await keyHistory({
    table,
    previous,
    plan,
    files,
    tombstones: deleted.files,
    known: compared?.known,
    run,
  });
  return {
    capture: {
      ...description,
      mode: plan.mode,
      recapture: plan.recapture,
      rows,
      files,
      deleted,
      keys,
      held: null,
    },
    overlap,
  };
}

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
