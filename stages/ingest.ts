import type { CommitLog } from "../adapters/commit-log";
import type { ObjectStore } from "../adapters/object-store";
import type { SourceSnapshot, VersionFilter } from "../adapters/source";
import type { Telemetry } from "../adapters/telemetry";
import { planRun, planTable, type RunPlan, type TableDescription } from "../domain/capture";
import type { DataFile, IngestCommit, TableCapture } from "../domain/commit";
import { TransientError } from "../domain/errors";
import { dataKey, nextCommit, type CommitNumber } from "../domain/keys";
import { parseSnapshot, type Snapshot } from "../domain/snapshot";

/** What a run captured; `commit` is null when there was nothing to do. */
export interface IngestReport {
  readonly commit: number | null;
  /** The tables with captured rows. */
  readonly tables: Readonly<Record<string, { readonly rows: number }>>;
}

/** What a run works with. `now` and `newId` are its only sources of what is not in the data. */
export interface IngestContext {
  readonly store: ObjectStore;
  readonly log: CommitLog<IngestCommit>;
  readonly telemetry: Telemetry;
  readonly now: () => Date;
  readonly newId: () => string;
}

/**
 * Captures one state of the source and commits it. Data files are written first; a run that dies
 * before its commit leaves files that nobody reads, and the next one captures the same again.
 * @throws TransientError when another run committed first
 */
export async function ingestSnapshot(source: SourceSnapshot, context: IngestContext): Promise<IngestReport> {
  const { log, telemetry } = context;
  const head = await log.head();
  const run = planRun(head?.commit, source.state);
  if (run.kind === "idle") {
    telemetry.info("nothing was written in the source", { commit: head?.number ?? 0 });
    return { commit: null, tables: {} };
  }
  const number = nextCommit(head?.number);
  if (run.kind === "full")
    telemetry.info("capturing every table in full", { commit: number, reason: run.reason });

  const captured = await captureTables(source, { ...context, number, run, last: head?.commit });
  const changed = Object.entries(captured.tables).filter(([, { mode }]) => mode !== "unchanged");
  const due = run.kind === "full" || run.renew || !sameTables(head?.commit, captured.tables);
  if (changed.length === 0 && !due) {
    telemetry.info("no table changed", { commit: head?.number ?? 0 });
    return { commit: null, tables: {} };
  }

  const commit: IngestCommit = {
    version: 1,
    number,
    lake: head?.commit.lake ?? context.newId(),
    createdAt: context.now().toISOString(),
    source: sourceOf(source),
    snapshot: source.state.snapshot,
    overlap: captured.overlap,
    tables: captured.tables,
  };
  if (!(await log.append(number, commit))) {
    throw new TransientError(
      `another run created commit ${number} first; nothing is lost, the next run goes on from it`,
      {
        subject: { commit: number },
      },
    );
  }
  const rows = changed.reduce((sum, [, table]) => sum + table.rows, 0);
  const bytes = changed.flatMap(([, { files }]) => files).reduce((sum, file) => sum + file.bytes, 0);
  telemetry.info("committed", { commit: number, tables: changed.length, rows, bytes });
  telemetry.count("RowsIngested", rows);
  telemetry.count("BytesIngested", bytes, "Bytes");
  return {
    commit: number,
    tables: Object.fromEntries(changed.map(([name, { rows: n }]) => [name, { rows: n }])),
  };
}

function sourceOf({ state }: SourceSnapshot): IngestCommit["source"] {
  const { systemIdentifier, timeline, database, schema, server } = state;
  return { systemIdentifier, timeline, database, schema, server };
}

/** Are the tables and their columns those of the last commit? A change of them alone is worth a commit. */
function sameTables(last: IngestCommit | undefined, tables: IngestCommit["tables"]): boolean {
  const shape = (of: IngestCommit["tables"]): string =>
    JSON.stringify(
      Object.entries(of).map(([name, { storage, key, columns }]) => [name, storage, key, columns]),
    );
  return last !== undefined && shape(last.tables) === shape(tables);
}

interface TableRun extends IngestContext {
  readonly number: CommitNumber;
  readonly run: Exclude<RunPlan, { kind: "idle" }>;
  readonly last: IngestCommit | undefined;
}

async function captureTables(
  source: SourceSnapshot,
  context: TableRun,
): Promise<{ tables: IngestCommit["tables"]; overlap: string[] }> {
  const snapshot = parseSnapshot(source.state.snapshot);
  const tables: Record<string, TableCapture> = {};
  const overlap = new Set<string>();
  for (const table of await source.tables()) {
    const result = await captureTable(source, table, { ...context, snapshot });
    tables[table.name] = result.capture;
    for (const xid of result.overlap) overlap.add(xid);
  }
  return { tables, overlap: [...overlap] };
}

async function captureTable(
  source: SourceSnapshot,
  table: TableDescription,
  context: TableRun & { readonly snapshot: Snapshot },
): Promise<{ capture: TableCapture; overlap: readonly string[] }> {
  const { last, run, snapshot, telemetry, number } = context;
  const plan = planTable(last?.tables[table.name], table, run);
  const filter: VersionFilter | undefined =
    plan.mode === "delta" && run.kind === "delta"
      ? { since: run.since, captured: last?.overlap ?? [] }
      : undefined;
  const counts = await source.count(table, filter, snapshot);
  const description = {
    storage: table.storage,
    key: [...table.key],
    columns: [...table.columns],
    total: counts.total,
  };
  if (counts.captured === 0) {
    const mode = plan.mode === "full" ? "full" : "unchanged";
    return {
      capture: { ...description, mode, recapture: plan.recapture, rows: 0, files: [] },
      overlap: counts.overlap,
    };
  }
  const started = performance.now();
  const file = await copyToLake(source, table, { ...context, filter });
  const durationMs = Math.round(performance.now() - started);
  telemetry.info("captured", {
    commit: number,
    table: table.name,
    mode: plan.mode,
    rows: file.rows,
    bytes: file.bytes,
    durationMs,
  });
  return { capture: { ...description, ...plan, rows: file.rows, files: [file] }, overlap: counts.overlap };
}

async function copyToLake(
  source: SourceSnapshot,
  table: TableDescription,
  context: TableRun & { readonly filter: VersionFilter | undefined },
): Promise<DataFile> {
  const key = dataKey({ at: context.now(), table: table.name, extension: "csv" });
  const rows = source.copy(table, context.filter);
  const bytes = await context.store.upload(key, rows);
  return { key, rows: rows.rows(), bytes };
}
