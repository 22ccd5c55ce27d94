import type { CommitLog } from "../adapters/commit-log";
import type { ObjectStore } from "../adapters/object-store";
import type { SourceSnapshot } from "../adapters/source";
import type { Telemetry } from "../adapters/telemetry";
import { planRun, type DeleteGuard } from "../domain/capture";
import type { IngestCommit, TableCapture } from "../domain/commit";
import { TransientError } from "../domain/errors";
import { nextCommit } from "../domain/keys";
import { parseSnapshot } from "../domain/snapshot";
import { captureTable, type CaptureRun } from "./capture-table";

/** What a run captured; `commit` is null when there was nothing to do. */
export interface IngestReport {
  readonly commit: number | null;
  /** The tables with captured or deleted rows. */
  readonly tables: Readonly<Record<string, { readonly rows: number; readonly deleted?: number }>>;
}

/** What a run works with. `now` and `newId` are its only sources of what is not in the data. */
export interface IngestContext {
  readonly store: ObjectStore;
  readonly log: CommitLog<IngestCommit>;
  readonly telemetry: Telemetry;
  readonly now: () => Date;
  readonly newId: () => string;
  readonly guard: DeleteGuard;
}

/**
 * Captures one state of the source and commits it. Data files are written first; a run that dies
 * before its commit leaves files that nobody reads, and the next one captures the same again.
 * @throws TransientError when another run committed first
 */
export async function ingestSnapshot(source: SourceSnapshot, context: IngestContext): Promise<IngestReport> {
  const { log, telemetry } = context;
  const head = await log.head();
  const run = planRun(head?.commit, source.state, context.guard.allowed);
  if (run.kind === "idle") {
    telemetry.info("nothing was written in the source", { commit: head?.number ?? 0 });
    return { commit: null, tables: {} };
  }
  const number = nextCommit(head?.number);
  if (run.kind === "full")
    telemetry.info("capturing every table in full", { commit: number, reason: run.reason });

  const snapshot = parseSnapshot(source.state.snapshot);
  const captured = await captureTables(source, { ...context, number, run, snapshot, last: head?.commit });
  const changed = Object.entries(captured.tables).filter(
    ([, { mode }]) => mode === "full" || mode === "delta",
  );
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
  report(telemetry, commit);
  const tables = changed.map(([name, { rows, deleted }]) => [
    name,
    { rows, ...(deleted.rows > 0 && { deleted: deleted.rows }) },
  ]);
  return { commit: number, tables: Object.fromEntries(tables) as IngestReport["tables"] };
}

function report(telemetry: Telemetry, { number, tables }: IngestCommit): void {
  const captures = Object.entries(tables);
  const sum = (of: (table: TableCapture) => number): number =>
    captures.reduce((total, [, table]) => total + of(table), 0);
  const rows = sum((table) => table.rows);
  const deleted = sum((table) => table.deleted.rows);
  const bytes = sum(({ files }) => files.reduce((total, file) => total + file.bytes, 0));
  const held = captures.filter(([, { mode }]) => mode === "held");
  telemetry.info("committed", { commit: number, rows, deleted, bytes });
  telemetry.count("RowsIngested", rows);
  telemetry.count("RowsDeleted", deleted);
  telemetry.count("BytesIngested", bytes, "Bytes");
  telemetry.count("TablesHeld", held.length);
  for (const [table, { held: why }] of held) {
    telemetry.warn("the table is held back by the delete guard", {
      commit: number,
      table,
      reason: why?.reason ?? "",
    });
  }
}

function sourceOf({ state }: SourceSnapshot): IngestCommit["source"] {
  const { systemIdentifier, timeline, database, schema, server } = state;
  return { systemIdentifier, timeline, database, schema, server };
}

/** Are the tables, their columns and what is held those of the last commit? A change of them alone is worth a commit. */
function sameTables(last: IngestCommit | undefined, tables: IngestCommit["tables"]): boolean {
  const shape = (of: IngestCommit["tables"]): string =>
    JSON.stringify(
      Object.entries(of).map(([name, { storage, key, columns }]) => [name, storage, key, columns]),
    );
  return last !== undefined && shape(last.tables) === shape(tables);
}

/** Captures every table, one after the other: they share one snapshot, and so one connection. */
async function captureTables(
  source: SourceSnapshot,
  run: CaptureRun,
): Promise<{ tables: IngestCommit["tables"]; overlap: string[] }> {
  const tables: Record<string, TableCapture> = {};
  const overlap = new Set<string>();
  for (const table of await source.tables()) {
    const result = await captureTable(source, table, run);
    tables[table.name] = result.capture;
    for (const xid of result.overlap) overlap.add(xid);
  }
  return { tables, overlap: [...overlap] };
}
